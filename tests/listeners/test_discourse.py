"""Discourse: all posts of a forum, each heard once, whatever happens."""

import json
from datetime import timedelta
from typing import Any

import pytest

from demo.faults import html, status, too_many
from demo.players.discourse import HOST, topic_id
from domain.errors import SourceError
from domain.types import PostState
from tests.listeners.forum import ASK, fetched, ids, old_topic, paths, reply
from tests.listeners.later import fail_later
from tests.listeners.played import NOW, Played


def test_a_topic_and_its_first_post_are_one_and_name_the_thread(played: Played) -> None:
    played.discourse.add(ASK, reply(901))
    answer, question = fetched(played).posts
    assert (question.external_id, question.thread_id, question.parent_id) == ("900", "900", "")
    assert (answer.external_id, answer.thread_id, answer.parent_id) == ("901", "900", "900")
    assert (question.title, answer.title) == ("Fernhill or Tidewell?", "")
    assert answer.url == f"{HOST}/t/fernhill-or-tidewell/{topic_id(ASK)}/2"
    assert set(paths(played)) == {"/posts.json"}


def test_a_reply_in_a_topic_of_old_names_it_as_ever(played: Played) -> None:
    old = old_topic(played)
    played.discourse.add(reply(20_000_001, old, ago=20))
    first = fetched(played)
    assert [post.thread_id for post in first.posts] == [old.id]
    assert f"/t/{topic_id(old)}.json" in paths(played)
    played.server.reset()
    played.discourse.add(reply(20_000_002, old))
    assert [post.thread_id for post in fetched(played, first.cursor).posts] == [old.id]
    assert f"/t/{topic_id(old)}.json" not in paths(played)  # it is remembered


@pytest.mark.parametrize(
    "fault",
    [status(500), html(), status(404), status(410), status(404, '{"errors": ["not found"]}')],
    ids=str,
)
def test_where_a_topic_cannot_be_looked_up_a_stand_in_names_it_from_then_on(
    fault: Any, played: Played
) -> None:
    old = old_topic(played)
    played.discourse.add(reply(20_000_001, old, ago=20))
    played.server.fail("/discourse/t/", fault, times=2)
    first = fetched(played)
    played.server.reset()
    played.discourse.add(reply(20_000_002, old))
    second = fetched(played, first.cursor)
    name = f"topic-{topic_id(old)}"
    assert [post.thread_id for post in (*first.posts, *second.posts)] == [name, name]


def test_one_failed_look_up_is_tried_again(played: Played) -> None:
    old = old_topic(played)
    played.discourse.add(reply(20_000_001, old, ago=20))
    played.server.fail("/discourse/t/", status(500))
    assert [post.thread_id for post in fetched(played).posts] == [old.id]


def test_a_locked_topic_is_told_where_it_is_looked_up(played: Played) -> None:
    old = old_topic(played, locked=True)
    played.discourse.add(reply(20_000_001, old))
    assert [post.metrics["locked"] for post in fetched(played).posts] == [1]


def test_what_becomes_visible_late_is_found(played: Played) -> None:
    played.discourse.add(reply(905, ASK, ago=10), ASK)
    cursor = fetched(played).cursor
    played.discourse.add(reply(903, ASK, ago=12))
    batch = fetched(played, cursor)
    assert ids(batch) == {"903"}
    assert ids(fetched(played, batch.cursor)) == set()


def test_a_new_post_that_is_edited_is_heard_again_once(played: Played) -> None:
    played.discourse.add(ASK, reply(901))
    first = fetched(played)
    played.discourse.edit("901", "Fernhill, I say.", NOW)
    second = fetched(played, first.cursor)
    assert [(p.external_id, p.text, p.state) for p in second.posts] == [
        ("901", "Fernhill, I say.", PostState.EDITED)
    ]
    assert fetched(played, second.cursor).posts == ()


def test_more_than_a_look_reads_is_read_by_the_next_looks_after_what_is_new(
    played: Played,
) -> None:
    played.add("discourse", *(n / 10 for n in range(1, 701)))
    first = fetched(played)
    assert len(first.posts) < 700
    (newest,) = played.add("discourse", 0)
    second = fetched(played, first.cursor)
    assert newest.id in ids(second)
    assert len(ids(first) | ids(second)) == 701
    assert not ids(first) & ids(second)
    assert fetched(played, second.cursor).posts == ()


def test_a_page_that_fails_is_read_with_the_next_look(played: Played) -> None:
    played.add("discourse", *(n / 10 for n in range(1, 121)))
    fail_later(played.server, "/discourse/posts.json", too_many(retry_after=90))
    listener = played.listener("discourse")
    first = listener.fetch(None)
    assert len(first.posts) == 50
    assert first.failed
    assert first.again_in == timedelta(seconds=90)
    second = fetched(played, first.cursor)
    assert len(ids(first) | ids(second)) == 120
    assert second.failed is None


