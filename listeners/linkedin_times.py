"""When a post of LinkedIn was written: as told, as its id says, or as long ago as told. Pure."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from listeners import markup

_EARLIEST = datetime(2003, 1, 1, tzinfo=UTC)  # LinkedIn's first year
_AHEAD = timedelta(days=1)  # clocks and zones differ; more is a mistake
_NUMBER = re.compile(r"(\d{15,20})$")  # of an id
_ZONE = re.compile(r" ?(?:UTC|GMT|Z)$| ([+-]\d\d:?\d\d)(?: UTC)?$")
_FORMATS = (
    *("%a %b %d %H:%M:%S UTC %Y", "%d %b %Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y"),
    *("%m/%d/%y, %I:%M %p", "%m/%d/%Y, %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"),
    *("%m/%d/%Y %H:%M:%S", "%m/%d/%Y", "%m/%d/%y", "%Y/%m/%d %H:%M:%S", "%a, %d %b %Y %H:%M:%S"),
    *("%b %d, %Y, %I:%M %p", "%b %d, %Y %I:%M %p", "%d/%m/%Y %H:%M", "%d/%m/%Y"),
    *("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y"),
)
_SPELT = re.compile(r"\d{4}|\d/\d|-\d\d$")  # what all of those have
# The marks that stand beside a time on the page; what they part is looked at piece by piece.
_PARTS = re.compile(r"[•·|]")
_AGO = re.compile(
    r"(?:posted |edited |about )*(\d{1,3}|an?)\s*"
    r"(mo|yr|[smhdwy]|(?:sec|min|hour|hr|day|week|month|year)[a-z]*)\.?(?: ago)?(?: edited)?"
)
_NOW = frozenset({"now", "just now"})
# In this order: "mo" and "mi" before "m".
_DAYS = (
    *(("mo", 30.0), ("mi", 1 / 1440), ("m", 1 / 1440), ("s", 1 / 86400), ("h", 1 / 24)),
    *(("d", 1.0), ("w", 7.0), ("y", 365.0)),
)


def absolute(said: object, now: datetime) -> datetime | None:
    """A time as text or number (seconds or milliseconds since 1970), in UTC where it names no
    zone; None for what is none or cannot be believed."""
    text = str(said).strip()[:100] if isinstance(said, str | int | float) else ""
    at = markup.any_moment(text) or markup.iso_moment(_ZONE.sub(_zone, text)) or _spelt(text)
    return min(at, now) if at and _EARLIEST <= at <= now + _AHEAD else None


def _zone(found: re.Match[str]) -> str:
    return found[1] or "Z"


def _spelt(text: str) -> datetime | None:
    """As other files of an archive, spreadsheets and tools write it, the month before the day."""
    if not _SPELT.search(text):
        return None
    bare = text if "UTC 2" in text else _ZONE.sub("", text)
    for form in _FORMATS:
        try:
            return datetime.strptime(bare, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def by_id(own_id: str, now: datetime) -> datetime | None:
    """The upper bits of an id are the milliseconds since 1970 at which it was given out."""
    number = _NUMBER.search(own_id)
    return absolute((int(number[1]) >> 22) / 1000, now) if number else None


def ago(said: object, then: datetime) -> datetime | None:
    """As long before `then` as "3d", "1mo • Edited •" or "5 days ago" says; None for anything else,
    such as "Premium • 2nd"."""
    for part in _PARTS.split(str(said).lower()[:200]):
        if part.strip() in _NOW:
            return then
        if found := _AGO.fullmatch(part.strip()):
            days = next(of for unit, of in _DAYS if found[2].startswith(unit))
            count = int(found[1]) if found[1].isdecimal() else 1
            return then - timedelta(days=days * count)
    return None


def first(values: Iterable[object], read: Callable[[object], datetime | None]) -> datetime | None:
    """The first of `values` that `read` understands."""
    return next((at for value in values if (at := read(value)) is not None), None)
