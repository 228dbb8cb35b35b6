"""Replies in a thread: those shown at once, those behind stubs, and threads that are no more."""

from datetime import timedelta
from typing import Any

import pytest

from demo.faults import status
from demo.players.items import Item
from domain.errors import SourceError
from domain.types import Post
from listeners.base import ThreadReader
from tests.listeners.played import NOW, Played
from tests.listeners.test_reddit import COMMENT, of, the_post


def replies(played: Played, post: Post) -> dict[str, Post]:
    return {reply.external_id: reply for reply in of(played).replies(post)}


def comments(many: int, parent: str = "t3_abc") -> list[Item]:
    """The first one is the newest."""
    return [
        COMMENT.model_copy(
            update={
                "id": f"t1_{many - n:03x}",
                "parent_id": parent,
                "posted_at": NOW - timedelta(seconds=n),
            }
        )
        for n in range(many)
    ]


def requests(played: Played) -> int:
    return len(played.server.seen("/reddit/comments") + played.server.seen("/reddit/api/more"))


def test_replies_to_replies_are_found(played: Played) -> None:
    post = the_post(played)
    below = COMMENT.model_copy(update={"id": "t1_ghi", "author": "cid", "parent_id": "t1_def"})
    played.reddit.add(COMMENT, below)
    found = {name: reply.parent_id for name, reply in replies(played, post).items()}
    assert found == {"t1_def": "t3_abc", "t1_ghi": "t1_def"}


def test_the_thread_of_a_comment_is_read_whole(played: Played) -> None:
    the_post(played)
    played.reddit.add(COMMENT)
    (comment,) = [p for p in of(played).fetch(None).posts if p.external_id == "t1_def"]
    assert replies(played, comment).keys() == {"t1_def"}


def test_a_thread_that_is_no_more_has_no_replies(played: Played) -> None:
    post = the_post(played)
    gone = post.model_copy(update={"external_id": "t3_nope", "thread_id": "t3_nope"})
    assert replies(played, gone) == {}
    for code in (302, 403, 404, 451):
        played.server.fail("/reddit/comments", status(code, "{}"))
        assert replies(played, post) == {}


def test_replies_behind_stubs_are_fetched(played: Played) -> None:
    post = the_post(played)
    played.reddit.thread_size = 20
    played.reddit.add(*comments(250))
    assert len(replies(played, post)) == 250
    assert requests(played) == 1 + 3


def test_of_a_very_long_thread_the_newest_are_fetched_in_few_requests(played: Played) -> None:
    post = the_post(played)
    played.reddit.thread_size = 20
    many = comments(900)
    played.reddit.add(*many)
    found = replies(played, post)
    assert found.keys() == {item.id for item in many[:520]}
    assert requests(played) == 1 + 5


def test_replies_below_a_stub_are_found_too(played: Played) -> None:
    post = the_post(played)
    played.reddit.thread_size = 1
    below = [
        item.model_copy(update={"id": f"t1_z{n}", "parent_id": "t1_001"})
        for n, item in enumerate(comments(3))
    ]
    played.reddit.add(*comments(3), *below)
    assert len(replies(played, post)) == 6


def test_replies_too_deep_to_be_shown_are_on_pages_of_their_own(played: Played) -> None:
    post = the_post(played)
    played.reddit.thread_depth = 3
    chain = [
        COMMENT.model_copy(
            update={"id": f"t1_c{n}", "parent_id": f"t1_c{n - 1}" if n else "t3_abc"}
        )
        for n in range(8)
    ]
    played.reddit.add(*chain)
    assert replies(played, post).keys() == {item.id for item in chain}
    assert requests(played) == 1 + 2


def test_a_stub_whose_comments_were_deleted_meanwhile_is_passed_over(played: Played) -> None:
    post = the_post(played)
    played.reddit.thread_size = 2
    played.reddit.add(*comments(5))
    played.server.fail("/reddit/api/morechildren", status(404))
    assert len(replies(played, post)) == 2


def test_a_failure_amid_the_stubs_is_told_lest_a_reply_seem_to_be_gone(played: Played) -> None:
    post = the_post(played)
    played.reddit.thread_size = 2
    played.reddit.add(*comments(5))
    for fault in (status(503), status(200, "{}", content_type="application/json")):
        played.server.fail("/reddit/api/morechildren", fault)
        with pytest.raises(SourceError):
            replies(played, post)


@pytest.mark.parametrize(
    "body",
    ["[]", "{}", '[1, {"data": {}}]', '[1, {"data": 7}]', '[1, {"data": {"children": 7}}]', "null"],
)
def test_a_thread_in_another_shape_is_told(body: str, played: Played) -> None:
    post = the_post(played)
    played.server.fail("/reddit/comments", status(200, body, content_type="application/json"))
    with pytest.raises(SourceError, match="not a thread"):
        replies(played, post)


@pytest.mark.parametrize(
    "stub",
    [
        {"children": None, "parent_id": None},
        {"children": [1, None], "parent_id": "t3_abc"},
        {"children": ["???"], "parent_id": []},
        {},
    ],
    ids=str,
)
def test_a_stub_of_another_shape_does_no_harm(stub: dict[str, Any], played: Played) -> None:
    post = the_post(played)
    played.reddit.add(COMMENT)
    played.reddit.dress("t1_def", replies={"data": {"children": [{"kind": "more", "data": stub}]}})
    assert replies(played, post).keys() == {"t1_def"}


def test_what_was_taken_away_in_a_thread_is_no_reply(played: Played) -> None:
    post = the_post(played)
    played.reddit.add(COMMENT)
    played.reddit.dress("t1_def", body="[removed]")
    assert replies(played, post) == {}


def test_it_is_a_listener_that_reads_threads(played: Played) -> None:
    assert isinstance(of(played), ThreadReader)
