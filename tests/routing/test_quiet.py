from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.policy import Policy
from routing.quiet import quiet_until
from tests.make import advocate

POLICY = Policy()  # quiet from 20 to 8


def until(zone: str, local: str, policy: Policy = POLICY, **given: Any) -> str:
    """The end on the advocate's own clock, "" outside of quiet hours."""
    here = ZoneInfo(zone)
    now = datetime.fromisoformat(local).replace(tzinfo=here).astimezone(UTC)
    found = quiet_until(advocate(time_zone=zone, **given), policy, now)
    return f"{found.astimezone(here):%a %H:%M}" if found else ""


@pytest.mark.parametrize(
    ("local", "end"),
    [
        ("2026-03-10T19:59:59", ""),
        ("2026-03-10T20:00", "Wed 08:00"),
        ("2026-03-10T23:59", "Wed 08:00"),
        ("2026-03-11T00:00", "Wed 08:00"),
        ("2026-03-11T07:59:59", "Wed 08:00"),
        ("2026-03-11T08:00", ""),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Apia"])
def test_nights_are_quiet_on_the_advocates_own_clock(zone: str, local: str, end: str) -> None:
    assert until(zone, local) == end


@pytest.mark.parametrize(
    ("hours", "local", "end"),
    [
        ((time(12), time(14)), "2026-03-10T13:00", "Tue 14:00"),
        ((time(12), time(14)), "2026-03-10T22:00", ""),
        ((time(0), time(6, 30)), "2026-03-10T00:00", "Tue 06:30"),
        ((time(22), time(0)), "2026-03-10T23:00", "Wed 00:00"),
        ((time(22), None), "2026-03-10T21:00", ""),
        ((time(22), None), "2026-03-10T22:00", "Wed 08:00"),
        ((None, time(6)), "2026-03-10T07:00", ""),
        ((time(9), time(9)), "2026-03-10T09:00", ""),
    ],
)
def test_own_hours_go_before_the_policys(
    hours: tuple[time | None, time | None], local: str, end: str
) -> None:
    begins, ends = hours
    assert until("Europe/Berlin", local, quiet_from=begins, quiet_to=ends) == end


@pytest.mark.parametrize(
    ("local", "end"),
    [
        ("2026-03-28T21:00", "Sun 08:00"),  # the night that is an hour shorter
        ("2026-10-24T21:00", "Sun 08:00"),  # ... and longer
        ("2026-03-29T07:30", "Sun 08:00"),
        ("2026-03-29T08:00", ""),
        ("2026-10-25T07:59", "Sun 08:00"),
        ("2026-10-25T08:00", ""),
    ],
)
def test_when_clocks_change_the_night_still_ends_at_eight(local: str, end: str) -> None:
    assert until("Europe/Berlin", local) == end


def test_an_hour_that_comes_twice_is_quiet_both_times() -> None:
    somebody = advocate(time_zone="Europe/Berlin", quiet_from=time(23), quiet_to=time(2, 30))
    first = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 02:45, the first time
    again = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15, the second time
    end = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert quiet_until(somebody, POLICY, first) == end
    assert quiet_until(somebody, POLICY, again) == end
    assert quiet_until(somebody, POLICY, end) is None


def test_quiet_hours_that_end_in_an_hour_that_is_skipped_still_end() -> None:
    somebody = advocate(time_zone="Europe/Berlin", quiet_from=time(23), quiet_to=time(2, 30))
    night = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert quiet_until(somebody, POLICY, night) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")


@given(
    after=st.timedeltas(timedelta(0), timedelta(days=3 * 365)),
    zone=st.sampled_from(ZONES),
    begins=st.times(),
    ends=st.times(),
)
def test_the_end_is_ahead_and_not_quiet_itself(
    after: timedelta, zone: str, begins: time, ends: time
) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC) + after
    somebody = advocate(time_zone=zone, quiet_from=begins, quiet_to=ends)
    found = quiet_until(somebody, POLICY, now)
    if found is None:
        wall = now.astimezone(ZoneInfo(zone)).time()
        quiet = begins <= wall < ends if begins <= ends else not ends <= wall < begins
        assert not quiet or begins == ends
        return
    assert now < found <= now + timedelta(hours=50)
    assert quiet_until(somebody, POLICY, found) is None
