from datetime import timedelta
from typing import Any

import pytest

from domain.types import AskState, Post
from routing.follow import seen
from tests.make import HOUR, NOW, advocate, ask, post

HERE = post()
ANNA = advocate()
SENT = ask(HERE, state=AskState.SENT, sent_at=NOW)


def reply(n: int = 1, **given: Any) -> Post:
    fields: dict[str, Any] = {
        "author": "anna_r",
        "external_id": f"t1_{n}",
        "posted_at": NOW + n * HOUR,
        "thread_id": HERE.thread_id,
        "parent_id": HERE.external_id,
    }
    return post(**{**fields, **given})


def found(*replies: Post, linked_id: str = "") -> str:
    seen_reply = seen(SENT, ANNA, HERE, replies, linked_id)
    return seen_reply.external_id if seen_reply else ""


@pytest.mark.parametrize("author", ["anna_r", "Anna_R", "@anna_r", "u/anna_r"])
def test_the_handle_is_enough_however_it_is_written(author: str) -> None:
    assert found(reply(author=author)) == "t1_1"


def test_the_first_of_several_counts() -> None:
    assert found(reply(3), reply(2), reply(5)) == "t1_2"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(reply(author="somebody"), id="somebody else's"),
        pytest.param(reply(thread_id="t3_9"), id="in another thread"),
        pytest.param(reply(platform="x"), id="on another platform"),
        pytest.param(reply(posted_at=NOW - HOUR), id="written before we asked"),
        pytest.param(reply(state="gone"), id="deleted"),
        pytest.param(HERE.model_copy(update={"author": "anna_r"}), id="the question itself"),
    ],
)
def test_is_not_the_advocates_reply(other: Post) -> None:
    assert not found(other)


def test_clocks_may_differ_a_little() -> None:
    assert found(reply(posted_at=NOW - timedelta(minutes=5)))


def test_a_link_finds_the_reply_of_another_account() -> None:
    other = reply(2, author="anna_private")
    assert not found(other)
    assert found(other, linked_id="t1_2") == "t1_2"


def test_what_the_handle_shows_goes_before_the_link() -> None:
    assert found(reply(1, author="anna_private"), reply(2), linked_id="t1_1") == "t1_2"


def test_a_link_to_the_askers_own_words_is_no_reply() -> None:
    assert not found(reply(2, author=HERE.author), linked_id="t1_2")


def test_an_advocate_without_a_handle_is_not_everybody() -> None:
    nameless = advocate(handles={})
    assert seen(SENT, nameless, HERE, [reply(author="")]) is None
