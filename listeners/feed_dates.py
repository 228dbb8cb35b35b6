"""When an entry of a feed was written. Pure.

feedparser reads nonsense as a date without a word ("2021-13-45" becomes a day of 2022), so the text
itself is read first, strictly, and feedparser's reading counts only where the text names its year.
"""

import calendar
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from listeners import markup

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # older is no date of a post on the web
_NUMBERS = re.compile(
    r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?(?: ?Z| UTC| GMT)?"
)
_AHEAD = timedelta(days=1)  # clocks and zones differ; more is a mistake


def written(entry: dict[str, Any], now: datetime) -> datetime:
    """Its date of publication, else of change; `now` where it has none to be believed."""
    for part in ("published", "updated", "created"):
        at = _told(entry, part)
        if at is not None and _EARLIEST <= at <= now + _AHEAD:
            return min(at, now)
    return now


def _told(entry: dict[str, Any], part: str) -> datetime | None:
    said = _plainly(entry, part)
    if not isinstance(said, str) or not said.strip():
        return None
    text = said.strip()[:100]
    return (
        markup.moment(text)
        or markup.iso_moment(text)
        or _rfc(text)
        or _year_first(text)
        or _guessed(entry, part, text)
    )


def _rfc(text: str) -> datetime | None:
    """RFC 822 and its successors."""
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _year_first(text: str) -> datetime | None:
    """2026/1/10 14:33:00, which feedparser takes for a day in November."""
    found = _NUMBERS.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _guessed(entry: dict[str, Any], part: str, text: str) -> datetime | None:
    parsed = _plainly(entry, f"{part}_parsed")
    if parsed is None or str(parsed.tm_year) not in text:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _plainly(entry: dict[str, Any], part: str) -> Any:
    """feedparser's own look-up answers for "updated" with "published", and warns."""
    return dict.get(entry, part)
