"""Times, counts and lists as a sentence says them: for reasons, why-nots and refusals.

All times are shown in UTC; the pages show local times beside them.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def count(n: int) -> str:
    return _COUNTS[n] if 0 <= n < len(_COUNTS) else str(n)


def times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{count(n)} times")


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def span(length: timedelta) -> str:
    """ "12 min", "30 h", "5 days"."""
    if length < timedelta(hours=1):
        return f"{length // timedelta(minutes=1)} min"
    if length < timedelta(days=2):
        return f"{length // timedelta(hours=1)} h"
    return f"{length.days} days"


_PLATFORMS = {"hackernews": "Hacker News", "reddit": "Reddit", "x": "X", "linkedin": "LinkedIn"}


def place(key: str) -> str:
    """ "r/crm" of "reddit:r/crm"; the platform's name where it is one community."""
    platform, _, community = key.partition(":")
    return community or _PLATFORMS.get(platform, platform)


def ago(then: datetime, now: datetime) -> str:
    return "just now" if now - then < timedelta(minutes=1) else f"{span(now - then)} ago"


def day(when: date, today: date) -> str:
    """ "3 May", with its year if that is not today's."""
    year = "" if when.year == today.year else f" {when.year}"
    return f"{when.day} {when:%B}{year}"


def moment(when: datetime, now: datetime) -> str:
    """ "at 14:02 UTC", with its day if that is not today."""
    clock = f"at {when:%H:%M} UTC"
    return clock if when.date() == now.date() else f"on {day(when.date(), now.date())} {clock}"


def first_upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
