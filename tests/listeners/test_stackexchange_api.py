"""Stack Exchange: pages, quota, and what its errors mean."""

import json
from datetime import timedelta
from typing import Any

import pytest

from demo.faults import status
from domain.errors import SourceError
from listeners import stackexchange
from tests.listeners.later import fail_later
from tests.listeners.played import NOW, Played, given
from tests.listeners.questions import ASK, asked, fetched, ids, refused


def test_more_than_a_look_reads_comes_with_the_next(played: Played) -> None:
    played.add("stackexchange", *(n / 2 for n in range(1, 1201)))
    first = fetched(played)
    (newest,) = played.add("stackexchange", 0)
    second = fetched(played, first.cursor)
    assert len(first.posts) < 1200
    assert newest.id in ids(second)
    assert len(ids(first) | ids(second)) == 1201
    assert fetched(played, second.cursor).posts == ()


def test_many_of_one_second_at_the_edge_of_a_page_are_all_read(played: Played) -> None:
    at = NOW - timedelta(minutes=10)
    twins = [ASK.model_copy(update={"id": str(1000 + n), "posted_at": at}) for n in range(250)]
    played.stackexchange.add(*twins, ASK)
    assert len(ids(fetched(played))) == 251


def test_a_site_that_gives_the_same_page_for_ever_is_left(played: Played) -> None:
    item = {"question_id": 5, "creation_date": int(NOW.timestamp()) - 60, "title": "Good"}
    body = json.dumps({"items": [item], "has_more": True})
    played.server.fail("/stackexchange", status(200, body), times=None)
    assert ids(fetched(played)) == {"5"}
    assert len(asked(played)) < 10


def test_a_page_that_fails_is_read_with_the_next_look(played: Played) -> None:
    played.add("stackexchange", *(n / 2 for n in range(1, 151)))
    fail_later(played.server, "/stackexchange", status(503, retry_after="40"))
    first = fetched(played)
    assert len(first.posts) == 100
    assert first.failed
    assert first.again_in == timedelta(seconds=40)
    assert len(ids(first) | ids(fetched(played, first.cursor))) == 150


# ------------------------------------------------------------------ backoff and quota


def test_backoff_ends_a_look_and_puts_off_the_next(played: Played) -> None:
    played.add("stackexchange", *(n / 2 for n in range(1, 151)))
    played.stackexchange.backoff = 600
    listener = played.listener("stackexchange")
    first = listener.fetch(None)
    assert (len(first.posts), first.again_in) == (100, timedelta(minutes=10))
    assert first.notices == ()
    played.stackexchange.backoff = 0
    assert len(ids(first) | ids(fetched(played, first.cursor))) == 150


def test_a_query_is_not_repeated_within_a_minute(played: Played) -> None:
    played.stackexchange.quota = 10_000
    assert fetched(played, every="10s").again_in == timedelta(minutes=1)
    assert fetched(played, every="5m").again_in is None


@pytest.mark.parametrize(
    ("quota", "again_in"),
    [(200, None), (73, timedelta(minutes=10)), (2, timedelta(hours=12)), (1, timedelta(hours=12))],
)
def test_a_quota_that_would_not_last_until_midnight_is_told_and_spread(
    quota: int, again_in: timedelta | None, played: Played
) -> None:
    played.stackexchange.quota = quota
    batch = fetched(played)
    assert batch.again_in == again_in
    assert [line for line in batch.notices if "requests are left for today" in line] == list(
        batch.notices
    )
    assert bool(batch.notices) is (again_in is not None)
    assert all("GOODWORD_STACKEXCHANGE_KEY" in line for line in batch.notices)


def test_a_key_is_sent_where_there_is_one(played: Played) -> None:
    options = stackexchange.Options(
        name="se", site="softwarerecs", api_url=f"{played.server.url}/stackexchange/2.3/"
    )
    known = given(secrets={"GOODWORD_STACKEXCHANGE_KEY": "k1"})
    stackexchange.make(options, known).fetch(None)
    ((path, query),) = asked(played)
    assert (path, query["key"]) == ("/questions", "k1")


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("fault", "told", "wait"),
    [
        (
            refused(400, "bad_parameter", "No site found for name `x`"),
            "check `site`, `tags` and `query`. It says: No site found for name `x`",
            None,
        ),
        (
            refused(400, "bad_parameter", "`key` doesn't match a known application"),
            "check GOODWORD_STACKEXCHANGE_KEY",
            None,
        ),
        (refused(403, "access_denied", "no", 403), "check GOODWORD_STACKEXCHANGE_KEY", None),
        (
            refused(502, "throttle_violation", "too many, more requests available in 740 seconds"),
            "set GOODWORD_STACKEXCHANGE_KEY, or a longer `every`",
            timedelta(seconds=740),
        ),
        (
            refused(502, "throttle_violation", "too many requests from this IP", 200),
            "says that we ask too often",
            timedelta(minutes=10),
        ),
        (
            refused(503, "temporarily_unavailable", "soon", 503),
            "it will be tried again. It says: soon",
            None,
        ),
        (status(404, "nothing"), "check `api_url`", None),
    ],
    ids=str,
)
def test_its_errors_say_what_to_do(
    fault: Any, told: str, wait: timedelta | None, played: Played
) -> None:
    played.server.fail("/stackexchange", fault)
    with pytest.raises(SourceError) as caught:
        fetched(played)
    assert told in str(caught.value)
    assert caught.value.retry_after == wait


def test_a_used_up_quota_waits_as_long_as_it_is_told(played: Played) -> None:
    played.stackexchange.quota = 0
    with pytest.raises(SourceError, match="ask too often") as caught:
        fetched(played)
    assert caught.value.retry_after == timedelta(hours=1)
