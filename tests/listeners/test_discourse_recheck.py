"""Discourse: who replied, and what has become of stored posts."""

import json
from typing import Any

import pytest

from demo.faults import html, status, too_many
from demo.players.discourse import topic_id
from domain.errors import SourceError
from domain.types import Post, PostState
from listeners import discourse
from tests.listeners.forum import ASK, fetched, old_topic, paths, reply
from tests.listeners.played import NOW, Played, given


def test_all_replies_of_a_long_topic_are_found(played: Played) -> None:
    played.discourse.add(ASK, *(reply(1000 + n, ago=20 - n / 10) for n in range(60)))
    (question,) = [one for one in fetched(played).posts if one.external_id == "900"]
    found = played.listener("discourse").replies(question)  # type: ignore[attr-defined]
    assert len(found) == 60
    assert {one.thread_key for one in found} == {question.thread_key}


def test_replies_carry_the_thread_that_the_post_has(played: Played) -> None:
    old = old_topic(played)
    played.discourse.add(reply(20_000_001, old), reply(20_000_002, old, ago=5))
    played.server.fail("/discourse/t/", status(410))
    posts = {post.external_id: post for post in fetched(played).posts}
    asked = posts["20000001"]
    (found,) = played.listener("discourse").replies(asked)  # type: ignore[attr-defined]
    assert (found.external_id, found.thread_key) == ("20000002", asked.thread_key)


def recheck(played: Played, *posts: Post) -> tuple[dict[str, Post], set[str]]:
    listener = played.listener("discourse")
    assert isinstance(listener, discourse.DiscourseListener)
    found = listener.recheck(posts)
    return {post.external_id: post for post in found.posts}, set(found.gone)


def test_what_was_deleted_edited_or_locked_is_seen_again_by_topics(played: Played) -> None:
    played.discourse.add(ASK, *(reply(1000 + n) for n in range(40)))
    posts = {post.external_id: post for post in fetched(played).posts}
    played.server.reset()
    played.discourse.delete("1039")
    played.discourse.edit("1038", "Now I say: Fernhill.", NOW)
    played.discourse.add(ASK.model_copy(update={"locked": True}))
    there, gone = recheck(played, *posts.values())
    assert gone == {posts["1039"].key}
    assert there["1038"].text == "Now I say: Fernhill."
    assert there["1038"].state is PostState.EDITED
    assert there["1000"].state is PostState.LIVE
    assert {one.metrics.get("locked") for one in there.values()} == {1}
    assert there["900"].title == "Fernhill or Tidewell?"
    assert there["900"].key == posts["900"].key
    assert len(paths(played)) == 4  # the topic, two more pages of it, and the missing one alone


def test_with_its_first_post_a_topic_is_gone(played: Played) -> None:
    played.discourse.add(ASK, reply(901))
    posts = fetched(played).posts
    played.discourse.delete("900")
    assert recheck(played, *posts) == ({}, {post.key for post in posts})


@pytest.mark.parametrize(
    "fault",
    [status(500), status(409), too_many(retry_after=60), html(404), html(403), html(), status(404)],
    ids=str,
)
def test_no_outage_makes_a_post_gone(fault: Any, played: Played) -> None:
    played.discourse.add(ASK)
    posts = fetched(played).posts
    played.server.fail("/discourse", fault, times=None)
    with pytest.raises(SourceError):
        recheck(played, *posts)


@pytest.mark.parametrize("code", [403, 404, 410])
def test_what_the_forum_itself_no_longer_shows_to_guests_is_gone(code: int, played: Played) -> None:
    played.discourse.add(ASK)
    posts = fetched(played).posts
    said = status(code, '{"errors": ["no"], "error_type": "invalid_access"}')
    played.server.fail("/discourse", said, times=None)
    assert recheck(played, *posts) == ({}, {posts[0].key})


@pytest.mark.parametrize(
    "change", [{"hidden": True}, {"user_deleted": True}, {"deleted_at": "2026-03-02T11:59:00Z"}]
)
def test_a_post_that_is_hidden_is_gone(change: dict[str, Any], played: Played) -> None:
    played.discourse.add(ASK)
    (post,) = fetched(played).posts
    record = played.discourse._now().said(ASK) | change
    said = json.dumps({"id": topic_id(ASK), "post_stream": {"posts": [record], "stream": [900]}})
    played.server.fail("/discourse/t/", status(200, said))
    assert recheck(played, post) == ({}, {post.key})


def test_a_record_that_cannot_be_read_says_nothing_of_the_post(played: Played) -> None:
    played.discourse.add(ASK)
    (post,) = fetched(played).posts
    said = json.dumps({"id": 5, "post_stream": {"posts": [{"id": 900, "created_at": "?"}]}})
    played.server.fail("/discourse/t/", status(200, said))
    assert recheck(played, post) == ({}, set())


def test_a_post_of_another_forum_is_looked_for_there(played: Played) -> None:
    listener = discourse.make(
        discourse.Options(name="f", url="http://127.0.0.1:9/", allow_private=True), given()
    )
    played.discourse.add(ASK)
    (post,) = fetched(played).posts
    elsewhere = post.model_copy(update={"instance": "127.0.0.1:9/other"})
    with pytest.raises(SourceError, match=r"127\.0\.0\.1:9"):
        listener.recheck([elsewhere])
