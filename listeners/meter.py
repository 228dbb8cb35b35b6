"""How much a platform that bills by the post has been asked for, and how much it may be.

The meter counts while a listener works; whoever called it takes the count (`drain`) and stores it,
and tells it before the next call how much was used in all (`told`). Days and months are of UTC, as
the bills are.
"""

import threading
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from domain.errors import PausedError

_REMEMBERED = 200_000  # ids; where more are read a day, some that come again are counted again


class Meter:
    """Posts that may be read a day and a month; 0: as many as there are. Where the platform sends
    no fewer than `least` at once, less room than that is none. Safe between threads."""

    def __init__(self, per_day: int = 0, per_month: int = 0, least: int = 1) -> None:
        self.per_day = per_day
        self.per_month = per_month
        self._least = least
        self._lock = threading.Lock()
        self._today = 0  # as told, before what is counted here
        self._month = 0
        self._used = 0
        self._day = date.min  # of UTC
        self._read: set[str] = set()  # ids, that day

    def told(self, today: int, month: int) -> None:
        """What the store knows of."""
        with self._lock:
            self._today, self._month = today, month

    def count(self, posts: int) -> None:
        with self._lock:
            self._used += posts

    def count_once(self, ids: Iterable[str], now: datetime) -> None:
        """Count posts of which each is billed once a day, however often it is read.

        What an earlier process read is not known: after a restart too much is counted, not too
        little.
        """
        today = now.astimezone(UTC).date()
        with self._lock:
            if today != self._day or len(self._read) > _REMEMBERED:
                self._day, self._read = today, set()
            fresh = set(ids) - self._read
            self._read |= fresh
            self._used += len(fresh)

    def drain(self) -> int:
        """What was counted since the last time, now the caller's to store."""
        with self._lock:
            used, self._used = self._used, 0
            self._today += used
            self._month += used
            return used

    @property
    def left(self) -> int | None:
        """Posts that may still be read; None without a cap."""
        with self._lock:
            rooms = [self._room(cap, used) for cap, used in self._caps() if cap]
        return min(rooms) if rooms else None

    def check(self, where: str, now: datetime) -> None:
        """Raises PausedError, with when it goes on, if the cap is reached."""
        with self._lock:
            day, month = (cap > 0 and not self._room(cap, used) for cap, used in self._caps())
        today = now.astimezone(UTC)
        if month:
            first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
            raise _reached(where, f"{self.per_month:,} posts a month", first, now)
        if day:
            raise _reached(where, f"{self.per_day:,} posts a day", today + timedelta(days=1), now)

    def _caps(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """With what is used of each."""
        return (self.per_day, self._today + self._used), (self.per_month, self._month + self._used)

    def _room(self, cap: int, used: int) -> int:
        return cap - used if cap - used >= self._least else 0


def _reached(where: str, cap: str, until: datetime, now: datetime) -> PausedError:
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    return PausedError(
        f"{where}: the cap of {cap} is reached; it goes on at {midnight:%Y-%m-%d %H:%M} UTC",
        retry_after=midnight - now,
    )
