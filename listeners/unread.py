"""What of a list, newest first, has not been read yet.

One look reads a bounded number of pages, and any page but the first may fail. What a look leaves
out is a *gap*: it stands in the cursor, and the next looks read it, after what is new. So nothing
is lost, and no gap, not even one that can never be read, keeps back what is new.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import SourceError

KEPT = 2000  # ids remembered
_MOST_GAPS = 10
_MOST_PAGES = 5  # of one and the same moment
_SLACK = 1.0  # seconds: not everybody means the same by "until"


class Gap(BaseModel):
    """Positions are numbers that grow with newer posts: seconds since 1970, or the posts' ids."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    floor: float  # what stands there or before is read
    until: float | None = None  # what stands after it is read; None: it reaches up to the newest
    page: int = 0  # so many pages of what stands at `until` itself are read


class Page(NamedTuple):
    records: Sequence[Any]
    rest: Gap | None  # what of the gap is left after it


class Look(NamedTuple):
    records: tuple[Any, ...]
    left: tuple[Gap, ...]
    failed: SourceError | None  # why it ended early, if it did


class Reach(BaseModel):
    """How far a list is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    floor: float  # seconds since 1970: what was written then or before is let go
    start: float  # a position: the next look reads down to it
    gaps: tuple[Gap, ...] = ()  # newest first
    seen: Mapping[str, float] = {}  # id -> seconds since 1970

    @classmethod
    def first(cls, now: datetime, since: timedelta, start: float | None = None) -> Self:
        floor = (now - since).timestamp()
        return cls(floor=floor, start=floor if start is None else start)

    @classmethod
    def read(cls, cursor: str | None) -> Self | None:
        """A cursor that cannot be read (of another version) counts as none: posts come again, and
        are known."""
        try:
            return cls.model_validate_json(cursor) if cursor else None
        except ValidationError:
            return None

    def is_new(self, item_id: str, at: float) -> bool:
        return at > self.floor and item_id not in self.seen

    def after(
        self,
        found: Iterable[tuple[str, float]],
        left: Sequence[Gap],
        overlap: timedelta,
        now: datetime,
        *,
        most: int = KEPT // 2,
        start: float | None = None,
        waits: bool = False,
    ) -> "Reach":
        """After a look that found these (id, time) and left out `left`; `start` where positions are
        no times; `waits`: something is left out that is no gap.

        What shows up later is still found if it is not older than `overlap` before the newest, and
        among the `most` newest: each look reads those again. A time in the future is one that a
        clock of theirs told wrong: it moves nothing. While something is left out, nothing is let
        go.
        """
        seen = {**self.seen, **dict(found)}
        times = sorted((min(at, now.timestamp()) for at in seen.values()), reverse=True)
        recent = (times[0] if times else self.floor) - overlap.total_seconds()
        recent = max([recent, *times[most : most + 1]])
        floor = self.floor if left or waits else max(self.floor, recent)
        edges = {gap.until for gap in left}  # from where the next looks read on
        by_time = sorted(seen.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
        kept = by_time[:KEPT] + [pair for pair in by_time[KEPT:] if pair[1] in edges]
        return Reach(
            floor=floor,
            start=max(self.start, recent if start is None else start),
            gaps=merged(left),
            seen={item_id: at for item_id, at in kept if at > floor},
        )


def look(reach: Reach, ask: Callable[[Gap], Page], more: Callable[[], bool]) -> Look:
    """Ask for what is new, then for the gaps, page by page, as long as `more` says so.

    Raises SourceError only where nothing could be read.
    """
    records: list[Any] = []
    left: list[Gap] = []
    failed: SourceError | None = None
    asked = False
    for gap in (Gap(floor=reach.start), *reach.gaps):
        rest: Gap | None = gap
        while rest and not failed and (not asked or more()):
            try:
                page = ask(rest)
            except SourceError as error:
                if not asked:
                    raise
                failed = error
                break
            asked = True
            records += page.records
            rest = page.rest
        left += [rest] if rest else []
    return Look(tuple(records), tuple(left), failed)


def below(
    gap: Gap, found: Sequence[tuple[str, float]], known: Collection[str], *, over: bool
) -> Gap | None:
    """What of `gap` is left after a page of these (id, time), where positions are times; `known`:
    ids of earlier pages; `over`: the platform says that no other page follows.

    Many can share a second, so the next page begins at the oldest one's second once more, and goes
    on by page numbers while it finds nothing older.
    """
    if over or not found:
        return None
    oldest = min(at for _, at in found)
    if oldest <= gap.floor:
        return None
    if gap.until is None or oldest < gap.until:
        return Gap(floor=gap.floor, until=oldest)
    if oldest > gap.until + _SLACK or (gap.page and all(one in known for one, _ in found)):
        return None  # not what was asked for, or the same page again
    if gap.page + 1 < _MOST_PAGES:
        return gap.model_copy(update={"page": gap.page + 1})
    return Gap(floor=gap.floor, until=gap.until - 1) if gap.until - 1 > gap.floor else None


def merged(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """Newest first, those that touch as one, and not more than a few: of too many the oldest become
    one, and some of it is read twice."""
    found: list[Gap] = []
    for gap in sorted(gaps, key=lambda one: one.until or 0.0, reverse=True):
        last = found[-1] if found else None
        touches = last and (gap.until or 0.0) >= last.floor
        if last and (touches or len(found) == _MOST_GAPS):
            found[-1] = Gap(floor=min(last.floor, gap.floor), until=last.until)
        else:
            found.append(gap)
    return tuple(found)


def told(look_: Look) -> tuple[str, ...]:
    """What ops should know of what was left out; nothing where it is only a matter of time."""
    if look_.failed or len(look_.left) <= _MOST_GAPS // 2:
        return ()
    advice = "give it a shorter `every` or a narrower question"
    return (f"more is written than is read, and the rest has to wait: {advice}",)
