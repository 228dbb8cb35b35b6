"""When a host may be asked: every order of events, on two clocks that need not agree."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.turns import (
    At,
    Breaker,
    End,
    Go,
    Host,
    Pace,
    Refusal,
    Wait,
    enter,
    forgettable,
    held,
    leave,
)

START = At(1_772_452_800.0, 50.0)
BREAKER = Breaker(failures=3, first=30.0, longest=100.0)
PACE = Pace(at_once=2)


class Event(NamedTuple):
    """Somebody wants to ask, somebody is done, or time passes."""

    what: str
    end: End = End.UNKNOWN
    stay_away: float = 0.0
    newest: bool = False  # of those under way it is the one that asked last, else first
    wall: float = 0.0
    ticks: float = 0.0


# The wall clock may stand still, jump and be set back, the machine's own may sleep.
events = st.lists(
    st.one_of(
        st.just(Event("ask")),
        st.builds(
            Event,
            st.just("done"),
            st.sampled_from([End.FAILED, *End]),
            st.sampled_from([0.0, 0.0, 0.0, 5.0, 300.0]),
            st.booleans(),
        ),
        st.builds(
            Event,
            st.just("time"),
            wall=st.sampled_from([0.0, 1.0, 40.0, 500.0, -200.0]),
            ticks=st.sampled_from([0.0, 1.0, 40.0, 500.0]),
        ),
    ),
    min_size=30,  # few of them would be too short to get anywhere
    max_size=120,
)


class Played:
    """One host, and what must hold of it at every moment."""

    def __init__(self, pace: Pace = PACE, breaker: Breaker = BREAKER) -> None:
        self.host, self.at, self.pace, self.breaker = Host(), START, pace, breaker
        self.under_way: list[int] = []
        self.told: list[At] = []  # until when we were asked to stay away, each time

    def play(self, event: Event) -> None:
        if event.what == "time":
            self.at = At(self.at.wall + event.wall, self.at.ticks + event.ticks)
        elif event.what == "ask":
            self.ask()
        elif self.under_way:
            turn = self.under_way.pop(-1 if event.newest else 0)
            self.done(turn, event.end, event.stay_away)

    def ask(self) -> bool:
        found = enter(self.host, self.pace, self.at)
        if not isinstance(found, Go):
            return False
        assert not any(self.at.until(until) for until in self.told), "it asked us to stay away"
        if self.host.open_until:
            assert not self.at.until(self.host.open_until), "its breaker is open"
            assert self.host.probe not in self.under_way, "it is being tried"
        self.host = found.host
        self.under_way.append(found.host.turns)
        assert len(self.under_way) == self.host.running <= self.pace.at_once
        return True

    def done(self, turn: int, end: End, stay_away: float = 0.0) -> None:
        self.host = leave(self.host, turn, end, self.at, self.breaker, stay_away)
        if stay_away:
            self.told.append(self.at.after(stay_away))
        assert self.host.running == len(self.under_way)
        if end is End.ANSWERED:
            assert (self.host.open_until, self.host.failures, self.host.probe) == (None, 0, 0)


def fragile() -> Played:
    """One that is shut and tried again all the time."""
    return Played(Pace(at_once=3), Breaker(failures=1, first=30.0, longest=100.0))


@settings(deadline=None)
@given(events)
def test_what_must_hold_holds_after_any_events(happened: Sequence[Event]) -> None:
    played = fragile()
    for event in happened:
        played.play(event)


@settings(deadline=None)
@given(events, st.booleans())
def test_nothing_that_happens_shuts_a_host_for_ever(
    happened: Sequence[Event], wall_stands: bool
) -> None:
    """When all are done and time has passed on one of the two clocks, somebody can ask again."""
    played = fragile()
    for event in happened:
        played.play(event)
    for turn in played.under_way[:]:
        played.under_way.remove(turn)
        played.done(turn, End.UNKNOWN)
    for _ in range(2):
        played.play(Event("time", wall=0.0 if wall_stands else 2000.0, ticks=2000.0))
        assert played.ask()
        played.done(played.under_way.pop(), End.FAILED)


def failing(times: int) -> Played:
    played = Played()
    for _ in range(times):
        assert played.ask()
        played.done(played.under_way.pop(), End.FAILED)
    return played


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_probe_through() -> None:
    played = failing(2)
    assert played.ask()
    played.done(played.under_way.pop(), End.FAILED)
    refusal = enter(played.host, PACE, played.at)
    assert refusal == Refusal("failed 3 times in a row and is left alone", 30.0, failing=True)
    played.play(Event("time", ticks=30.0))
    assert played.ask()
    refusal = enter(played.host, PACE, played.at)
    assert isinstance(refusal, Refusal)
    assert "is being tried" in refusal.why


@pytest.mark.parametrize(("probes", "shut_for"), [(1, 60.0), (2, 100.0), (9, 100.0)])
def test_each_probe_that_fails_doubles_the_time_up_to_a_bound(probes: int, shut_for: float) -> None:
    played = failing(3)
    for _ in range(probes):
        played.play(Event("time", wall=100.0))
        assert played.ask()
        played.done(played.under_way.pop(), End.FAILED)
    assert played.at.until(played.host.open_until) == shut_for


def test_a_success_in_between_starts_the_count_afresh() -> None:
    played = failing(2)
    played.ask()
    played.done(played.under_way.pop(), End.ANSWERED)
    for _ in range(2):
        assert played.ask()
        played.done(played.under_way.pop(), End.FAILED)
    assert played.ask()


def test_what_began_before_it_opened_neither_opens_it_again_nor_counts_as_the_probe() -> None:
    played = failing(2)
    played.ask()
    played.ask()
    early, late = played.under_way
    played.under_way.remove(early)
    played.done(early, End.FAILED)
    opened = played.host.open_until
    played.under_way.remove(late)
    played.done(late, End.FAILED)
    assert (played.host.open_until, played.host.openings) == (opened, 1)


def test_a_probe_of_which_nothing_is_known_makes_way_for_another() -> None:
    played = failing(3)
    played.play(Event("time", ticks=30.0))
    played.ask()
    played.done(played.under_way.pop(), End.UNKNOWN)
    assert played.ask()


def test_a_shorter_wish_does_not_end_a_longer_one() -> None:
    host = held(held(Host(), START, 300.0), START.after(10.0), 5.0)
    assert START.after(299.0).until(host.held_until) == pytest.approx(1.0)


@settings(deadline=None)
@given(
    st.integers(1, 5),
    st.sampled_from([6.0, 60.0, 100.0]),
    st.lists(st.floats(0, 30), max_size=80),
    st.floats(0, 1),
)
def test_no_more_pass_than_the_pace_allows(
    burst: int, per_minute: float, pauses: list[float], share: float
) -> None:
    pace, host, at = Pace(100, per_minute, burst), Host(), At(0.0, 0.0)
    passed: list[float] = []
    for pause in pauses:
        at = at.after(pause)
        found = enter(host, pace, at, share)
        if isinstance(found, Go):
            host = leave(found.host, found.host.turns, End.ANSWERED, at, BREAKER)
            passed.append(at.ticks)
    gap = 60 / per_minute
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            count = last - first + 1
            assert count <= burst + (passed[last] - passed[first]) / gap + 1e-6


def test_who_comes_too_early_is_told_by_how_much() -> None:
    pace = Pace(per_minute=6, burst=2)
    host = Host()
    for _ in range(2):
        found = enter(host, pace, START)
        assert isinstance(found, Go)
        host = leave(found.host, found.host.turns, End.ANSWERED, START, BREAKER)
    early = enter(host, pace, START)
    assert isinstance(early, Wait)
    assert early.seconds == pytest.approx(10.0)
    assert isinstance(enter(host, pace, START._replace(wall=START.wall + 10.01)), Go)
    assert isinstance(enter(host, pace, START._replace(ticks=START.ticks + 10.01)), Go)


@pytest.mark.parametrize(
    ("host", "forgotten"),
    [
        (Host(), True),
        (Host(running=1), False),
        (Host(held_until=START.after(1.0)), False),
        (Host(spaced_until=START.after(1.0)), False),
        (Host(failures=3, used_at=START, open_until=START.after(1.0)), False),
        (Host(failures=1, used_at=START), False),
        (Host(failures=1, used_at=START.after(-3600.0)), True),
        (Host(held_until=START.after(-1.0), spaced_until=START.after(-1.0)), True),
    ],
)
def test_what_tells_nothing_any_more_is_forgotten(host: Host, forgotten: bool) -> None:
    assert forgettable(host, START) is forgotten
