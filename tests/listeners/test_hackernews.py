"""Hacker News: communities, text, and more hits than one search gives."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from demo.faults import status
from demo.players.items import Item
from domain.errors import SourceError
from listeners import hackernews
from tests.listeners.played import NOW, Played

ASK = Item(
    id="100",
    author="ann",
    title="Ask HN: A or B?",
    text="First.\n\nIt's <b> & more.",
    posted_at=NOW - timedelta(minutes=30),
    community="ask_hn",
    score=7,
)
ANSWER = Item(
    id="101",
    author="bob",
    text="B.",
    posted_at=NOW - timedelta(minutes=20),
    parent_id="100",
    thread_id="100",
)


@pytest.mark.parametrize("tags", [["a b"], "story&query=x", [""]])
def test_tags_that_would_change_the_question_are_refused(tags: object) -> None:
    with pytest.raises(ValidationError):
        hackernews.Options(name="hn", tags=tags)


def test_a_question_and_its_answer(played: Played) -> None:
    played.hackernews.add(ASK, ANSWER)
    answer, question = played.listener("hackernews").fetch(None).posts
    assert question.text == "First.\n\nIt's <b> & more."
    assert (question.title, question.community) == ("Ask HN: A or B?", "Ask HN")
    assert question.metrics == {"score": 7, "replies": 1}
    assert (answer.title, answer.community) == ("", "Ask HN")
    assert (answer.thread_id, answer.parent_id) == ("100", "100")
    assert answer.place_key == "hackernews:Ask HN"


@pytest.mark.parametrize(
    ("tags", "sent", "found"),
    [
        (("story", "comment"), "(story,comment)", {"100", "101"}),
        ("comment", "comment", {"101"}),
        (["ask_hn"], "ask_hn", {"100"}),
        ("story,author_ann", "story,author_ann", {"100"}),
    ],
)
def test_tags_choose(tags: object, sent: str, found: set[str], played: Played) -> None:
    played.hackernews.add(ASK, ANSWER)
    posts = played.listener("hackernews", tags=tags).fetch(None).posts
    assert {post.external_id for post in posts} == found
    assert played.server.seen("/hn")[0].query["tags"] == sent


def test_a_query_chooses(played: Played) -> None:
    played.hackernews.add(ASK, ANSWER)
    posts = played.listener("hackernews", query="first").fetch(None).posts
    assert [post.external_id for post in posts] == ["100"]


def test_what_reaches_the_search_late_is_found(played: Played) -> None:
    listener = played.listener("hackernews")
    played.hackernews.add(ANSWER)
    cursor = listener.fetch(None).cursor
    played.hackernews.add(ASK)
    late = ASK.model_copy(update={"posted_at": ANSWER.posted_at - timedelta(minutes=10)})
    played.hackernews.add(late)
    assert [post.external_id for post in listener.fetch(cursor).posts] == ["100"]


def test_more_than_one_search_gives_is_read_by_several(played: Played) -> None:
    played.add("hackernews", *(n / 2 for n in range(1, 1351)))
    found = [post.external_id for post in played.listener("hackernews").fetch(None).posts]
    assert len(found) == len(set(found)) == 1350


def test_a_question_that_is_not_understood_names_the_options(played: Played) -> None:
    played.server.fail("/hn", status(400, '{"message": "invalid tags"}'))
    with pytest.raises(SourceError, match="check `query` and `tags`"):
        played.listener("hackernews").fetch(None)
