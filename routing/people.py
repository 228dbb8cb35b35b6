"""What an advocate may change about themselves, and what survives when the list is read again."""

from datetime import datetime
from typing import Any

from domain.types import Advocate

# The advocate's own wishes: a list that says nothing about one of them does not undo it.
WISHES = ("max_per_week", "max_per_quarter", "quiet_from", "quiet_to", "frozen_until")


def paused(advocate: Advocate, until: datetime) -> Advocate:
    """A longer pause that was asked for before stays."""
    return advocate.revised(paused_until=_later(advocate.paused_until, until))


def left(advocate: Advocate, now: datetime) -> Advocate:
    return advocate.revised(left_at=advocate.left_at or now)


def merged(old: Advocate, new: Advocate) -> Advocate:
    """`old` as a list that is read again describes it; `old` itself where nothing changes.

    What the person decided stays: that they left, and the later of two pauses. Of their limits and
    hours, and of a freeze, what the list leaves empty stays; a day that has passed ends a freeze.
    """
    fields: dict[str, Any] = {**dict(new), "version": old.version}
    for name in WISHES:
        if fields[name] is None:
            fields[name] = getattr(old, name)
    fields["paused_until"] = _later(old.paused_until, new.paused_until)
    fields["left_at"] = old.left_at or new.left_at
    if fields == dict(old):
        return old
    return old.revised(**{name: value for name, value in fields.items() if name != "version"})


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((when for when in (one, other) if when is not None), default=None)
