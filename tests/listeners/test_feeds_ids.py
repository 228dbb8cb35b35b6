"""Which entry is which: each is heard once, all are heard, and what changes is heard again."""

import itertools
from collections.abc import Sequence

import pytest

from domain.types import PostState
from listeners import feed_cursor, feed_ids
from listeners.feed_cursor import Cursor
from listeners.feed_entries import Entry, words_of
from tests.listeners.feeds import NOW, item, rss
from tests.listeners.feeds import entries as entries_of


def entry(own_id: str = "1", link: str = "", title: str = "t", text: str = "said") -> Entry:
    return Entry(own_id, link, "", title, text, "", NOW, words=words_of(title, text))


class Reader:
    """Looks at a feed again and again, keeping its cursor."""

    def __init__(self) -> None:
        self.cursor = Cursor()

    def look(self, *entries: Entry) -> list[tuple[str, PostState]]:
        ids = feed_ids.told_apart(entries, self.cursor.seen)
        news = feed_cursor.news(self.cursor, entries, ids, None)
        self.cursor = self.cursor.model_copy(update={"seen": news.seen})
        return [(told.id, told.state) for told in news.entries]

    def heard(self, *entries: Entry) -> list[str]:
        return [own for own, _ in self.look(*entries)]


# ------------------------------------------------------------------ ids


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            f"https://f.example/viewtopic.php?t=1&sid={'0af' * 10}12#p3",
            "https://f.example/viewtopic.php?t=1#p3",
        ),
        (
            f"https://f.example/showthread.php?s={'b' * 32}&t=1",
            "https://f.example/showthread.php?t=1",
        ),
        ("https://f.example/a?PHPSESSID=q1w2", "https://f.example/a"),
        ("https://f.example/a;jsessionid=0A1B.node2?x=1", "https://f.example/a?x=1"),
        ("https://f.example/a?utm_source=rss&id=4&utm_medium=feed", "https://f.example/a?id=4"),
        ("https://f.example/news.php?sid=123", "https://f.example/news.php?sid=123"),
        ("https://f.example/a?s=crm&x", "https://f.example/a?s=crm&x"),
        (f"post-sid={'0' * 32}", f"post-sid={'0' * 32}"),
        ("tag:f.example,2026:1?utm_source=x", "tag:f.example,2026:1?utm_source=x"),
    ],
)
def test_an_id_is_the_same_for_every_visitor(said: str, kept: str) -> None:
    assert feed_ids.own_id(said, "", ()) == kept


def test_campaigns_stay_in_links_and_sessions_do_not() -> None:
    link = "https://f.example/a?utm_source=rss"
    (found,) = entries_of(rss(item(1, more=f"<link>{link}&amp;PHPSESSID=abc</link>")))
    assert found.url == link


def test_an_id_is_never_long() -> None:
    one, other = (feed_ids.own_id(f"{'x' * 500}{n}", "", ()) for n in range(2))
    assert len(one) == len(other) == 32
    assert one != other


def test_entries_of_one_id_are_all_heard_and_heard_once() -> None:
    both = [entry("1", "https://x.example/a", "A"), entry("1", "https://x.example/b", "B")]
    reader = Reader()
    assert len(set(reader.heard(*both))) == 2
    assert reader.heard(*both) == []


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_they_keep_their_ids_whatever_the_feed_still_shows(order: Sequence[int]) -> None:
    three = [entry("g", "https://x.example/", title) for title in ("A", "B", "C")]
    reader = Reader()
    assert len(set(reader.heard(*three))) == 3
    for left in (order[1:], order[2:], order):
        assert reader.heard(*[three[n] for n in left]) == []


def test_one_that_was_known_before_it_had_a_twin_is_not_heard_again() -> None:
    known, twin = entry("1", "https://x.example/a", "A"), entry("1", "https://x.example/b", "B")
    reader = Reader()
    assert reader.heard(known) == ["1"]
    (new,) = reader.heard(twin, known)
    assert new.startswith("1~")
    assert reader.heard(twin) == reader.heard(known) == reader.heard(known, twin) == []


