"""May a host be asked now? Functions of values; `hosts.Hosts` keeps the values.

A host may be asked by so many at once, so often a minute (`Pace`), and not at all

* while it is *held*: it said how long to stay away (Retry-After and the like);
* while its breaker is *open*: it failed some times in a row. When that time is over one request
  goes through as a probe, and no other until the probe is back. If it fails too, the time doubles;
  any success closes the breaker.
"""

from enum import Enum, auto
from typing import NamedTuple

_JITTER = 0.1  # of a wait, at most: those who wait for one thing do not return at once
TRIED = 10.0  # seconds after which one who met a probe may ask again
_FORGET = 3600.0  # seconds after which old failures of a host mean nothing any more


class At(NamedTuple):
    """A moment on two clocks, in seconds.

    A wait is over as soon as one of them says so. The listeners' clock stands still in tests, jumps
    in the demo, and may be set back; the machine's own goes on by itself, but not in its sleep.
    """

    wall: float  # since the epoch, by the listeners' clock
    ticks: float  # of the machine's own clock

    def after(self, seconds: float) -> "At":
        return At(self.wall + seconds, self.ticks + seconds)

    def later(self, other: "At | None") -> "At":
        """What is over only when both are."""
        if other is None:
            return self
        return At(max(self.wall, other.wall), max(self.ticks, other.ticks))

    def until(self, later: "At | None") -> float:
        """Seconds from here; 0 where that is over."""
        if later is None:
            return 0.0
        return max(0.0, min(later.wall - self.wall, later.ticks - self.ticks))


class Pace(NamedTuple):
    """How often one host may be asked with one credential."""

    at_once: int = 4  # requests under way
    per_minute: float = 0.0  # on average; 0: as often as one likes
    burst: int = 1  # of those, so many may follow each other without a gap after a rest


STRANGERS = Pace()  # other people's sites
OWN = Pace(at_once=32)  # `api_url`, `allow_private`: whoever runs the place knows what it bears


class Breaker(NamedTuple):
    failures: int = 5  # in a row
    first: float = 30.0  # seconds for which it opens; doubled each time that the probe fails
    longest: float = 900.0


class Host(NamedTuple):
    """What is known of one host and credential."""

    running: int = 0
    turns: int = 0  # given so far: each has its number
    used_at: At | None = None
    spaced_until: At | None = None  # where its requests would end, laid out gap by gap
    held_until: At | None = None
    failures: int = 0  # in a row
    openings: int = 0  # in a row
    open_until: At | None = None  # None: closed; in the past: half open
    probe: int = 0  # the number of the turn that tries whether it is well again; 0: none


class Go(NamedTuple):
    host: Host  # its `turns` is the number of the turn that was given


class Wait(NamedTuple):
    seconds: float | None  # None: until another is done


class Refusal(NamedTuple):
    why: str  # after the host's name
    seconds: float
    failing: bool = False  # it is out of order, rather than asked for patience


class End(Enum):
    """Of a turn."""

    ANSWERED = auto()
    FAILED = auto()
    UNKNOWN = auto()  # nothing was asked, or nobody knows how it went


def enter(host: Host, pace: Pace, at: At, share: float = 0.0) -> Go | Wait | Refusal:
    """May it be asked now? `share` in 0..1: how much of the jitter to add."""
    if left := at.until(host.held_until):
        return Refusal("asked us to stay away", left)
    if left := at.until(host.open_until):
        return Refusal(
            f"failed {host.failures} times in a row and is left alone", left, failing=True
        )
    if host.probe:
        return Refusal(
            f"failed {host.failures} times in a row and is being tried", TRIED, failing=True
        )
    if host.running >= pace.at_once:
        return Wait(None)
    gap = 60.0 / pace.per_minute if pace.per_minute else 0.0
    ahead = at.until(host.spaced_until)
    if gap and (early := ahead - gap * (pace.burst - 1)) > 0:
        return Wait(early)
    turns = host.turns + 1
    return Go(
        host._replace(
            running=host.running + 1,
            turns=turns,
            used_at=at,
            spaced_until=at.after(ahead + gap * (1 + _JITTER * share))
            if gap
            else host.spaced_until,
            probe=turns if host.open_until else 0,
        )
    )


def leave(
    host: Host, turn: int, end: End, at: At, breaker: Breaker, stay_away: float = 0.0
) -> Host:
    """After turn number `turn`; `stay_away`: seconds that the host asked for."""
    probe = turn == host.probe
    host = host._replace(running=host.running - 1, probe=0 if probe else host.probe)
    host = held(host, at, stay_away) if stay_away else host
    if end is End.ANSWERED:
        return host._replace(failures=0, openings=0, open_until=None, probe=0)
    if end is End.UNKNOWN or (host.open_until and not probe):  # begun before it was opened
        return host
    host = host._replace(failures=host.failures + 1)
    if host.failures < breaker.failures:
        return host
    seconds = min(breaker.first * 2 ** min(host.openings, 20), breaker.longest)
    return host._replace(openings=host.openings + 1, open_until=at.after(seconds))


def held(host: Host, at: At, seconds: float) -> Host:
    """It asks us to stay away for so long; what it asked before still holds."""
    return host._replace(held_until=at.after(seconds).later(host.held_until))


def forgettable(host: Host, at: At) -> bool:
    """Whether a host of which we know nothing would be treated alike, or nearly so."""
    waits = (host.held_until, host.spaced_until, host.open_until)
    if host.running or any(at.until(one) for one in waits):
        return False
    return not host.failures or not at.until((host.used_at or at).after(_FORGET))
