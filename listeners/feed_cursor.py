"""How far a feed has been read, and what in it is new or has changed. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from domain.types import PostState
from listeners import feed_ids
from listeners.feed_entries import MOST, Entry, short

LONGEST_PAUSE = timedelta(hours=2)  # whatever a feed says: a question should be heard while fresh
_LOOKS = 3  # after which a permanent redirect is believed
_MOST_CHANGES = 3  # in a row; what changes at every look is no edit, but a clock or an ad
_FEWEST = 5  # entries of which none is known until some may have been missed
_SILENT = "-"  # behind the words of entries that were never told
_CHANGED = "+"  # behind the words of others, once for each change in a row
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age=\"?(\d{1,9})", re.IGNORECASE)


class Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    etag: str = ""
    modified: str = ""
    seen: Mapping[str, str] = {}  # mark of an entry -> its words and how often they changed
    asked: str = ""  # a hash of the address that the validators belong to
    home: str = ""  # the address in use, where the feed has moved for good
    target: str = ""  # whither it says it has moved, until that is believed
    looks: int = 0  # that found `target`
    pause: int = 0  # seconds between two looks that the feed itself asked for

    @field_validator("seen", mode="before")
    @classmethod
    def _marks_alone(cls, seen: object) -> object:
        """As it was first written."""
        return dict.fromkeys(seen, _SILENT) if isinstance(seen, list) else seen

    def after_move(self, moved_to: str, address: str) -> dict[str, Any]:
        """What becomes of home, target and looks after a look at `address` that went well."""
        if not moved_to or moved_to == address:
            return {"target": "", "looks": 0}
        looks = self.looks + 1 if moved_to == self.target else 1
        if looks < _LOOKS:
            return {"target": moved_to, "looks": looks}
        return {"home": moved_to, "target": "", "looks": 0}


class Told(NamedTuple):
    entry: Entry
    id: str
    state: PostState


class News(NamedTuple):
    entries: tuple[Told, ...]  # that are new or have changed
    seen: Mapping[str, str]
    missed: bool  # some may have come and gone between two looks


def read(cursor: str | None, address: str) -> Cursor | None:
    """What was kept; None if nothing was that we understand. Validators of another address mean
    nothing at this one."""
    here = short(address, 8)
    try:
        old = Cursor.model_validate_json(cursor) if cursor else None
    except ValidationError:
        old = None
    if old and old.asked and old.asked != here:
        return Cursor(seen=old.seen, asked=here)
    return old.model_copy(update={"asked": here}) if old else None


def first(address: str) -> Cursor:
    return Cursor(asked=short(address, 8))


def news(old: Cursor, entries: Sequence[Entry], ids: Sequence[str], since: datetime | None) -> News:
    """`since`: at the first look, how far back anything is told; None at later ones."""
    told: list[Told] = []
    shown: dict[str, str] = {}
    for entry, own in zip(entries, ids, strict=True):
        mark = feed_ids.mark(own)
        if mark in shown:  # an exact repeat
            continue
        before = old.seen.get(mark)
        silent = since is not None and before is None and entry.posted_at < since
        shown[mark] = entry.words + _SILENT if silent else _now(before, entry.words)
        if not silent and (before is None or _edited(before, entry.words)):
            told.append(Told(entry, own, PostState.EDITED if before else PostState.LIVE))
    known = any(mark in old.seen for mark in shown)
    # A feed shows its newest entries only, and some now and then none: older ones are kept.
    seen = dict(islice({**shown, **_others(old.seen, shown)}.items(), MOST))
    return News(tuple(told), seen, bool(old.seen) and len(shown) >= _FEWEST and not known)


def _others(seen: Mapping[str, str], but: Mapping[str, str]) -> dict[str, str]:
    return {mark: words for mark, words in seen.items() if mark not in but}


def _now(before: str | None, words: str) -> str:
    if before is None or before.startswith(words) or before.endswith(_SILENT):
        return words + (_SILENT if before and before.endswith(_SILENT) else "")
    return words + _CHANGED * min(before.count(_CHANGED) + 1, _MOST_CHANGES)


def _edited(before: str, words: str) -> bool:
    return (
        not before.startswith(words)
        and not before.endswith(_SILENT)
        and before.count(_CHANGED) < _MOST_CHANGES
    )


def max_age(headers: Mapping[str, str]) -> int:
    """Seconds for which `Cache-Control` says that the same would be sent again."""
    found = _MAX_AGE.search(headers.get("cache-control", ""))
    return int(found[1]) if found else 0


def wait(pause: int, headers: Mapping[str, str]) -> timedelta | None:
    """Look no sooner than this, as the feed and its answer ask; None where they do not."""
    seconds = max(pause, max_age(headers))
    return min(timedelta(seconds=seconds), LONGEST_PAUSE) if seconds else None
