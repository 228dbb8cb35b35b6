"""What of a list, newest first, is new since last time. Pure.

A cursor that is the id of one post looks like silence once that post is deleted, and a cursor that
is a time loses what appears late or in the same second. So a mark keeps the ids of the newest posts
seen, with their times, and a floor below which nothing counts as new any more.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

KEPT = 200


class Mark(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    floor: float  # epoch seconds; posts written then or before are let go
    seen: Mapping[str, float] = {}  # id -> epoch seconds

    @classmethod
    def first(cls, now: datetime, since: timedelta) -> Self:
        return cls(floor=(now - since).timestamp())

    def is_new(self, item_id: str, at: float) -> bool:
        return at > self.floor and item_id not in self.seen

    def knows(self, item_id: str) -> bool:
        return item_id in self.seen

    def moved(self, found: Iterable[tuple[str, float]], overlap: timedelta) -> "Mark":
        """The mark after `found` (id, time) was read.

        Posts that show up later are still found if they are not older than `overlap` before the
        newest, and among the KEPT newest.
        """
        newest_first = sorted(
            {**self.seen, **dict(found)}.items(), key=lambda pair: (pair[1], pair[0]), reverse=True
        )
        floor = self.floor
        if newest_first:
            floor = max(floor, newest_first[0][1] - overlap.total_seconds())
        if len(newest_first) > KEPT:
            floor = max(floor, newest_first[KEPT][1])
        return Mark(floor=floor, seen={i: at for i, at in newest_first[:KEPT] if at > floor})


class Marks(BaseModel):
    """One mark for each list that a source reads. Its JSON is the source's cursor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lists: Mapping[str, Mark] = {}

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """A cursor that cannot be read (of another version) counts as none: posts come again,
        and the store knows them."""
        try:
            return cls.model_validate_json(cursor or "{}")
        except ValidationError:
            return cls()
