"""What is billed, and when it is enough."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import PausedError
from listeners.meter import Meter

NOON = datetime(2026, 12, 30, 12, 0, tzinfo=UTC)


def test_without_a_cap_nothing_is_ever_too_much() -> None:
    meter = Meter()
    meter.count(10_000_000)
    meter.check("x", NOON)
    assert meter.left is None


def test_what_is_left_is_the_smaller_of_the_two_rooms() -> None:
    meter = Meter(per_day=100, per_month=1000)
    meter.told(today=20, month=950)
    meter.count(10)
    assert meter.left == 40
    meter.told(today=20, month=0)
    assert meter.left == 70


def test_what_is_drained_is_handed_over_once_and_still_counts() -> None:
    meter = Meter(per_day=100)
    meter.count(30)
    assert (meter.drain(), meter.drain()) == (30, 0)
    assert meter.left == 70


@pytest.mark.parametrize(
    ("used", "wait", "words"),
    [
        ((100, 100), timedelta(hours=12), "100 posts a day .* 2026-12-31 00:00 UTC"),
        ((0, 1000), timedelta(hours=36), "1,000 posts a month .* 2027-01-01 00:00 UTC"),
        ((120, 1200), timedelta(hours=36), "1,000 posts a month"),
    ],
)
def test_a_cap_that_is_reached_pauses_until_the_next_period(
    used: tuple[int, int], wait: timedelta, words: str
) -> None:
    meter = Meter(per_day=100, per_month=1000)
    meter.told(*used)
    with pytest.raises(PausedError, match=words) as caught:
        meter.check("crm: X", NOON)
    assert caught.value.retry_after == wait
    assert meter.left == 0


def test_periods_end_at_midnight_utc_wherever_the_clock_stands() -> None:
    meter = Meter(per_day=1)
    meter.count(1)
    with pytest.raises(PausedError) as caught:
        meter.check("x", datetime.fromisoformat("2026-03-02T23:00:00-05:00"))
    assert caught.value.retry_after == timedelta(hours=20)


def test_room_for_less_than_the_platform_sends_at_once_is_none() -> None:
    meter = Meter(per_day=100, least=10)
    meter.count(91)
    assert meter.left == 0
    with pytest.raises(PausedError):
        meter.check("x", NOON)


def test_a_post_read_twice_in_one_day_is_counted_once() -> None:
    meter = Meter()
    meter.count_once(["1", "2", "2"], NOON)
    meter.count_once(["2", "3"], NOON + timedelta(hours=11))
    assert meter.drain() == 3
    meter.count_once(["3"], NOON + timedelta(hours=12))
    assert meter.drain() == 1