def test_same_id_link_and_title_are_told_apart_by_what_they_say() -> None:
    twins = [entry("1", "https://x.example/", "Weekly", text) for text in ("one", "two")]
    reader = Reader()
    assert len(set(reader.heard(*twins))) == 2
    assert reader.heard(*twins) == []


def test_an_exact_repeat_within_a_feed_is_one() -> None:
    reader = Reader()
    assert reader.heard(entry(), entry()) == ["1"]


# ------------------------------------------------------------------ edits


def test_an_edit_is_heard_as_one() -> None:
    reader = Reader()
    reader.look(entry(text="Is it good?"))
    assert reader.look(entry(text="Is it good, or is the other?")) == [("1", PostState.EDITED)]
    assert reader.look(entry(text="Is it good, or is the other?")) == []
    assert reader.look(entry(title="Solved")) == [("1", PostState.EDITED)]


def test_blanks_are_no_edit() -> None:
    reader = Reader()
    reader.look(entry(text="Is it\n\ngood?"))
    assert reader.look(entry(text="Is it good? ")) == []


def test_what_changes_at_every_look_is_no_edit_in_the_end() -> None:
    reader = Reader()
    heard = [reader.look(entry(text=f"{n} people look at this")) for n in range(20)]
    assert sum(map(len, heard)) == 4
    reader.look(entry(text="19 people look at this"))  # it has come to rest
    assert reader.look(entry(text="but I want the other")) == [("1", PostState.EDITED)]


def test_what_was_too_old_to_be_told_stays_untold_when_it_is_edited() -> None:
    old = feed_cursor.news(Cursor(), [entry()], ["1"], since=NOW.replace(year=2027))
    assert old.entries == ()
    again = feed_cursor.news(Cursor(seen=old.seen), [entry(text="new")], ["1"], None)
    assert again.entries == ()
    third = feed_cursor.news(Cursor(seen=again.seen), [entry(text="newer")], ["1"], None)
    assert third.entries == ()


# ------------------------------------------------------------------ what is kept


def test_a_cursor_of_before_edits_were_noticed_is_understood() -> None:
    mark = feed_ids.mark("1")
    old = feed_cursor.read(f'{{"etag": "e", "seen": ["{mark}"]}}', "https://x.example/feed")
    assert old
    assert old.etag == "e"
    assert feed_cursor.news(old, [entry()], ["1"], None).entries == ()


def test_validators_of_another_address_are_not_sent_to_this_one() -> None:
    first = feed_cursor.first("https://x.example/a")
    kept = first.model_copy(update={"etag": "e", "seen": {"m": "w"}}).model_dump_json()
    same, other = (feed_cursor.read(kept, f"https://x.example/{name}") for name in "ab")
    assert same
    assert other
    assert (same.etag, other.etag, dict(other.seen)) == ("e", "", {"m": "w"})


@pytest.mark.parametrize("kept", [None, "", "{", '{"what": []}', '{"seen": 3}'])
def test_a_cursor_that_nobody_understands_is_none(kept: str | None) -> None:
    assert feed_cursor.read(kept, "https://x.example/a") is None


def test_five_hundred_entries_are_remembered_the_newest_first() -> None:
    many = [entry(str(n)) for n in range(700)]
    reader = Reader()
    reader.look(*many[200:])
    reader.look(*many[:200])
    assert len(reader.cursor.seen) == 500
    assert reader.heard(*many[:400]) == []
    assert len(reader.cursor.model_dump_json()) < 16_000


def test_that_entries_may_have_been_missed_is_noticed() -> None:
    seen = {feed_ids.mark("0"): "w"}
    fresh = [entry(str(n)) for n in range(1, 6)]
    ids = [one.id for one in fresh]
    assert feed_cursor.news(Cursor(seen=seen), fresh, ids, None).missed
    assert not feed_cursor.news(Cursor(), fresh, ids, None).missed
    assert not feed_cursor.news(Cursor(seen=seen), fresh[:4], ids[:4], None).missed
    known = [*fresh, entry("0")]
    assert not feed_cursor.news(Cursor(seen=seen), known, [*ids, "0"], None).missed
