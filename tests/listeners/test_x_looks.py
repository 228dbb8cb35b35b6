"""X: looks that are broken off, and queries made of the catalogue."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from demo.faults import Cut, broken_json, status, too_many
from demo.players.items import Item
from demo.players.x import XPlayer, status_id
from demo.server import LoopbackServer
from domain.errors import ConfigError, SourceError
from listeners import x
from listeners.base import Batch
from listeners.x_marks import Marks
from tests.listeners.played import NOW, Played, given

_INVALID = json.dumps({"title": "Invalid Request", "errors": [{"message": "Bad query"}]})
REFUSED = status(400, _INVALID, content_type="application/json")
GOOD = status(200, '{"meta": {"result_count": 0}}', content_type="application/json")


def made(played: Played, terms: tuple[str, ...] = (), **options: Any) -> x.XListener:
    chosen = x.Options(**{"name": "x", "api_url": f"{played.server.url}/x", **options})
    return x.make(chosen, given()._replace(terms=terms))


def ids(batch: Batch) -> list[str]:
    return [post.external_id for post in batch.posts]


@pytest.mark.parametrize(
    "fault", [status(503), Cut(), broken_json(), too_many(retry_after=60)], ids=str
)
def test_a_look_that_is_broken_off_keeps_what_it_read_and_the_next_goes_on(
    fault: Any, played: Played
) -> None:
    items = played.add("x", *(n / 10 for n in range(1, 251)))
    played.server.fail("/x", _played_through(), times=1)
    played.server.fail("/x", fault)
    first = made(played, query="crm").fetch(None)
    assert len(first.posts) == 100
    assert first.failed
    assert first.again_in == (timedelta(seconds=60) if "429" in str(fault) else None)
    (newer,) = played.add("x", 0.05)
    second = made(played, query="crm").fetch(first.cursor)
    assert ids(second)[0] == newer.id  # what is new comes first
    assert sorted([*ids(first), *ids(second)], key=int) == sorted(
        (item.id for item in [*items, newer]), key=int
    )
    assert second.failed is None


class _played_through:  # noqa: N801 - reads like the other faults
    """Nothing goes wrong."""

    async def play(self, exchange: Any) -> None:
        await exchange.app(exchange.scope, exchange.receive, exchange.send)


def test_a_query_that_x_refuses_is_named_and_the_others_are_read(played: Played) -> None:
    played.add("x", 5)
    played.server.fail("/x", REFUSED)
    batch = made(played, queries=["one", "two"]).fetch(None)
    assert len(batch.posts) == 1
    assert batch.notices == (
        "X did not understand the question (HTTP 400): check `query`. X says: Bad query (`one`)",
    )
    marks = Marks.read(batch.cursor).queries
    assert marks["one"].newest is None
    assert marks["one"].start == NOW - timedelta(days=1)


def test_if_x_refuses_all_queries_the_look_fails(played: Played) -> None:
    played.server.fail("/x", REFUSED, times=None)
    with pytest.raises(SourceError, match=r"check `query`\. X says: Bad query"):
        made(played, queries=["one", "two"]).fetch(None)


def test_after_a_look_that_ended_early_the_next_query_has_its_turn(played: Played) -> None:
    played.server.fail("/x", GOOD)
    played.server.fail("/x", status(503))
    batch = made(played, queries=["one", "two", "three"]).fetch(None)
    played.server.reset()
    made(played, queries=["one", "two", "three"]).fetch(batch.cursor)
    asked = [seen.query["query"] for seen in played.server.seen("/x")]
    assert asked == ["three", "one", "two"]


def test_an_id_that_x_takes_to_be_too_old_is_let_go_for_its_time(played: Played) -> None:
    played.add("x", 60)
    cursor = made(played, query="crm").fetch(None).cursor
    played.add("x", 5)
    played.server.fail("/x", REFUSED)
    batch = made(played, query="crm").fetch(cursor)
    assert len(batch.posts) == 2
    *_, by_id, by_time = (seen.query for seen in played.server.seen("/x"))
    assert "since_id" in by_id
    assert (by_time["start_time"], "since_id" in by_time) == ("2026-03-02T11:00:00Z", False)
    assert len(ids(made(played, query="crm").fetch(batch.cursor))) == 0


def test_a_clock_that_is_slow_does_not_ask_for_what_x_no_longer_shows() -> None:
    ours = NOW - timedelta(minutes=30)
    player = XPlayer(window=timedelta(days=7), clock=lambda: NOW)
    at = NOW - timedelta(days=6)
    player.add(Item(id=status_id(at), author="ann", text="hi", posted_at=at))
    with LoopbackServer([player]) as server:
        options = x.Options(name="x", query="crm", api_url=f"{server.url}/x", since="30d")
        assert len(x.make(options, given(lambda: ours)).fetch(None).posts) == 1


def test_a_gap_that_was_not_closed_in_time_is_told(played: Played) -> None:
    played.add("x", *(n / 10 for n in range(1, 151)))
    played.server.fail("/x", _played_through(), times=1)
    played.server.fail("/x", status(503))
    cursor = made(played, query="crm").fetch(None).cursor

    def later() -> datetime:
        return NOW + timedelta(days=8)

    options = x.Options(name="x", query="crm", api_url=f"{played.server.url}/x")
    batch = x.make(options, given(later)).fetch(cursor)
    assert "were not read in the seven days" in batch.notices[0]
    assert x.make(options, given(later)).fetch(batch.cursor).notices == ()


def test_without_a_query_the_whole_catalogue_is_searched_for(played: Played) -> None:
    made(played, terms=("HubSpot", "Zoho CRM")).fetch(None)
    (seen,) = played.server.seen("/x")
    assert seen.query["query"] == '(HubSpot OR "Zoho CRM") -is:retweet -is:nullcast'


def test_a_large_catalogue_is_split_and_each_query_has_its_own_place(played: Played) -> None:
    terms = tuple(f"Product{n} Suite" for n in range(60))
    played.add("x", 5)
    batch = made(played, terms, query="{catalogue} (switch OR leave) lang:en").fetch(None)
    asked = [seen.query["query"] for seen in played.server.seen("/x")]
    assert len(asked) == len(set(asked)) > 1
    assert all(
        len(query) <= 512 and query.endswith(" (switch OR leave) lang:en") for query in asked
    )
    assert all(sum(f'"{term}"' in query for query in asked) == 1 for term in terms)
    assert list(Marks.read(batch.cursor).queries) == asked
    assert len(batch.posts) == 1


def test_a_catalogue_that_grows_moves_no_query_past_what_is_unread(played: Played) -> None:
    cursor = made(played, ("HubSpot",)).fetch(None).cursor
    options = x.Options(name="x", api_url=f"{played.server.url}/x", since="1h")
    later = given(lambda: NOW + timedelta(days=5))._replace(terms=("HubSpot", "Zoho"))
    x.make(options, later).fetch(cursor)
    assert played.server.seen("/x")[-1].query["start_time"] == "2026-03-02T12:00:00Z"


@pytest.mark.parametrize(
    ("terms", "options", "remedy"),
    [
        ((), {}, r"add \[\[catalogue.products\]\]"),
        (("a" * 500,), {}, "fits into no query"),
        (("HubSpot",), {"query": "{catalogue} -hubspot"}, "can never match"),
    ],
)
def test_a_catalogue_of_which_no_query_can_be_made_is_refused(
    terms: tuple[str, ...], options: dict[str, Any], remedy: str, played: Played
) -> None:
    with pytest.raises(ConfigError, match=remedy):
        made(played, terms, **options)


def test_a_name_that_finds_everything_is_told_with_every_look(played: Played) -> None:
    batch = made(played, ("HubSpot", "R")).fetch(None)
    assert batch.notices[0].startswith("`R` stands in a great many posts")


@pytest.mark.parametrize(
    ("options", "doubt"),
    [
        ({"query": "a OR b c"}, "reads it as"),
        ({"query": "crm", "since": "8d"}, "seven days"),
        ({"query": "crm", "posts_per_day": 100, "posts_per_month": 50}, "used up in a day"),
    ],
)
def test_what_is_hardly_meant_is_doubted(options: dict[str, Any], doubt: str) -> None:
    assert doubt in x.Options(name="x", **options).doubts()[0]
    assert x.Options(name="x", query="crm").doubts() == ()


@pytest.mark.parametrize("every", [True, False])
def test_pages_that_repeat_under_new_tokens_end_the_look(every: bool, played: Played) -> None:
    records = [{"id": "2028000000000000002", "text": "a"}] if every else []
    for n in range(30):
        body = {"data": records, "meta": {"next_token": str(n)}}
        played.server.fail("/x", status(200, json.dumps(body), content_type="application/json"))
    batch = made(played, query="crm").fetch(None)
    assert len(batch.posts) == len(records)
    assert len(played.server.seen("/x")) == (2 if every else 10)


def test_one_listener_may_be_asked_from_several_threads(played: Played) -> None:
    played.add("x", *(n / 10 for n in range(1, 151)))
    listener = made(played, query="crm")
    posts = listener.fetch(None).posts
    with ThreadPoolExecutor(8) as pool:
        looks = [pool.submit(listener.fetch, None) for _ in range(8)]
        threads = [pool.submit(listener.replies, post) for post in posts[:8]]
        checks = [pool.submit(listener.recheck, posts) for _ in range(8)]
    assert all(len(look.result().posts) == 150 for look in looks)
    assert all(thread.result() == () for thread in threads)
    assert all(len(check.result().posts) == 150 for check in checks)
    assert listener.meter.drain() == 150
