"""How a feed is looked at: when, where, with what it said last time; and looking posts up."""

from datetime import timedelta
from typing import Any

import pytest

from demo.faults import Answer, status
from domain.errors import SourceError
from domain.types import Post, PostState
from listeners import http, rss
from listeners.base import Batch, Rechecked, Rechecker
from tests.listeners.feeds import item
from tests.listeners.feeds import rss as written
from tests.listeners.played import NOW, SOON, Played

SITE = "https://feeds.example.com"


def answer(body: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): said for name, said in headers.items()}
    return Answer(200, {"content-type": "application/rss+xml", **named}, body.encode())


def look(played: Played, given: Answer, cursor: str | None = None, **options: Any) -> Batch:
    played.server.fail("/feeds", given)
    return played.listener("rss", **options).fetch(cursor)


# ------------------------------------------------------------------ only what has changed


@pytest.mark.parametrize("tag", ['"a"', 'W/"a b"', "odd"])
def test_validators_go_back_exactly_as_they_came_and_outlive_a_304(
    tag: str, played: Played
) -> None:
    changed = "Mon, 2 Mar 2026 11:00:00 +0000"
    cursor = look(played, answer(written(item(1)), etag=tag, last_modified=changed)).cursor
    for _ in range(2):
        cursor = look(played, status(304), cursor).cursor
    for seen in played.server.seen("/feeds")[1:]:
        assert seen.headers["if-none-match"] == tag
        assert seen.headers["if-modified-since"] == changed


def test_of_a_feed_that_broke_off_the_whole_is_asked_for_again(played: Played) -> None:
    whole = written(item(1), item(2, "Two"))
    first = look(played, answer(whole[: whole.index("Two")], etag='"a"'))
    second = look(played, answer(whole, etag='"a"'), first.cursor)
    assert [len(first.posts), len(second.posts)] == [1, 1]
    assert "if-none-match" not in played.server.seen("/feeds")[1].headers


def test_an_edited_entry_is_heard_again_as_edited(played: Played) -> None:
    (old,) = played.add("rss", 5)
    listener = played.listener("rss")
    first = listener.fetch(None)
    played.feeds.add(old.model_copy(update={"text": "Never mind, solved."}))
    second = listener.fetch(first.cursor)
    assert [(post.key, post.state) for post in second.posts] == [
        (first.posts[0].key, PostState.EDITED)
    ]
    assert second.posts[0].text == "Never mind, solved."
    assert listener.fetch(second.cursor).posts == ()


def test_a_cursor_of_another_age_does_not_bring_back_what_is_old(played: Played) -> None:
    played.add("rss", 5, 3000)
    assert len(played.listener("rss", since="1h").fetch('{"what": "is this"}').posts) == 1


# ------------------------------------------------------------------ when


