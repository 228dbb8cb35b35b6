"""How far the answers to a query have been read on X. Pure.

X answers newest first, reaches back seven days, and takes "newer than this post" only for posts
within those. One look reads a bounded number of pages, and may be broken off between them, so a
mark can have gaps below its newest post. A look reads what is new first, since that is what can
still be answered, and then closes gaps, newest first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

WINDOW = timedelta(days=7) - timedelta(minutes=1)  # X's own, less what a request may take
_SETTLED = timedelta(minutes=1)  # X takes no later `start_time`: it needs half of it to index posts
_EDGE = timedelta(hours=1)  # so near to the end of the window clocks may disagree
_MAX_GAPS = 20


class Place(BaseModel):
    """A post that has been read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[0-9]+$")]
    at: AwareDatetime


class Stretch(BaseModel):
    """Posts that are still to be read: later than `since` or `start`, earlier than `until`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Place | None = None
    start: AwareDatetime | None = None  # in place of `since` where that is unknown or too old
    until: Place | None = None

    def within(self, now: datetime) -> "Stretch":
        """What of it X still shows."""
        oldest = now - WINDOW
        if self.since and self.since.at >= oldest:
            return self.model_copy(update={"start": None})
        start = oldest if self.since else max(self.start or oldest, oldest)
        return self.model_copy(update={"since": None, "start": min(start, now - _SETTLED)})

    def ways(self, now: datetime) -> list[dict[str, Any]]:
        """The parameters of a search for it, and those to try where X refuses these: it does so
        where it takes the id to be too old, or the time, because its clock is not ours."""
        until = {"until_id": self.until.id} if self.until else {}
        ways: list[dict[str, Any]] = [{"since_id": self.since.id}] if self.since else []
        start = self.start or (self.since.at if self.since else now - WINDOW)
        ways.append({"start_time": start})
        if start < now - WINDOW + _EDGE:
            ways.append({})  # all that X has
        return [way | until for way in ways]

    @property
    def begin(self) -> datetime | None:
        return self.since.at if self.since else self.start

    def below(self, read: Sequence[Place]) -> "Stretch":
        """What is left of it after `read`, its newest part."""
        return self.model_copy(update={"until": min(read, key=_order, default=self.until)})


class Read(NamedTuple):
    """What a look read of a stretch."""

    stretch: Stretch
    places: tuple[Place, ...] = ()
    whole: bool = False


class Mark(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    newest: Place | None = None  # all later ones are to be read
    start: AwareDatetime | None = None  # where there is no newest yet
    read_at: AwareDatetime | None = None  # when what was newest then was read
    gaps: tuple[Stretch, ...] = ()  # newest first

    def stretches(self, now: datetime) -> tuple[Stretch, ...]:
        """What is to be read, in this order."""
        top = Stretch(since=self.newest, start=None if self.newest else self.start).within(now)
        return (top, *(gap.within(now) for gap in self.gaps if not _lost(gap, now)))

    def after(self, reads: Sequence[Read], now: datetime) -> "Mark":
        """The mark after its stretches were read so far."""
        seen = [place for read in reads for place in read.places]
        seen += [self.newest] if self.newest else []
        newest = max(seen, key=_order, default=None)
        top, *_ = reads
        begun = [r for r in reads if not r.whole and (r.places or r.stretch.until)]
        return Mark(
            newest=newest,
            start=None if newest else top.stretch.start,
            read_at=now if top.whole or top.places else self.read_at,
            gaps=_joined([read.stretch.below(read.places) for read in begun]),
        )

    def lost(self, now: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """From when to when what was written is unread, and X does not show it any more."""
        oldest = now - WINDOW
        unread = [(self.read_at, oldest)]
        unread += [(gap.begin, min(gap.until.at, oldest)) for gap in self.gaps if gap.until]
        return tuple((begin, end) for begin, end in unread if begin and begin < end)

    @property
    def unread_from(self) -> datetime | None:
        begins = [gap.begin for gap in self.gaps] + [self.read_at or self.start]
        return min((begin for begin in begins if begin), default=None)


class Marks(BaseModel):
    """A mark for each query. Its JSON is the source's cursor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queries: Mapping[str, Mark] = {}
    turn: str = ""  # the query whose turn it is: the last look was broken off at it

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """A cursor that cannot be read counts as none: posts come again, and are known."""
        try:
            return cls.model_validate_json(cursor or "{}")
        except ValidationError:
            return cls()

    def begun(self, queries: Sequence[str], now: datetime, since: timedelta) -> dict[str, Mark]:
        """The mark of each of `queries`. A new one begins `since` ago; or where one that is no
        longer asked was left, since it may be that one in other words."""
        left = [mark.unread_from for query, mark in self.queries.items() if query not in queries]
        new = Mark(start=min([now - since, *(at for at in left if at)]))
        return {query: self.queries.get(query, new) for query in queries}

    def order(self, queries: Sequence[str]) -> tuple[str, ...]:
        """Beginning with the one whose turn it is."""
        first = queries.index(self.turn) if self.turn in queries else 0
        return (*queries[first:], *queries[:first])


def _joined(gaps: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Of too many the oldest are made one; what lies between them is read again."""
    if len(gaps) <= _MAX_GAPS:
        return tuple(gaps)
    kept, first, last = gaps[: _MAX_GAPS - 1], gaps[_MAX_GAPS - 1], gaps[-1]
    return (*kept, Stretch(since=last.since, start=last.start, until=first.until))


def _lost(gap: Stretch, now: datetime) -> bool:
    return gap.until is not None and gap.until.at < now - WINDOW


def _order(place: Place) -> int:
    return int(place.id)
