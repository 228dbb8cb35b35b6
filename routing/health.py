"""How a source is doing, and when ops has to be told. Pure.

A source can be ill in four ways: it fails, it is silent for longer than it ever was of late, its
spending cap is reached, or it reads well but knows of something that is not (a closed subreddit, a
file that cannot be read). Ops is told once, and again only while it lasts.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.types import Source
from routing import words

ALARM_AFTER = 3  # failures in a row
REPEAT = timedelta(days=1)
_HALF_LIFE = timedelta(days=14)  # of a long silence: what is usual follows the seasons
_KNOWN_AFTER = 10  # arrivals; before, nobody knows what is usual
_LEAST = timedelta(hours=1)
_MOST = timedelta(days=365)
_AWAY = timedelta(hours=6)  # without a look: we were off, or it was out of order
_UNUSUAL = 2  # times the usual
_FIGURES = re.compile(r"\d[\d:.,-]*")


class Trouble(StrEnum):
    FAILING = "failing"
    SILENT = "silent"
    CAPPED = "capped"
    NOTICE = "notice"


class Ill(NamedTuple):
    trouble: Trouble
    what: str
    remedy: str


def heard(source: Source, now: datetime, read_before: datetime | None = None) -> Source:
    """After a look that brought something new. What is usual is the longest silence between two
    arrivals, counting less the longer it is ago. While nobody looked (`read_before`: when it was
    last read before this) it was not silent, as far as we know."""
    since = max(0.0, (now - source.heard_at).total_seconds()) if source.heard_at else 0.0
    faded = source.usual_gap * 0.5 ** (since / _HALF_LIFE.total_seconds())
    away = read_before is not None and now - read_before > _AWAY
    gap = 0.0 if away else since
    return source.model_copy(
        update={
            "heard_at": now,
            "arrivals": source.arrivals + 1,
            "usual_gap": min(max(gap, faded), _MOST.total_seconds()),
        }
    )


def longest_usual(source: Source) -> timedelta | None:
    """The silence beyond which something is wrong; None while that is not known."""
    if source.arrivals < _KNOWN_AFTER:
        return None
    return max(_UNUSUAL * timedelta(seconds=source.usual_gap), _LEAST)


def ills(source: Source, now: datetime) -> tuple[Ill, ...]:
    return tuple(_ills(source, now))


def _ills(source: Source, now: datetime) -> Iterable[Ill]:
    again = f"It is tried again at {source.due_at:%H:%M} UTC; " if source.due_at else ""
    if source.failures >= ALARM_AFTER:
        what = f"{source.failures} looks in a row failed: {source.last_error}"
        yield Ill(Trouble.FAILING, what, f"{again}the other sources go on.")
    if source.budget_left == 0:
        what = source.last_error or "the spending cap is reached"
        yield Ill(Trouble.CAPPED, what, "To hear more before then, raise the cap.")
    limit = longest_usual(source)
    if limit and source.heard_at and not source.failures and now - source.heard_at > limit:
        silent = words.span(now - source.heard_at)
        usual = words.span(timedelta(seconds=source.usual_gap))
        yield Ill(
            Trouble.SILENT,
            f"nothing new for {silent}, though it answers; of late it was never silent for more "
            f"than {usual}",
            "Look whether the place is still in use and whether the source's query or address "
            "still fits it.",
        )
    for notice in source.notices:
        yield Ill(Trouble.NOTICE, notice, "")


def told(source: Source, now: datetime) -> tuple[Source, bool]:
    """Whether ops has to be told now, and the source after that."""
    lasting = {_name(ill) for ill in ills(source, now)}
    alarmed = {
        name: at
        for name, at in source.alarmed.items()
        # A notice that comes and goes is told of once a day, and an outage each time.
        if name in lasting or (name.startswith(Trouble.NOTICE) and now - at < REPEAT)
    }
    due = {name for name in lasting if name not in alarmed or now - alarmed[name] >= REPEAT}
    alarmed |= dict.fromkeys(due, now)
    return source.model_copy(update={"alarmed": alarmed}), bool(due)


def _name(ill: Ill) -> str:
    """A failure's words change from look to look; a notice is its words, but not its figures."""
    said = _FIGURES.sub("", ill.what)[:200]
    return f"{ill.trouble}:{said}" if ill.trouble is Trouble.NOTICE else str(ill.trouble)