@pytest.mark.parametrize(
    ("head", "headers", "wait"),
    [
        ("", {}, None),
        ("<ttl>60</ttl>", {}, timedelta(hours=1)),
        ("<ttl>soon</ttl>", {}, None),
        ("<ttl>-5</ttl>", {}, None),
        ("", {"cache_control": "public, max-age=600"}, timedelta(minutes=10)),
        ("", {"cache_control": "max-age=0, no-cache"}, None),
        ("", {"cache_control": "max-age=31536000"}, timedelta(hours=2)),
        ("<ttl>99999999999</ttl>", {}, timedelta(hours=2)),
        ("<ttl>5</ttl>", {"cache_control": "max-age=60"}, timedelta(minutes=5)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", {}, timedelta(hours=1)),
        (
            "<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            {},
            timedelta(minutes=15),
        ),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", {}, None),
    ],
)
def test_a_feed_may_ask_to_be_left_alone_for_a_while(
    head: str, headers: dict[str, str], wait: timedelta | None, played: Played
) -> None:
    body = written(
        item(1),
        head=f"<title>B</title>{head}",
        spaces='xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"',
    )
    first = look(played, answer(body, **headers))
    assert first.again_in == wait
    if not headers:
        assert look(played, status(304), first.cursor).again_in == wait


def test_a_feed_that_moves_faster_than_it_is_read_is_named_and_not_left_alone(
    played: Played,
) -> None:
    head = "<title>B</title><ttl>60</ttl>"
    first = look(played, answer(written(*map(item, range(5)), head=head)))
    second = look(played, answer(written(*map(item, range(5, 10)), head=head)), first.cursor)
    assert len(second.posts) == 5
    assert "give it a shorter `every`" in second.notices[0]
    assert second.again_in is None


def test_a_feed_that_is_gone_is_looked_at_once_a_day(played: Played) -> None:
    with pytest.raises(SourceError, match=r"gone for good.*remove this source") as caught:
        look(played, status(410))
    assert caught.value.retry_after == timedelta(days=1)


# ------------------------------------------------------------------ where


def moved(played: Played, code: int = 301) -> Answer:
    return status(code, location=f"{played.server.url}/feeds/new.rss")


def looks(played: Played, count: int, code: int = 301, cursor: str | None = None) -> Batch:
    batch = Batch((), cursor)
    for _ in range(count):
        batch = look(played, moved(played, code), batch.cursor)
    return batch


def paths(played: Played) -> list[str]:
    return [seen.path.removeprefix("/feeds/") for seen in played.server.seen("/feeds")]


@pytest.mark.parametrize("code", [301, 308])
def test_a_move_for_good_is_believed_at_the_third_look(code: int, played: Played) -> None:
    batch = looks(played, 3, code)
    assert "has moved for good to" in batch.notices[0]
    assert "/feeds/new.rss: set `url` to that" in batch.notices[0]
    again = played.listener("rss").fetch(batch.cursor)
    assert paths(played)[-3:] == ["blog.rss", "new.rss", "new.rss"]
    assert again.notices == batch.notices


@pytest.mark.parametrize("code", [302, 303, 307])
def test_a_move_for_a_while_is_never_believed(code: int, played: Played) -> None:
    batch = looks(played, 5, code)
    assert batch.notices == ()
    assert paths(played) == ["blog.rss", "new.rss"] * 5


def test_a_move_that_is_taken_back_starts_afresh(played: Played) -> None:
    cursor = looks(played, 2).cursor
    cursor = played.listener("rss").fetch(cursor).cursor  # no redirect
    assert looks(played, 2, cursor=cursor).notices == ()


@pytest.mark.parametrize(
    "fault", [status(404), answer("<html>Parked</html>"), status(500)], ids=str
)
def test_a_new_address_that_fails_is_dropped_for_the_old_one(fault: Answer, played: Played) -> None:
    played.add("rss", 5)
    cursor = looks(played, 3).cursor
    played.server.fail("/feeds/new.rss", fault)
    batch = played.listener("rss").fetch(cursor)
    assert paths(played)[-2:] == ["new.rss", "blog.rss"]
    assert (len(batch.posts), batch.notices) == (1, ())


def test_a_new_address_that_asks_for_patience_is_given_it(played: Played) -> None:
    cursor = looks(played, 3).cursor
    played.server.fail("/feeds/new.rss", status(503, retry_after="60"))
    with pytest.raises(SourceError) as caught:
        played.listener("rss").fetch(cursor)
    assert caught.value.retry_after == timedelta(minutes=1)
    assert paths(played)[-1] == "new.rss"


def test_ids_stay_when_a_feed_moves(played: Played) -> None:
    played.add("rss", 5)
    before = played.listener("rss").fetch(None)
    played.add("rss", 4, community="new")
    after = looks(played, 1, cursor=before.cursor)
    assert before.posts[0].instance == after.posts[0].instance


# ------------------------------------------------------------------ what was meant


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "https://f.example/latest.rss"}, "add ?order=created"),
        ({"url": "https://f.example/latest.rss?order=created"}, ""),
        ({"url": "https://f.example/forums/-/index.rss"}, "add ?order=post_date"),
        ({"url": "https://f.example/forums/-/index.rss?order=post_date"}, ""),
        ({"url": "https://www.reddit.com/r/crm/.rss"}, "kind `reddit`"),
        ({"url": "https://f.example/feed", "every": "20s"}, "`every` 5m"),
        ({"url": "https://f.example/feed"}, ""),
    ],
)
def test_what_is_hardly_meant_is_named(options: dict[str, str], words: str) -> None:
    doubts = rss.Options(name="r", **options).doubts()
    assert (words in doubts[0]) if words else doubts == ()


