"""What every listener that asks over a network does when the other side is unwell."""

from contextlib import suppress
from datetime import timedelta

import pytest

from demo.faults import Cut, Fault, Hang, Reset, broken_json, html, huge, status, too_many
from domain.errors import SourceError
from tests.listeners.charsets import Recoded, Relabelled
from tests.listeners.contract_looks import ids, missing, refused
from tests.listeners.contract_table import contract
from tests.listeners.played import NOW, PLATFORMS, Played

FOREIGN = "Gr\u00f6\u00dfer als \u201enaive\u201c Caf\u00e9s \u2013 \u4e2d\u6587 \U0001f44b"


@contract("429 s")
def test_429_with_a_hint_waits_as_long_as_it_says(kind: str, played: Played) -> None:
    error = refused(played, kind, too_many(retry_after=90))
    assert error.retry_after == timedelta(seconds=90)
    assert "too often" in str(error)


@contract("429")
def test_429_without_a_hint_is_an_error_like_others(kind: str, played: Played) -> None:
    expected = timedelta(minutes=15) if kind == "x" else None
    assert refused(played, kind, too_many()).retry_after == expected


@contract("429 date")
def test_a_date_as_hint_is_understood(kind: str, played: Played) -> None:
    error = refused(played, kind, too_many(retry_after="Mon, 02 Mar 2026 12:05:00 GMT"))
    assert error.retry_after == timedelta(minutes=5)


@contract("5xx")
@pytest.mark.parametrize("code", [500, 502, 503, 520])
def test_a_server_error_is_told(kind: str, code: int, played: Played) -> None:
    assert f"HTTP {code}" in str(refused(played, kind, status(code, "<h1>Oops</h1>")))


@contract("5xx")
def test_503_with_a_hint_waits_as_long_as_it_says(kind: str, played: Played) -> None:
    error = refused(played, kind, status(503, retry_after="120"))
    assert error.retry_after == timedelta(minutes=2)


@contract("hang")
def test_no_answer_is_told(kind: str, played: Played) -> None:
    assert "cannot be reached" in str(refused(played, kind, Hang()))


@contract("reset")
def test_a_connection_that_is_dropped_is_told(kind: str, played: Played) -> None:
    assert "cannot be reached" in str(refused(played, kind, Reset()))


@contract("cut")
def test_half_an_answer_is_told(kind: str, played: Played) -> None:
    assert "cannot be reached" in str(refused(played, kind, Cut()))


@contract("html")
@pytest.mark.parametrize("fault", [html(), broken_json(), status(200)], ids=str)
def test_garbage_is_told(kind: str, fault: Fault, played: Played) -> None:
    said = str(refused(played, kind, fault))
    assert "something that is not" in said or "is not a feed" in said


@contract("html")
@pytest.mark.parametrize("body", ["[]", "{}", "null", '"a"', '{"data": 1, "hits": 2}'])
def test_json_of_another_shape_is_told(kind: str, body: str, played: Played) -> None:
    fault = status(200, body, content_type="application/json")
    said = str(refused(played, kind, fault))
    assert "something that is not" in said or "is not a feed" in said


@contract("401")
def test_a_platform_that_does_not_know_us_is_told(kind: str, played: Played) -> None:
    assert "HTTP 401" in str(refused(played, kind, status(401, '{"error": 401}')))


@contract("403")
def test_a_platform_that_does_not_let_us_in_is_told(kind: str, played: Played) -> None:
    said = str(refused(played, kind, status(403, '{"error": 403}')))
    assert "HTTP 403" in said or "check" in said


@contract("404")
def test_an_address_where_nothing_is_is_told(kind: str, played: Played) -> None:
    said = str(refused(played, kind, status(404, '{"error": 404}')))
    assert "HTTP 404" in said or "check" in said


@contract("50 MB")
def test_a_flood_is_not_read(kind: str, played: Played) -> None:
    assert "more than" in str(refused(played, kind, huge(50_000_000)))


@contract("charset")
def test_text_arrives_whole_though_its_encoding_is_misnamed(kind: str, played: Played) -> None:
    played.add(kind, 5, text=FOREIGN)
    played.server.fail(PLATFORMS[kind].path, Relabelled("iso-8859-1"), times=None)
    (post,) = played.listener(kind).fetch(None).posts
    assert post.text == FOREIGN


@contract("charset")
def test_text_in_another_encoding_stops_nothing(kind: str, played: Played) -> None:
    """It is read as far as it can be, or refused in a line; what comes after it is found."""
    listener = played.listener(kind)
    played.add(kind, 20, text=FOREIGN)
    played.server.fail(PLATFORMS[kind].path, Recoded("cp1252"), times=None)
    cursor = None
    with suppress(SourceError):
        cursor = listener.fetch(None).cursor
    played.server.reset()
    newer = played.add(kind, 10)
    assert missing(newer, ids(played.listener(kind), cursor)) == []


@contract("ahead")
def test_a_post_dated_ahead_is_found_and_hides_nothing_that_comes_after_it(
    kind: str, played: Played
) -> None:
    listener = played.listener(kind)
    items = played.add(kind, 30, -20)
    first = listener.fetch(None)
    # X numbers posts by its own clock: what comes later there is dated later, too.
    items += played.add(kind, *((-21, -22) if kind == "x" else (10, 5)))
    second = listener.fetch(first.cursor)
    assert missing(items, [post.external_id for post in (*first.posts, *second.posts)]) == []


@contract("clock")
@pytest.mark.parametrize("hours", [-2, 2], ids=["slow", "fast"])
def test_a_clock_of_ours_that_is_wrong_loses_no_post(kind: str, hours: int, played: Played) -> None:
    wrong = PLATFORMS[kind].listener(played.server.url, {}, lambda: NOW + timedelta(hours=hours))
    items = played.add(kind, 30, 20)
    first = wrong.fetch(None)
    items += played.add(kind, 10, 5)
    second = played.listener(kind).fetch(first.cursor)
    assert missing(items, [post.external_id for post in (*first.posts, *second.posts)]) == []


@contract("clock")
def test_a_clock_of_theirs_that_is_wrong_is_no_reason_to_wait_for_ever(
    kind: str, played: Played
) -> None:
    past = refused(played, kind, too_many(retry_after="Mon, 02 Mar 2020 12:00:00 GMT"))
    assert past.retry_after is None or past.retry_after <= timedelta(minutes=15)
    ahead = refused(played, kind, too_many(retry_after="Mon, 02 Mar 2099 12:00:00 GMT"))
    assert ahead.retry_after == timedelta(days=1)
