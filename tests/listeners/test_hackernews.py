"""Hacker News: communities, text, and more hits than one search gives."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from demo.faults import html, status, too_many
from demo.players.items import Item
from domain.errors import SourceError
from domain.types import PostState
from listeners import hackernews
from tests.listeners.later import fail_later
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


@pytest.mark.parametrize("tags", [["a b"], "story&query=x", [""], [], "job", ["story", "pollopt"]])
def test_tags_that_change_the_question_or_bring_nothing_are_refused(tags: object) -> None:
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


@pytest.mark.parametrize(
    ("options", "doubted"),
    [
        ({}, True),
        ({"query": " "}, True),
        ({"query": "crm"}, False),
        ({"tags": "ask_hn"}, False),
    ],
)
def test_reading_all_of_it_is_doubted(options: dict[str, Any], doubted: bool) -> None:
    assert bool(hackernews.Options(name="hn", **options).doubts()) is doubted


def test_all_is_asked_for_by_date_and_spelt_as_it_stands(played: Played) -> None:
    played.listener("hackernews", query="crm", since="1h").fetch(None)
    (seen,) = played.server.seen("/hn")
    bound = int(NOW.timestamp()) - 3600
    assert seen.path == "/hn/api/v1/search_by_date"
    assert seen.query == {
        "query": "crm",
        "tags": "(story,comment)",
        "typoTolerance": "false",
        "numericFilters": f"created_at_i>{bound}",
        "hitsPerPage": "200",
        "page": "0",
    }


def read(played: Played, cursor: str | None = None) -> tuple[set[str], str | None]:
    batch = played.listener("hackernews").fetch(cursor)
    found = [post.external_id for post in batch.posts]
    assert len(found) == len(set(found))
    return set(found), batch.cursor


def test_more_than_one_search_gives_is_read_by_several(played: Played) -> None:
    played.add("hackernews", *(n / 2 for n in range(1, 1351)))
    assert len(read(played)[0]) == 1350


def test_more_than_a_look_reads_comes_with_the_next_after_what_is_new(played: Played) -> None:
    played.add("hackernews", *(n / 10 for n in range(1, 6001)))
    first, cursor = read(played)
    (newest,) = played.add("hackernews", 0)
    second, cursor = read(played, cursor)
    assert len(first) < 6000
    assert newest.id in second
    assert len(first | second) == 6001
    assert not first & second
    assert read(played, cursor)[0] == set()


def test_many_of_one_second_at_the_edge_of_a_page_are_all_read(played: Played) -> None:
    at = NOW - timedelta(minutes=10)
    twins = [ASK.model_copy(update={"id": str(1000 + n), "posted_at": at}) for n in range(450)]
    played.hackernews.add(*twins, ASK)
    assert len(read(played)[0]) == 451


def test_a_server_that_gives_the_same_page_for_ever_is_left(played: Played) -> None:
    hit = {"objectID": "5", "created_at_i": int(NOW.timestamp()) - 60, "title": "T"}
    body = json.dumps({"hits": [hit], "nbPages": 1000, "hitsPerPage": 1})
    played.server.fail("/hn", status(200, body), times=None)
    assert read(played)[0] == {"5"}
    assert len(played.server.seen("/hn")) < 5


def test_a_page_that_fails_is_read_with_the_next_look(played: Played) -> None:
    played.add("hackernews", *(n / 2 for n in range(1, 351)))
    fail_later(played.server, "/hn", too_many(retry_after=30))
    batch = played.listener("hackernews").fetch(None)
    assert (len(batch.posts), batch.again_in) == (200, timedelta(seconds=30))
    assert batch.failed
    assert len({p.external_id for p in batch.posts} | read(played, batch.cursor)[0]) == 350


def test_odd_hits_beside_good_ones_are_left_out(played: Played) -> None:
    good = {"objectID": 5, "created_at": "2026-03-02T11:00:00Z", "title": "T", "_tags": None}
    odd = [
        {},
        good | {"objectID": "6", "created_at": None},
        good | {"objectID": "7", "_tags": ["job", "story"]},
        good | {"objectID": "8", "_tags": ["pollopt"]},
        good | {"objectID": "9", "created_at_i": 10**30, "points": 10**40},
        good | {"objectID": "10", "title": 5, "story_text": None},
        good | {"objectID": "11", "author": None, "points": "many", "num_comments": [1]},
    ]
    body = json.dumps({"hits": [good, *odd, None, 5]})
    played.server.fail("/hn", status(200, body), times=2)
    assert {"5", "11"} <= read(played)[0] <= {"5", "9", "11"}


def test_a_poll_is_read_with_its_choices(played: Played) -> None:
    poll = {
        "objectID": "5",
        "created_at_i": int(NOW.timestamp()) - 60,
        "title": "Poll: your CRM?",
        "story_text": "Which?",
        "_tags": ["poll", "author_ann", "story_5"],
    }
    played.server.fail("/hn/api/v1/search", status(200, json.dumps({"hits": [poll], "nbPages": 1})))
    choices = [{"text": "Fernhill"}, {"text": "A &amp; B"}, {"text": None}, "odd"]
    played.server.fail("/hn/api/v1/items/5", status(200, json.dumps({"options": choices})))
    (post,) = played.listener("hackernews", tags="poll").fetch(None).posts
    assert post.text == "Which?\n- Fernhill\n- A & B"


def test_a_poll_whose_choices_cannot_be_read_is_read_without(played: Played) -> None:
    poll = {
        "objectID": "5",
        "created_at_i": 1772452740,
        "title": "Poll: your CRM?",
        "_tags": ["poll"],
    }
    played.server.fail("/hn/api/v1/search", status(200, json.dumps({"hits": [poll], "nbPages": 1})))
    (post,) = played.listener("hackernews", tags="poll").fetch(None).posts
    assert (post.title, post.text) == ("Poll: your CRM?", "")


# ------------------------------------------------------------------ looking again


def listener(played: Played) -> hackernews.HackerNewsListener:
    made = played.listener("hackernews")
    assert isinstance(made, hackernews.HackerNewsListener)
    return made


def test_what_was_deleted_or_edited_is_seen_again(played: Played) -> None:
    gone, edited, same = played.add("hackernews", 30, 20, 10)
    posts = {post.external_id: post for post in listener(played).fetch(None).posts}
    played.hackernews.delete(gone.id)
    played.hackernews.edit(edited.id, "Other <words>.", NOW)
    found = listener(played).recheck(list(posts.values()))
    there = {post.external_id: post for post in found.posts}
    assert found.gone == (posts[gone.id].key,)
    assert (there[edited.id].text, there[edited.id].state) == ("Other <words>.", PostState.EDITED)
    assert there[same.id] == posts[same.id]


@pytest.mark.parametrize("said", ["null", '{"id": 100, "dead": true}', '{"deleted": true}'])
def test_what_is_dead_or_unknown_is_gone(said: str, played: Played) -> None:
    played.hackernews.add(ASK)
    (post,) = listener(played).fetch(None).posts
    played.server.fail("/hn/v0", status(200, said))
    assert listener(played).recheck([post]) == ((), (post.key,))


@pytest.mark.parametrize(
    "fault",
    [status(500), status(404), html(), too_many(), status(200, "{}"), status(200, '{"id": 5}')],
    ids=str,
)
def test_no_outage_makes_a_post_gone(fault: Any, played: Played) -> None:
    played.hackernews.add(ASK)
    (post,) = listener(played).fetch(None).posts
    played.server.fail("/hn", fault, times=None)
    with pytest.raises(SourceError):
        listener(played).recheck([post])


def test_what_cannot_be_looked_at_says_nothing_of_the_others(played: Played) -> None:
    played.add("hackernews", 30, 20, 10)
    posts = listener(played).fetch(None).posts
    fail_later(played.server, "/hn/v0", status(500))
    found = listener(played).recheck(posts)
    assert (len(found.posts), found.gone) == (2, ())


def test_an_outage_ends_a_recheck_early(played: Played) -> None:
    played.add("hackernews", *range(1, 21))
    posts = listener(played).fetch(None).posts
    played.server.reset()
    played.server.fail("/hn/v0", status(500), times=None)
    with pytest.raises(SourceError):
        listener(played).recheck(posts)
    assert len(played.server.seen("/hn/v0")) == 3


def test_a_question_that_is_not_understood_names_the_options(played: Played) -> None:
    played.server.fail("/hn", status(400, '{"message": "invalid tags"}'))
    with pytest.raises(SourceError, match="check `query` and `tags`"):
        played.listener("hackernews").fetch(None)
