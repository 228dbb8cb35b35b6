"""The cells of an advocates' file: what each may hold, and how it is written back.

A reader takes a cell's text and returns its value or raises ValueError with the reason, in words
that end a sentence which began with the column's name.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from domain import scales
from domain.text import one_line
from domain.types import AskKind, Consent, Known

# What a spreadsheet runs as a formula when it begins a cell, full-width forms included.
_STARTERS = "=+\\-@\t\r\uff1d\uff0b\uff0d\uff20"
FORMULA = re.compile(f"^[{_STARTERS}]")
_DISARMED = re.compile(f"^'+[{_STARTERS}]")
_PART = re.compile(r"(?:\\[\\;]|[^;])+")
_ESCAPE = re.compile(r"\\([\\;])")
_EMAIL = re.compile(r"[^\s@<>,;:\"'()\[\]\\]+@[^\s@<>,;:\"'()\[\]\\]+")
_SLACK_ID = re.compile(r"[UW][A-Z0-9_-]{1,30}", re.IGNORECASE)
_CLOCK = re.compile(r"([01]?\d|2[0-3])(?::([0-5]\d))?(?::00)?")
_DAY = re.compile(r"(19[5-9]\d|2[01]\d\d)(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)
_COUNT = re.compile(r"\d{1,3}", re.ASCII)
_PLATFORM = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_RENAMED = {"twitter": "x", "hn": "hackernews", "hacker news": "hackernews"}

KINDS = ("customer", "employee", "partner", "investor")
MOTIVES = ("network", "helping", "recognition", "expertise")


def text(cell: str, limit: int = 200) -> str:
    """One line, harmless; a formula is refused, one that `disarmed` has written is taken back."""
    said = one_line(cell)
    if FORMULA.match(said):
        raise ValueError(
            f"begins with {said[0]!r}, which spreadsheets run as a formula; begin it with a word"
        )
    if _DISARMED.match(said):
        said = said[1:]
    if len(said) > limit:
        raise ValueError(f"is longer than {limit} characters")
    return said


def disarmed(value: str) -> str:
    """So that no spreadsheet runs it; `text` reads it back."""
    return f"'{value}" if FORMULA.match(value) or _DISARMED.match(value) else value


def parts(cell: str) -> list[str]:
    r"""The values between semicolons; "\;" stands for a semicolon within one."""
    found = _PART.findall(cell) if "\\" in cell else cell.split(";")
    return [said for part in found if (said := _ESCAPE.sub(r"\1", part).strip())]


def joined(values: Iterable[str]) -> str:
    return ";".join(v.replace("\\", "\\\\").replace(";", "\\;") for v in values)


def texts(cell: str, limit: int = 500) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text(part, limit) for part in parts(cell)))


def texts_in_step(cell: str) -> list[str]:
    """Repeated ones too, because another column goes along with them."""
    return [text(part) for part in parts(cell)]


def one_of(allowed: Sequence[str]) -> Callable[[str], str]:
    def read(cell: str) -> str:
        said = cell.strip().lower()
        if said not in allowed:
            raise ValueError(f"is {one_line(cell)!r}; it must be one of {', '.join(allowed)}")
        return said

    return read


def key(cell: str) -> str:
    said = text(cell)
    if not said:
        raise ValueError("is empty")
    if " " in said:
        raise ValueError(f"is {said!r}; an id has no blanks")
    return said


def name(cell: str) -> str:
    said = text(cell)
    if not said:
        raise ValueError("is empty")
    return said


def email(cell: str) -> str:
    said = text(cell, 254)
    if said and not _EMAIL.fullmatch(said):
        raise ValueError(f"is {said[:60]!r}, which is no e-mail address")
    return said


def slack_id(cell: str) -> str:
    said = text(cell)
    if said and not _SLACK_ID.fullmatch(said):
        raise ValueError(f"is {said[:60]!r}; a member id looks like U012ABCDEF")
    return said


@lru_cache(maxsize=4096)
def industry(cell: str) -> str:
    """On the scale where it has a word for it, else the file's own, in lower case."""
    said = text(cell)
    return scales.industry(said) or said.lower()


@lru_cache(maxsize=4096)
def region(cell: str) -> str:
    said = text(cell)
    return scales.region(said) or said.lower()


def company_size(cell: str) -> str:
    said = text(cell)
    band = scales.size_band(said)
    if said and not band:
        raise ValueError(f"is {said!r}; write a number of people, or a band like 11-50")
    return band


