"""How far Reddit's listings have been read: the cursor of a source. Pure.

A listing shows many subreddits together, newest first, and which of them stand in one request
changes with the settings and with what is closed. So each subreddit has a mark of its own in each
list ("new", "comments", a search), wherever it is read; marks know no requests.

What is new is told by ids and not by a place in the listing: the post at that place may be deleted,
and a moderator may let one through late, which then stands where it would have stood. A listing is
read down to where it had been read before, by time, and now and then further, for late ones.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, ValidationError

KEPT = 1000  # ids for each request: as many as Reddit lists
OVERLAP = timedelta(days=1)  # a moderator may let a post through so late


class Found(NamedTuple):
    """A post in a listing."""

    place: str  # whose mark counts
    item_id: str  # its trace
    at: float  # epoch seconds
    edited: float = 0.0  # epoch seconds; 0: never


class Mark(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    floor: float  # epoch seconds; posts written then or before are let go
    reached: float  # all that is older was once listed to us
    seen: Mapping[str, float] = {}  # trace -> when it was written
    edited: Mapping[str, float] = {}  # trace of a seen one -> when it was edited, as far as we know

    @classmethod
    def first(cls, now: datetime, since: timedelta) -> Self:
        start = (now - since).timestamp()
        return cls(floor=start, reached=start)


Marks = Mapping[str, Mark]  # by place: a subreddit's name in lower case, or a search


How = Literal["missing", "private", "quarantined", "banned", "legal"]  # something is closed to us


class Shut(BaseModel):
    """A subreddit that does not let us in, left out for a while."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    how: How
    until: float  # epoch seconds


class Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    lists: Mapping[str, Marks] = {}
    shut: Mapping[str, Shut] = {}  # by name in lower case
    deep_at: float = 0.0  # when lists were last read as far down as anything can be new

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """A cursor that cannot be read (of another version) counts as none: posts come again,
        and the store knows them."""
        try:
            return cls.model_validate_json(cursor or "{}")
        except ValidationError:
            return cls()

    def text(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @property
    def heard(self) -> dict[str, float]:
        """Traces of all posts that it remembers, with when each was edited (0: never)."""
        marks = [mark for marks in self.lists.values() for mark in marks.values()]
        return {i: mark.edited.get(i, 0.0) for mark in marks for i in mark.seen}


def marks_for(places: Iterable[str], known: Marks, now: datetime, since: timedelta) -> Marks:
    """A mark for each place, the first where it has none yet, or one of a time to come: our clock
    was wrong then, and nothing would ever be new again."""
    first = Mark.first(now, since)
    too_late = (now + OVERLAP).timestamp()
    found = {place: known.get(place, first) for place in places}
    return {
        place: mark if max(mark.floor, mark.reached) < too_late else first
        for place, mark in found.items()
    }


def reached(marks: Marks) -> float:
    """Down to where a listing of these places needs to be read, in epoch seconds."""
    return min(mark.reached for mark in marks.values())


def is_news(found: Found, mark: Mark, heard: Mapping[str, float]) -> bool:
    """Never heard, or edited since it was. `heard` is of the whole cursor: what moves from one
    list or request to another is no news."""
    if found.item_id in heard:
        return found.edited > heard[found.item_id]
    return found.at > mark.floor


def moved(marks: Marks, found: Iterable[Found], newest: float, now: datetime) -> Marks:
    """The marks after a listing of their places was read, which showed `found`.

    `newest` is the time of the listing's newest item (0: it was empty). Where it lies in the
    future the platform errs, or our clock: then the listing counts as read up to now.
    """
    seen = {place: dict(mark.seen) for place, mark in marks.items()}
    edits = {place: dict(mark.edited) for place, mark in marks.items()}
    for one in found:
        seen[one.place][one.item_id] = one.at
        if one.edited:
            edits[one.place][one.item_id] = one.edited
    newest_first = sorted(
        ((at, item_id, place) for place, ids in seen.items() for item_id, at in ids.items()),
        reverse=True,
    )
    read_to = min(newest, now.timestamp())
    floors = {p: max(m.floor, read_to - OVERLAP.total_seconds()) for p, m in marks.items()}
    for at, item_id, place in newest_first[KEPT:]:
        floors[place] = max(floors[place], at)
        del seen[place][item_id]
    return {
        place: Mark(
            floor=floors[place],
            reached=max(mark.reached, read_to),
            seen={i: at for i, at in seen[place].items() if at > floors[place]},
            edited={
                i: at for i, at in edits[place].items() if seen[place].get(i, 0.0) > floors[place]
            },
        )
        for place, mark in marks.items()
    }
