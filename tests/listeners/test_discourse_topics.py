"""Discourse: a category, a tag, a search."""

import json

import pytest

from demo.faults import status
from demo.players.discourse import topic_id
from domain.errors import SourceError
from tests.listeners.forum import ASK, fetched, ids, old_topic, paths, reply
from tests.listeners.later import fail_later
from tests.listeners.played import Played


def test_a_category_is_read_by_its_topics_with_what_is_new_in_them(played: Played) -> None:
    other = ASK.model_copy(update={"id": "910", "community": "cooking"})
    played.discourse.add(ASK, reply(901), other)
    first = fetched(played, category="crm/5")
    assert ids(first) == {"900", "901"}
    assert {post.thread_id for post in first.posts} == {"900"}
    assert played.server.seen("/discourse")[0].query == {"order": "activity"}
    assert paths(played)[0] == "/c/crm/5.json"
    assert fetched(played, first.cursor, category="crm/5").posts == ()


def test_a_reply_in_an_old_topic_is_heard_without_the_old_posts(played: Played) -> None:
    old = old_topic(played)
    early = [reply(20_000_000 + n, old, ago=3000 - n) for n in range(1, 60)]
    played.discourse.add(*early, reply(20_000_999, old, ago=5))
    first = fetched(played, tag="crm")
    assert ids(first) == {"20000999"}
    assert [post.thread_id for post in first.posts] == [old.id]
    played.discourse.add(reply(20_001_000, old, ago=1))
    assert ids(fetched(played, first.cursor, tag="crm")) == {"20001000"}


def test_more_topics_than_a_look_reads_come_with_the_next_looks(played: Played) -> None:
    played.add("discourse", *(n / 2 for n in range(1, 101)))
    found: set[str] = set()
    cursor = None
    for _ in range(4):
        batch = fetched(played, cursor, category="crm")
        assert not found & ids(batch)
        found |= ids(batch)
        cursor = batch.cursor
    assert len(found) == 100
    assert batch.posts == ()


@pytest.mark.parametrize(("prefix", "after"), [("/discourse/t/", 3), ("/discourse/c/", 1)])
def test_a_topic_or_page_that_fails_is_read_with_the_next_look(
    prefix: str, after: int, played: Played
) -> None:
    played.add("discourse", *(n / 2 for n in range(1, 36)))
    fail_later(played.server, prefix, status(500), after=after)
    played.server.fail(prefix, status(500))  # a page of a list is asked for twice
    first = fetched(played, category="crm")
    assert 0 < len(first.posts) < 35
    assert first.failed
    second = fetched(played, first.cursor, category="crm")
    assert len(ids(first) | ids(second)) == 35


def test_a_topic_that_never_can_be_read_keeps_back_no_other(played: Played) -> None:
    bad, *_ = played.add("discourse", 50, 40, 30)
    played.server.fail(f"/discourse/t/{topic_id(bad)}.json", status(500), times=None)
    first = fetched(played, category="crm")
    assert len(first.posts) == 2
    (newest,) = played.add("discourse", 1)
    assert ids(fetched(played, first.cursor, category="crm")) == {newest.id}


def test_a_topic_that_is_gone_again_is_passed_by(played: Played) -> None:
    played.discourse.add(ASK)
    played.server.fail("/discourse/t/", status(410, "gone"))
    first = fetched(played, category="crm")
    assert first.posts == ()
    assert first.notices == ()


def test_a_category_that_is_not_there_is_told(played: Played) -> None:
    with pytest.raises(SourceError, match="is its category or tag there"):
        fetched(played, category="nothing")


# ------------------------------------------------------------------ a search


def test_a_search_reads_the_whole_posts_that_it_finds(played: Played) -> None:
    long = "Tidewell? " * 20 + "the end"
    other = ASK.model_copy(update={"id": "950", "title": "Cakes", "text": "none"})
    played.discourse.add(ASK, reply(901, text=long), other)
    first = fetched(played, search="tidewell")
    found = {post.external_id: post for post in first.posts}
    assert set(found) == {"900", "901"}
    assert found["901"].text.endswith("the end")
    assert (found["901"].thread_id, found["901"].title) == ("900", "")
    asked = played.server.seen("/discourse/search.json")[0].query
    assert asked == {"q": "tidewell after:2026-02-28 order:latest", "page": "1"}
    assert fetched(played, first.cursor, search="tidewell").posts == ()
    played.discourse.add(reply(902, text="Tidewell, no doubt"))
    assert ids(fetched(played, first.cursor, search="tidewell")) == {"902"}


def test_more_than_one_look_reads_of_a_search_comes_with_the_next(played: Played) -> None:
    played.add("discourse", *(n / 2 for n in range(1, 71)))
    first = fetched(played, search="which one")
    second = fetched(played, first.cursor, search="which one")
    third = fetched(played, second.cursor, search="which one")
    assert [len(batch.posts) for batch in (first, second, third)] == [30, 30, 10]
    assert len(ids(first) | ids(second) | ids(third)) == 70
    assert fetched(played, third.cursor, search="which one").posts == ()


def test_a_busy_forum_is_searched_again_later(played: Played) -> None:
    busy = json.dumps({"grouped_search_result": {"error": "extreme_load"}})
    played.server.fail("/discourse/search.json", status(200, busy))
    with pytest.raises(SourceError, match="too busy to search"):
        fetched(played, search="which one")
