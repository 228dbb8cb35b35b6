"""How far the answers to a query have been read on X. Pure.

X answers newest first, reaches back seven days, and takes "newer than this post" only for posts
within those. One look reads a bounded number of pages; what it leaves out is read by the next ones,
so a mark can have a hole: all up to `since` is read, and all from `until` to `newest`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

WINDOW = timedelta(days=7) - timedelta(minutes=1)  # X's own, less what a request may take


class Place(BaseModel):
    """A post that has been read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[0-9]+$")]
    at: AwareDatetime


class Mark(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Place | None = None
    start: AwareDatetime | None = None  # in place of `since` where that is unknown or too old
    until: Place | None = None
    newest: Place | None = None

    def within(self, now: datetime, since: timedelta) -> "Mark":
        """The same mark as X takes it at `now`; a first look reaches back by `since`."""
        oldest = now - WINDOW
        if self.until and self.until.at < oldest:  # what was still missing is out of reach
            return Mark(since=self.newest).within(now, since)
        if self.since and self.since.at >= oldest:
            return self.model_copy(update={"start": None})
        start = oldest if self.since else max(self.start or now - since, oldest)
        return self.model_copy(update={"since": None, "start": start})

    def asked(self) -> dict[str, Any]:
        """The parameters of a search beyond it."""
        asked: dict[str, Any] = {"since_id": self.since.id} if self.since else {}
        if self.start:
            asked["start_time"] = self.start
        if self.until:
            asked["until_id"] = self.until.id
        return asked

    def left_at(self, read: list[Place]) -> "Mark":
        """After a look that ended before all was read."""
        newest = self.newest or max(read, key=_order)
        return self.model_copy(update={"until": min(read, key=_order), "newest": newest})

    def done(self, read: list[Place]) -> "Mark":
        """After a look that read all there was."""
        newest = self.newest or max(read, key=_order, default=None)
        return Mark(since=newest) if newest else self


class Marks(BaseModel):
    """A mark for each query. Its JSON is the source's cursor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queries: Mapping[str, Mark] = {}

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """A cursor that cannot be read counts as none: posts come again, and are known."""
        try:
            return cls.model_validate_json(cursor or "{}")
        except ValidationError:
            return cls()


def _order(place: Place) -> int:
    return int(place.id)