def time_zone(cell: str) -> str:
    said = cell.strip()
    try:
        ZoneInfo(said)
    except (KeyError, OSError, ValueError):
        known = {zone.lower(): zone for zone in available_timezones()}
        found = known.get(said.lower().replace(" ", "_"))
        if found is None:
            raise ValueError(
                f"is {one_line(said)[:60]!r}; write a zone like Europe/Berlin"
            ) from None
        return found
    return said


def languages(cell: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(re.split("[-_]", p.lower())[0] for p in parts(cell)))
    for code in found:
        if not re.fullmatch("[a-z]{2,3}", code):
            raise ValueError(f"holds {one_line(code)[:60]!r}; write codes like en;de")
    return found or ("en",)


def handles(cell: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in parts(cell):
        platform, _, said = (piece.strip() for piece in part.partition(":"))
        platform = _RENAMED.get(platform.lower(), platform.lower())
        handle = "" if platform in ("http", "https") else _bare(said)
        if not _PLATFORM.fullmatch(platform) or not handle or re.search(r"\s", handle):
            raise ValueError(f"holds {one_line(part)[:60]!r}; write them like reddit:ann_k;x:annk")
        if platform in found:
            raise ValueError(f"names two accounts on {platform}")
        found[platform] = handle
    return found


def _bare(said: str) -> str:
    """The handle in "@ann", "u/ann" or the address of a profile."""
    if said.startswith(("http://", "https://")):
        said = said.partition("?")[0].rstrip("/").rpartition("/")[2]
    return text(said.removeprefix("/").removeprefix("u/").removeprefix("@"), 100)


def communities(cell: str) -> tuple[str, ...]:
    found = []
    for part in texts(cell):
        said = f"reddit:{part.strip('/')}" if part.startswith(("r/", "/r/")) else part
        platform, colon, community = said.partition(":")
        if not _PLATFORM.fullmatch(platform.lower()) or (colon and not community.strip()):
            raise ValueError(f"holds {part[:60]!r}; write them like reddit:r/crm")
        found.append(f"{platform.lower()}{colon}{community.strip()}")
    return tuple(dict.fromkeys(found))


def day(cell: str) -> date:
    """A year, a month or a day; the first day of what is meant."""
    said = _DAY.fullmatch(cell.strip())
    try:
        if said is None:
            raise ValueError(cell)  # noqa: TRY301  (told in the same words as a 31 April)
        return date(int(said[1]), int(said[2] or 1), int(said[3] or 1))
    except ValueError:
        raise ValueError(
            f"holds {one_line(cell)[:60]!r}; write dates like 2024, 2024-05 or 2024-05-31"
        ) from None


def known(products: str, since: str) -> tuple[Known, ...]:
    names = texts_in_step(products)
    days = [day(part) if part.strip() else None for part in since.split(";")] if since else []
    if len(days) > len(names):
        raise ValueError(f"has {len(days)} dates for {len(names)} products")
    days += [None] * (len(names) - len(days))
    return tuple(Known(product=n, since=d) for n, d in zip(names, days, strict=True))


def consents(kinds: str, source: str, given_on: str) -> tuple[Consent, ...]:
    """One source and one date for all kinds, or one for each."""
    names = [one_of(list(AskKind))(part) for part in parts(kinds)]
    if not names:
        return ()
    sources, days = texts_in_step(source), [day(part) for part in parts(given_on)]
    for what, found in (("consent_source", sources), ("consent_date", days)):
        if not found:
            raise ValueError(f"has no {what}: nobody is asked without a record of their consent")
        if len(found) not in (1, len(names)):
            raise ValueError(f"names {len(names)} kinds, but {what} holds {len(found)}")
    return tuple(
        Consent(
            kind=AskKind(kind),
            source=sources[i if len(sources) > 1 else 0],
            given_on=days[i if len(days) > 1 else 0],
        )
        for i, kind in enumerate(names)
    )


def count(cell: str) -> int | None:
    said = cell.strip()
    if not said:
        return None
    if not _COUNT.fullmatch(said):
        raise ValueError(f"is {one_line(said)[:60]!r}; write a whole number, 0 for never")
    return int(said)


def clock(cell: str) -> time | None:
    said = cell.strip()
    if not said:
        return None
    found = _CLOCK.fullmatch(said)
    if not found:
        raise ValueError(f"is {one_line(said)[:60]!r}; write a time like 20:00")
    return time(int(found[1]), int(found[2] or 0))


def moment(cell: str, zone: str) -> datetime | None:
    """A day (its beginning) or a time; without a zone of its own, in the advocate's."""
    said = cell.strip()
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said)
        aware = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"is {one_line(said)[:60]!r}; write a day like 2026-05-31, or 2026-05-31T09:00"
        ) from None
