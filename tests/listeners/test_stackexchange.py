"""Stack Exchange: what is asked of it, what is made of questions, and what becomes of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from demo.faults import html, status, too_many
from domain.errors import SourceError
from domain.types import Post, PostState
from listeners import stackexchange
from listeners.stackexchange_posts import question_of, site_of
from tests.listeners.played import NOW, Played
from tests.listeners.questions import ANSWER, ASK, asked, fetched, ids, refused


@pytest.mark.parametrize(
    ("said", "site"),
    [
        ("softwarerecs", "softwarerecs"),
        ("https://softwarerecs.stackexchange.com/questions", "softwarerecs"),
        ("stackoverflow.com", "stackoverflow"),
        ("www.superuser.com", "superuser"),
        ("pt.stackoverflow.com", "pt.stackoverflow"),
        ("mathoverflow.net", "mathoverflow.net"),
        (5, 5),
    ],
)
def test_a_site_is_called_as_its_api_calls_it(said: object, site: object) -> None:
    assert site_of(said) == site


@pytest.mark.parametrize(
    "options", [{}, {"site": "a b"}, {"site": "x", "tags": ["a;b"]}, {"site": "x", "tags": [""]}]
)
def test_what_cannot_be_meant_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        stackexchange.Options(name="se", **options)


@pytest.mark.parametrize(
    ("options", "doubts"),
    [
        ({"tags": "crm"}, []),
        ({"query": "crm", "every": "30s"}, ["counts as 1m"]),
        ({}, ["all questions of softwarerecs are read"]),
    ],
)
def test_what_is_hardly_meant_is_told(options: dict[str, Any], doubts: list[str]) -> None:
    told = stackexchange.Options(name="se", site="softwarerecs", **options).doubts()
    assert len(told) == len(doubts)
    assert all(part in line for part, line in zip(doubts, told, strict=True))


# ------------------------------------------------------------------ what is asked, and made of it


@pytest.mark.parametrize(
    ("options", "path", "sent"),
    [
        ({"tags": ["crm", "erp"]}, "/search/advanced", {"tagged": "crm;erp"}),
        ({"tags": "crm", "query": "five"}, "/search/advanced", {"tagged": "crm", "q": "five"}),
        ({"query": "five"}, "/search/advanced", {"q": "five"}),
        ({}, "/questions", {}),
    ],
)
def test_tags_and_words_choose(
    options: dict[str, Any], path: str, sent: dict[str, str], played: Played
) -> None:
    other = ASK.model_copy(update={"id": "600", "community": "cooking", "text": "None."})
    played.stackexchange.add(ASK, ANSWER, other)
    assert ids(fetched(played, **options)) == ({"500"} if options else {"500", "600"})
    ((asked_path, query),) = asked(played)
    usual = {"site", "filter", "pagesize", "order", "sort", "page", "fromdate"}
    assert asked_path == path
    assert {name: said for name, said in query.items() if name not in usual} == sent
    known = (query["site"], query["filter"], query["sort"], query["order"], query["pagesize"])
    assert known == ("softwarerecs", "withbody", "creation", "desc", "100")
    assert int(query["fromdate"]) == (NOW - timedelta(days=1)).timestamp()


def test_a_question_is_attributed_as_its_licence_wants(played: Played) -> None:
    played.stackexchange.add(ASK, ANSWER)
    (post,) = fetched(played).posts
    assert (post.title, post.text) == ('A "small" CRM?', "For <five> people.")
    assert (post.author, bool(post.author_id)) == ("Ann & Co", True)
    assert post.url == "https://softwarerecs.stackexchange.com/questions/500"
    assert (post.instance, post.community) == ("softwarerecs", "softwarerecs")
    assert post.metrics == {"score": 3, "replies": 1}


@pytest.mark.parametrize("shut", ["closed_date", "locked_date", "migrated_to"])
def test_where_nobody_may_answer_is_told(shut: str) -> None:
    item = {"question_id": 5, "creation_date": 1_700_000_000, "title": "T", shut: 1_700_000_001}
    assert question_of(item, "softwarerecs", NOW).metrics == {"locked": 1}


def test_a_bare_item_is_enough() -> None:
    item = {"question_id": "5", "creation_date": 1_700_000_000, "owner": None, "title": "A &gt; B"}
    post = question_of(item, "stackoverflow", NOW)
    assert (post.title, post.author, post.url) == ("A > B", "", "https://stackoverflow.com/q/5")


def test_odd_items_beside_good_ones_are_left_out(played: Played) -> None:
    good = {"question_id": 5, "creation_date": int(NOW.timestamp()) - 60, "title": "Good"}
    odd = [{}, good | {"question_id": None}, good | {"creation_date": "x", "question_id": 6}, 5]
    late = good | {"question_id": 7, "creation_date": int(NOW.timestamp()) + 86_400}
    body = json.dumps({"items": [good, *odd, late], "has_more": False, "quota_remaining": "x"})
    played.server.fail("/stackexchange", status(200, body))
    batch = fetched(played)
    assert ids(batch) == {"5", "7"}
    played.stackexchange.add(ASK)
    assert "500" not in ids(batch)
    assert "500" in ids(fetched(played, batch.cursor))  # a time in the future moved nothing


# ------------------------------------------------------------------ answers, rechecks


def listener(played: Played) -> stackexchange.StackExchangeListener:
    made = played.listener("stackexchange")
    assert isinstance(made, stackexchange.StackExchangeListener)
    return made


def test_answers_are_read_on_any_site(played: Played) -> None:
    played.stackexchange.add(ASK, ANSWER)
    (post,) = fetched(played).posts
    there = post.model_copy(update={"instance": "superuser", "url": ""})
    (answer,) = listener(played).replies(there)
    assert asked(played)[-1][1]["site"] == "superuser"
    assert answer.url == "https://superuser.stackexchange.com/a/501"
    assert (answer.thread_key, answer.parent_id) == (there.thread_key, "500")


def test_what_was_deleted_edited_or_closed_is_seen_again_in_one_request(played: Played) -> None:
    items = played.add("stackexchange", *range(1, 81))
    posts = {post.external_id: post for post in fetched(played).posts}
    gone, edited, closed, *_ = items
    played.stackexchange.delete(gone.id)
    played.stackexchange.edit(edited.id, "Now for ten people.", NOW)
    played.stackexchange.add(closed.model_copy(update={"locked": True}))
    played.server.reset()
    found = listener(played).recheck(list(posts.values()))
    there = {post.external_id: post for post in found.posts}
    assert found.gone == (posts[gone.id].key,)
    assert len(there) == 79
    assert (there[edited.id].text, there[edited.id].state) == (
        "Now for ten people.",
        PostState.EDITED,
    )
    assert there[closed.id].metrics["locked"] == 1
    assert there[items[5].id].state is PostState.LIVE
    assert len(asked(played)) == 1


def test_more_than_a_hundred_are_looked_at_in_several_requests(played: Played) -> None:
    played.add("stackexchange", *(n / 2 for n in range(1, 131)))
    posts = fetched(played).posts
    assert len(listener(played).recheck(posts).posts) == 130


@pytest.mark.parametrize(
    "fault",
    [
        status(500),
        html(),
        html(404),
        too_many(),
        refused(502, "throttle_violation", "too many"),
        refused(400, "bad_parameter", "ids"),
        status(200, '{"items": [], "has_more": true}'),
    ],
    ids=str,
)
def test_no_outage_makes_a_post_gone(fault: Any, played: Played) -> None:
    played.stackexchange.add(ASK)
    posts = fetched(played).posts
    played.server.fail("/stackexchange", fault, times=None)
    with pytest.raises(SourceError):
        listener(played).recheck(posts)


def test_an_item_that_cannot_be_read_says_nothing_of_the_post(played: Played) -> None:
    played.add("stackexchange", 5, 6)
    one, two = fetched(played).posts
    good = {"question_id": int(one.external_id), "creation_date": 1_700_000_000, "title": "T"}
    body = json.dumps({"items": [good, {"question_id": int(two.external_id)}]})
    played.server.fail("/stackexchange", status(200, body))
    found = listener(played).recheck([one, two])
    assert ([post.key for post in found.posts], found.gone) == ([one.key], ())


def test_posts_with_ids_of_no_kind_are_not_asked_for(played: Played) -> None:
    odd = Post(
        platform="stackexchange",
        instance="softwarerecs",
        external_id="5;6",
        posted_at=datetime(2026, 1, 1, tzinfo=UTC),
        fetched_at=NOW,
    )
    assert listener(played).recheck([odd]) == ((), ())
    assert asked(played) == []
