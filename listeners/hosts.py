"""One pacer and circuit breaker for each host and credential, and the connections to all of them.

    with hosts.turn(where, key, pace, clock) as turn:  # waits a little, or raises SourceError
        ...ask...
        turn.heard(stay_away)  # or turn.failed()

Whoever would have to wait long is refused at once, without traffic, and told when to come back.
"""

import math
import random
import ssl
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Self

from domain.errors import PausedError, SourceError
from listeners import targets, turns
from listeners.turns import OWN, STRANGERS, TRIED, At, Breaker, End, Go, Host, Pace, Refusal
from listeners.wires import Wires

__all__ = ["OWN", "STRANGERS", "Breaker", "Hosts", "Pace", "Turn"]

_SWEEP_AT = 1000  # hosts


class _Entry:
    def __init__(self, lock: threading.Lock) -> None:
        self.host = Host()
        self.changed = threading.Condition(lock)
        self.waiting = 0


class Hosts:
    """Shared by all listeners of a process. Safe between threads."""

    def __init__(
        self,
        *,
        at_once: int = 32,
        patience: float = 5.0,
        breaker: Breaker = Breaker(),  # noqa: B008 - a value that nobody can change
        proxy: str = "",
        tls: ssl.SSLContext | None = None,
        resolve: Callable[[str, int], list[str]] = targets.resolved,
    ) -> None:
        """`at_once`: requests under way, to all hosts together. `patience`: seconds that one waits
        for its turn; who would have to wait longer is refused. `proxy`: the address of one, through
        which everything is fetched that is not the operator's own. `tls`: whom to trust, if not the
        usual authorities. `resolve`: finds the IP addresses of a name."""
        self.proxy = proxy
        self.resolve = resolve
        self.wires = Wires(proxy, tls)
        self._patience = patience
        self._breaker = breaker
        self._room = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._sweep_at = _SWEEP_AT

    def turn(self, where: str, key: str, pace: Pace, clock: Callable[[], datetime]) -> "Turn":
        """Wait for a turn at what `key` names, as briefly as `patience` says. Raises SourceError,
        whose line begins with `where`."""
        gives_up = time.monotonic() + self._patience
        number = self._entered(where, key, pace, clock, gives_up)
        turn = Turn(key, number, clock, self._left)
        if not self._room.acquire(timeout=max(0.0, gives_up - time.monotonic())):
            self._left(turn)
            raise _refused(where, Refusal("must wait: too much else is being read", TRIED))
        turn.has_room = True
        return turn

    def hold(self, key: str, seconds: float, clock: Callable[[], datetime]) -> None:
        """Stay away from what `key` names: its answer said so in words of its own."""
        with self._lock:
            entry = self._entry(key, clock)
            entry.host = turns.held(entry.host, _now(clock), seconds)

    def _entered(
        self, where: str, key: str, pace: Pace, clock: Callable[[], datetime], gives_up: float
    ) -> int:
        share = random.random()  # noqa: S311 - nobody gains by guessing it
        with self._lock:
            entry = self._entry(key, clock)
            while True:
                found = turns.enter(entry.host, pace, _now(clock), share)
                if isinstance(found, Go):
                    entry.host = found.host
                    return found.host.turns
                if isinstance(found, Refusal):
                    raise _refused(where, found)
                left = gives_up - time.monotonic()
                if left <= 0 or (found.seconds or 0.0) > left:
                    wait = found.seconds or TRIED
                    raise _refused(where, Refusal("is asked as often as it may be", wait))
                self._wait(entry, left if found.seconds is None else found.seconds)

    def _wait(self, entry: _Entry, seconds: float) -> None:
        entry.waiting += 1
        try:
            entry.changed.wait(seconds)
        finally:
            entry.waiting -= 1

    def _left(self, turn: "Turn") -> None:
        if turn.has_room:
            self._room.release()
        with self._lock:
            entry = self._entries[turn.key]
            at = _now(turn.clock)
            entry.host = turns.leave(
                entry.host, turn.number, turn.end, at, self._breaker, turn.stay_away
            )
            entry.changed.notify_all()

    def _entry(self, key: str, clock: Callable[[], datetime]) -> _Entry:
        found = self._entries.get(key)
        if found is None:
            if len(self._entries) >= self._sweep_at:
                self._sweep(_now(clock))
            found = self._entries[key] = _Entry(self._lock)
        return found

    def _sweep(self, at: At) -> None:
        kept = {
            key: entry
            for key, entry in self._entries.items()
            if entry.waiting or not turns.forgettable(entry.host, at)
        }
        self._entries = kept
        self._sweep_at = max(_SWEEP_AT, 2 * len(kept))


class Turn:
    """One request's leave to ask. To be used in a `with`, at whose end it is another's turn."""

    def __init__(
        self,
        key: str,
        number: int,
        clock: Callable[[], datetime],
        leave: Callable[["Turn"], None],
    ) -> None:
        self.key = key
        self.number = number
        self.clock = clock
        self.end = End.UNKNOWN
        self.stay_away = 0.0  # seconds
        self.has_room = False
        self._leave = leave

    def heard(self, stay_away: timedelta | None = None) -> None:
        """There was an answer; it may have asked us to stay away."""
        self.end = End.ANSWERED
        self.stay_away = stay_away.total_seconds() if stay_away else 0.0

    def failed(self, stay_away: timedelta | None = None) -> None:
        """There was none, or one that says that the host itself is out of order."""
        self.heard(stay_away)
        self.end = End.FAILED

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave(self)


def _now(clock: Callable[[], datetime]) -> At:
    return At(clock().timestamp(), time.monotonic())


def _refused(where: str, refusal: Refusal) -> SourceError:
    seconds = max(1, math.ceil(refusal.seconds))
    kind = SourceError if refusal.failing else PausedError
    wait = timedelta(seconds=seconds)
    return kind(f"{where} {refusal.why}; it goes on in {_told(seconds)}", retry_after=wait)


def _told(seconds: int) -> str:
    """Roughly, as people say it."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{math.ceil(seconds / size)} {unit}"
    return f"{seconds} s"
