"""Many sources at once: one that hangs holds up no other, and ops is told what is wrong."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from domain.errors import PausedError, SourceError
from domain.types import MessageKind, Post
from listeners.base import Batch
from pipeline.kit import Kit
from pipeline.listen import listen
from tests.fakes import FakeListener
from tests.make import HOUR, post
from tests.pipeline.world import World, world_of


@dataclass
class Slow(FakeListener):
    """Answers when it is let."""

    let: threading.Event = field(default_factory=threading.Event)

    def fetch(self, cursor: str | None) -> Batch:
        self.let.wait(30)
        return super().fetch(cursor)


@dataclass
class Telling(FakeListener):
    """Reads well, and has something to say."""

    notices: tuple[str, ...] = ()
    again_in: timedelta | None = None

    def fetch(self, cursor: str | None) -> Batch:
        return super().fetch(cursor)._replace(notices=self.notices, again_in=self.again_in)


@pytest.fixture
def world() -> Iterator[World]:
    with world_of("sqlite://", source=Telling(posts=[post(1)])) as made:
        yield made


def alarms(world: World) -> list[str]:
    return [m.key for m in world.store.messages() if m.kind is MessageKind.ALARM]


def test_one_that_hangs_holds_up_no_other_and_is_not_asked_twice() -> None:
    slow = Slow(name="slow", posts=[post(2)])
    with world_of("sqlite://", source=slow, more_sources=[FakeListener(posts=[post(1)])]) as world:
        impatient: Kit = replace(world.kit, patience=0.3)
        assert listen(impatient, world.now) == 1
        world.later(HOUR)
        listen(impatient, world.now)
        slow.let.set()
        world.later(HOUR)
        assert listen(impatient, world.now) == 1
        assert slow.reads == 1


def test_hundreds_are_read_in_one_round() -> None:
    many = [FakeListener(name=f"s{n}", posts=[post(n)]) for n in range(300)]
    with world_of("sqlite://", source=many[0], more_sources=many[1:]) as world:
        assert world.step("listen") == 300
        assert {s.heard for s in world.store.sources()} == {1}
        assert world.step("listen") == 0


def test_one_post_that_the_database_refuses_holds_up_only_its_source() -> None:
    bad = FakeListener(name="bad", posts=[post(1, metrics={"score": 10**400})])
    good = FakeListener(name="good", posts=[post(2)])
    with world_of("sqlite://", source=bad, more_sources=[good]) as world:
        assert world.step("listen") in (1, 2)  # JSON takes numbers of any size on SQLite
        assert world.store.source("good").heard == 1


def test_what_is_wrong_though_it_reads_is_told_once(world: World) -> None:
    assert isinstance(world.source, Telling)
    world.source.notices = ("r/x is banned: take it out",)
    for _ in range(3):
        world.once()
        world.later(HOUR)
    assert len(alarms(world)) == 1
    [(_, letter)] = [pair for pair in world.slack.sent if pair[1].key in alarms(world)]
    assert "r/x is banned: take it out" in letter.text
    world.source.notices = ()
    world.once()
    assert world.store.source("trades").notices == ()
    world.later(25 * HOUR)
    world.once()
    assert world.store.source("trades").alarmed == {}


def test_the_platform_may_ask_for_more_time_than_the_settings(world: World) -> None:
    assert isinstance(world.source, Telling)
    world.source.again_in = 2 * HOUR
    world.step("listen")
    assert world.store.source("trades").due_at == world.now + 2 * HOUR


def test_a_pause_of_our_own_is_no_failure(world: World) -> None:
    world.source.error = PausedError("the cap is reached", retry_after=5 * HOUR)
    world.step("listen")
    source = world.store.source("trades")
    assert (source.failures, source.due_at) == (0, world.now + 5 * HOUR)
    assert source.last_error == "the cap is reached"


def test_a_source_that_was_never_so_silent_is_told_of(world: World) -> None:
    posts: list[Post] = []
    for n in range(12):
        posts.append(post(n))
        world.source.posts = posts
        world.once()
        world.later(HOUR)
    assert alarms(world) == []
    world.later(2 * HOUR)
    world.once()
    assert len(alarms(world)) == 1
    assert "nothing new for" in world.slack.sent[-1][1].text
    world.source.posts = [*posts, post(99)]
    world.later(HOUR)
    world.once()
    assert world.store.source("trades").alarmed == {}


def test_a_failing_source_is_told_of_and_a_new_outage_again(world: World) -> None:
    def fail(times: int) -> None:
        world.source.error = SourceError("down")
        for _ in range(times):
            world.once()
            world.later(8 * HOUR)

    fail(7)
    assert len(alarms(world)) == 2  # once, and once more after a day
    world.source.error = None
    world.once()
    world.later(8 * HOUR)
    fail(3)
    assert len(alarms(world)) == 3
