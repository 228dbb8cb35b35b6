"""X: pages, windows, fields and refusals."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from demo.faults import html, status, too_many
from demo.players.items import Item
from demo.players.x import XPlayer, status_id
from demo.server import LoopbackServer
from domain.errors import SourceError
from listeners import x
from listeners.base import Batch
from tests.listeners.played import NOW, Played, given


def bounded(played: Played, max_pages: int, **options: Any) -> x.XListener:
    chosen = x.Options(name="x", query="crm", api_url=f"{played.server.url}/x", **options)
    return x.XListener(chosen, "token", lambda: NOW, max_pages=max_pages)


def page(*records: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"data": list(records), "meta": {"result_count": len(records)}, **more}


def answered(played: Played, body: dict[str, Any]) -> Batch:
    played.server.fail("/x", status(200, json.dumps(body), content_type="application/json"))
    return played.listener("x").fetch(None)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"query": "a" * 513}, "has 513 characters, at most 512 are taken"),
        ({"query": "🚀" * 300}, "has 600 characters"),
        ({"queries": ["ok", "b" * 600]}, "has 600 characters"),
        ({"query": "ok", "colour": "red"}, "Extra inputs are not permitted"),
        ({"query": "crm", "queries": ["lang:en"]}, "names nothing that a post must have"),
        ({"query": "crm", "posts_per_day": 9}, "set 10 or more, or 0"),
        ({"query": "crm", "posts_per_month": -1}, "greater than or equal to 0"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        x.Options(name="x", **options)


def test_an_enterprise_contract_allows_longer_queries() -> None:
    assert x.Options(name="x", query="a" * 4000, longest_query=4096).wanted


def test_each_query_has_its_own_place_and_a_post_found_twice_is_told_once(played: Played) -> None:
    played.add("x", 5, 10)
    listener = played.listener("x", query="one", queries=["two", "one"])
    batch = listener.fetch(None)
    assert len(batch.posts) == 2
    assert [seen.query["query"] for seen in played.server.seen("/x")] == ["one", "two"]
    played.server.reset()
    again = played.listener("x", query="one", queries=["three"]).fetch(batch.cursor)
    assert len(again.posts) == 2  # "three" has not been read yet
    assert "since_id" in played.server.seen("/x")[0].query
    assert "start_time" in played.server.seen("/x")[1].query


def test_what_one_look_leaves_out_the_next_ones_bring(played: Played) -> None:
    played.add("x", *range(1, 251))
    listener = bounded(played, max_pages=1)
    cursor, found = None, []
    for _ in range(3):
        batch = listener.fetch(cursor)
        cursor = batch.cursor
        found += [post.external_id for post in batch.posts]
    assert len(found) == len(set(found)) == 250
    (late,) = played.add("x", 0.5)
    assert [post.external_id for post in listener.fetch(cursor).posts] == [late.id]


def test_a_page_token_that_comes_again_ends_the_look(played: Played) -> None:
    body = page({"id": "1", "text": "a"})
    body["meta"]["next_token"] = "again"
    fault = status(200, json.dumps(body), content_type="application/json")
    played.server.fail("/x", fault, times=None)
    assert len(played.listener("x").fetch(None).posts) == 1
    assert len(played.server.seen("/x")) == 2


def test_after_a_long_pause_it_looks_back_as_far_as_x_does() -> None:
    times = [NOW - timedelta(days=9)]
    player = XPlayer(window=timedelta(days=7), clock=lambda: times[0])

    def written(at: datetime) -> None:
        player.add(Item(id=status_id(at), author="ann", text="hi", posted_at=at))

    with LoopbackServer([player]) as server:
        options = x.Options(name="x", query="crm", api_url=f"{server.url}/x", since="30d")
        listener = x.XListener(options, "t", lambda: times[0])
        written(NOW - timedelta(days=10))
        cursor = listener.fetch(None).cursor
        times[0] = NOW
        written(NOW - timedelta(days=8))
        written(NOW - timedelta(days=6))
        found = listener.fetch(cursor).posts
        assert [post.posted_at for post in found] == [NOW - timedelta(days=6)]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "check `query`"),
        (401, "check GOODWORD_X_BEARER_TOKEN"),
        (402, "credits are used up"),
        (403, "check what the app behind GOODWORD_X_BEARER_TOKEN may do"),
    ],
)
def test_a_refusal_says_what_to_do(code: int, words: str, played: Played) -> None:
    problem = '{"title": "No", "detail": "Because\\nof this", "status": 4}'
    played.server.fail("/x", status(code, problem, content_type="application/json"))
    with pytest.raises(SourceError, match=words) as caught:
        played.listener("x").fetch(None)
    assert "\n" not in str(caught.value)
    assert caught.value.retry_after == (timedelta(hours=1) if code == 402 else None)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (html(403), "HTTP 403"),
        (status(400, "[1, 2]"), "HTTP 400"),
        (status(429, '{"errors": null}'), "too often"),
        (status(429, '{"errors": [{"code": 88, "message": "Rate limit exceeded"}]}'), "too often"),
        (status(429, "", x_rate_limit_reset="soon"), "too often"),
        (status(403, '{"errors": ["a", 1]}'), "HTTP 403"),
        (status(418), "HTTP 418"),
        (status(304), "HTTP 304"),
        (status(500, "[" * 100_000), "HTTP 500"),
        (status(200, "[" * 100_000, content_type="application/json"), "not JSON"),
        (status(200, '{"a": ' + "9" * 5000 + "}"), "something that is not"),
        (status(200, '{"errors": [{"code": 130, "message": "Over\\ncapacity"}]}'), "Over capacity"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refusal_in_any_shape_is_one_clear_error(fault: Any, words: str, played: Played) -> None:
    played.server.fail("/x", fault, times=None)
    with pytest.raises(SourceError, match=words) as caught:
        played.listener("x").fetch(None)
    wait = timedelta(minutes=15) if words == "too often" else None
    assert caught.value.retry_after == wait


def test_the_reset_header_says_how_long_to_wait(played: Played) -> None:
    played.server.fail("/x", too_many(reset=int(NOW.timestamp()) + 400))
    with pytest.raises(SourceError) as caught:
        played.listener("x").fetch(None)
    assert caught.value.retry_after == timedelta(seconds=400)


def test_a_wrong_token_names_its_secret(played: Played) -> None:
    options = x.Options(name="x", query="crm", api_url=f"{played.server.url}/x")
    wrong = x.make(options, given(secrets={"GOODWORD_X_BEARER_TOKEN": "wrong"}))
    with pytest.raises(SourceError, match="check GOODWORD_X_BEARER_TOKEN"):
        wrong.fetch(None)
    with pytest.raises(SourceError, match="set GOODWORD_X_BEARER_TOKEN"):
        x.make(options, given(secrets={})).fetch(None)
