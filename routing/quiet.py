"""When an advocate is left alone for the day: quiet hours, by the clock on their own wall."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.types import Advocate
from routing.policy import Policy

_DAY = timedelta(days=1)


def quiet_until(advocate: Advocate, policy: Policy, now: datetime) -> datetime | None:
    """The end of the quiet hours that `now` falls into, in UTC; None outside of them.

    They begin and end at the hours that the advocate states, where not at the policy's. Where both
    are the same hour there are none.
    """
    begin, end = advocate.quiet_from, advocate.quiet_to
    if begin is None:
        begin = time(policy.quiet_from_hour)
    if end is None:
        end = time(policy.quiet_to_hour)
    return _end(advocate.time_zone, begin, end, now.astimezone(UTC))


@lru_cache(maxsize=4096)  # ten thousand advocates share a few zones and hours
def _end(zone_name: str, begin: time, end: time, now: datetime) -> datetime | None:
    if begin == end:
        return None
    zone = ZoneInfo(zone_name)
    until = None
    while (later := _end_of_one(zone, begin, end, until or now)) is not None:
        until = later  # a change of clocks can make one night run into the next
    return until


def _end_of_one(zone: ZoneInfo, begin: time, end: time, now: datetime) -> datetime | None:
    today = now.astimezone(zone).date()
    for evening in (today - _DAY, today):
        morning = evening + _DAY if end < begin else evening
        until = max(_instants(morning, end, zone))
        if min(_instants(evening, begin, zone)) <= now < until:
            return until
    return None


def _instants(on: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The two moments that a wall clock may mean by one reading: the same, but for an hour that is
    skipped or repeated when clocks change. The caller takes the one that leaves people alone."""
    said = datetime.combine(on, at.replace(tzinfo=None), zone)
    return said.astimezone(UTC), said.replace(fold=1).astimezone(UTC)