def test_a_page_that_never_can_be_read_keeps_back_nothing_new(played: Played) -> None:
    played.add("discourse", *(n / 10 for n in range(11, 131)))
    cursor = None
    for n in range(3):
        fail_later(played.server, "/discourse/posts.json", status(500))
        batch = fetched(played, cursor)
        cursor = batch.cursor
        (newest,) = played.add("discourse", 1 - n / 10)
    assert newest.id in ids(fetched(played, cursor))


@pytest.mark.parametrize("key", ["latest_posts", "post_stream"])
def test_a_site_that_gives_the_same_page_for_ever_is_left(key: str, played: Played) -> None:
    played.discourse.add(ASK, reply(901))
    page = [played.discourse._now().said(item) for item in (ASK, reply(901))]
    said = {"latest_posts": page} if key == "latest_posts" else {"post_stream": {"posts": page}}
    body = json.dumps(said)
    played.server.fail("/discourse", status(200, body, content_type="application/json"), times=None)
    assert ids(fetched(played)) == {"900", "901"}
    assert len(paths(played)) < 10


def test_an_empty_window_of_an_older_version_is_no_end(played: Played) -> None:
    """Such a one looks at fifty ids at a time, and all fifty can be private."""
    played.discourse.add(ASK, reply(1100))
    alone = json.dumps({"latest_posts": [played.discourse._now().said(reply(1100))]})
    for _ in range(2):  # the newest page, and the window below it
        played.server.fail("/discourse/posts.json", status(200, alone))
    played.server.fail("/discourse/posts.json", status(200, '{"latest_posts": []}'))
    assert ids(fetched(played)) == {"900", "1100"}


def test_odd_records_beside_good_ones_are_left_out(played: Played) -> None:
    played.discourse.add(ASK)
    good = played.discourse._now().said(ASK, titled=True)
    odd = [
        {},
        good | {"id": None},
        good | {"id": 10**400, "created_at": "2026-03-02T11:00:00Z", "topic_id": "../../x"},
        good | {"id": 7, "created_at": "2999-01-01T00:00:00Z", "topic_id": None},
        good | {"id": 8, "cooked": 5, "username": None, "actions_summary": "x", "version": "x"},
    ]
    body = json.dumps({"latest_posts": [good, *odd, 5, None]})
    played.server.fail("/discourse/posts.json", status(200, body))
    batch = fetched(played)
    assert {"900", "7", "8"} <= ids(batch)
    played.discourse.add(reply(910, ago=1))
    assert "910" in ids(fetched(played, batch.cursor))  # a time in the future moved nothing


# ------------------------------------------------------------------ refusals


def test_a_forum_for_members_only_is_told_so(played: Played) -> None:
    played.discourse.members_only = True
    with pytest.raises(SourceError, match="open to members only: ask its owners"):
        fetched(played)


def test_a_guard_that_lets_no_programs_in_is_told_so(played: Played) -> None:
    played.server.fail("/discourse", html(403), times=None)
    with pytest.raises(SourceError, match="its guard lets no programs in"):
        fetched(played)


def test_a_login_page_at_the_end_of_a_redirect_is_told_so(played: Played) -> None:
    played.server.fail("/discourse/posts.json", status(302, location="/discourse/login"))
    played.server.fail("/discourse/login", html())
    with pytest.raises(SourceError, match="open to members only"):
        fetched(played)


def test_an_overloaded_forum_is_asked_again_later(played: Played) -> None:
    played.server.fail("/discourse", status(409, '{"errors": ["extreme_load"]}'))
    with pytest.raises(SourceError, match="it is overloaded"):
        fetched(played)


def test_a_wait_that_is_told_in_the_body_is_kept(played: Played) -> None:
    body = json.dumps({"errors": ["Slow down"], "extras": {"wait_seconds": 12}})
    played.server.fail("/discourse", status(429, body))
    with pytest.raises(SourceError) as caught:
        fetched(played)
    assert caught.value.retry_after == timedelta(seconds=12)


def test_a_forum_without_a_list_of_posts_is_read_by_its_topics(played: Played) -> None:
    (item,) = played.add("discourse", 5)
    played.server.fail("/discourse/posts.json", status(404), times=None)
    listener = played.listener("discourse")
    first = listener.fetch(None)
    assert [post.external_id for post in first.posts] == [item.id]
    (newer,) = played.add("discourse", 1)
    assert [post.external_id for post in listener.fetch(first.cursor).posts] == [newer.id]