# ------------------------------------------------------------------ looking posts up


def by_site(played: Played, **options: Any) -> rss.RssListener:
    """Whose `api_url` stands for the site."""
    known = rss.Options(
        name="blog",
        url=f"{SITE}/blog.rss",
        api_url=f"{played.server.url}/feeds/blog.rss",
        allow_private=True,
        **options,
    )
    return rss.RssListener(known, lambda: NOW, http.Limits(SOON, SOON, 2 * SOON))


def test_what_is_gone_from_its_page_is_gone_and_the_rest_is_as_it_was(played: Played) -> None:
    kept, gone = played.add("rss", 5, 10)
    listener = by_site(played)
    assert isinstance(listener, Rechecker)
    posts = listener.fetch(None).posts
    played.feeds.delete(gone.id)
    found = listener.recheck(posts)
    assert found.posts == tuple(post for post in posts if post.external_id == kept.id)
    assert found.gone == tuple(post.key for post in posts if post.external_id == gone.id)
    assert listener.forgets_within == timedelta(hours=48)


def post(url: str, number: int = 1) -> Post:
    return Post(platform="rss", external_id=str(number), url=url, posted_at=NOW, fetched_at=NOW)


@pytest.mark.parametrize(
    ("code", "is_gone"), [(404, True), (410, True), (403, False), (451, False)]
)
def test_only_a_clear_sign_means_gone(code: int, is_gone: bool, played: Played) -> None:
    played.server.fail("/feeds/blog/1", status(code))
    found = by_site(played).recheck([post(f"{SITE}/blog/1")])
    assert (len(found.gone), len(found.posts)) == (is_gone, not is_gone)


@pytest.mark.parametrize("code", [429, 500, 503])
def test_an_outage_means_nothing(code: int, played: Played) -> None:
    played.server.fail("/feeds/blog/1", status(code))
    with pytest.raises(SourceError):
        by_site(played).recheck([post(f"{SITE}/blog/1")])


def test_one_host_that_fails_does_not_keep_the_others_from_being_looked_up(played: Played) -> None:
    (there,) = played.add("rss", 5)
    asked = [
        post("http://127.0.0.1:9/a", 1),
        post("http://127.0.0.1:9/b", 2),
        post("", 3),
        post(f"{SITE}/blog/{there.id}", 4),
    ]
    found = by_site(played).recheck(asked)
    assert ([one.external_id for one in found.posts], found.gone) == (["4"], ())


def test_a_feeds_link_does_not_lead_into_our_own_network(played: Played) -> None:
    there = post(f"{played.server.url.replace('127.0.0.1', '127.0.0.2')}/feeds/blog/1")
    public = rss.RssListener(rss.Options(name="blog", url=f"{SITE}/blog.rss"), lambda: NOW)
    with pytest.raises(SourceError, match="private network"):
        public.recheck([there])
    assert played.server.requests == []


def test_a_feed_of_our_own_network_makes_us_look_nowhere_else(played: Played) -> None:
    elsewhere = [post("https://www.example.com/1", 1), post("http://127.0.0.2:9/1", 2)]
    assert by_site(played).recheck(elsewhere) == Rechecked()
