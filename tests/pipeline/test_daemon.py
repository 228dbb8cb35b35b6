"""The daemon: it works, it stands by, it ends when told, and is killed without loss."""

import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.types import OpportunityState
from pipeline.daemon import Daemon
from pipeline.steps import STEPS
from tests.make import post
from tests.pipeline.world import World, world_of

QUICK = dict.fromkeys(STEPS, 0.05)
LEASE = timedelta(seconds=0.6)


def until(condition: object, seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


def clock() -> datetime:
    return datetime.now(UTC)


def daemon(world: World) -> Daemon:
    return Daemon(world.kit, clock, tick=QUICK, lease_for=LEASE)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'goodword.db'}"


def test_it_runs_every_step_until_told_to_stop(url: str) -> None:
    with world_of(url) as world:
        world.source.posts = [post(posted_at=clock(), fetched_at=clock())]
        working = daemon(world)
        working.start()
        until(lambda: world.slack.sent)
        working.finish()
        assert len(world.store.opportunities(OpportunityState.OPEN)) == 1
        before = world.source.reads
        time.sleep(0.2)
        assert world.source.reads == before


def test_of_two_on_one_database_one_works_and_the_other_takes_over(url: str) -> None:
    with world_of(url) as one, world_of(url) as other:
        one.source.every = other.source.every = timedelta(seconds=0)
        first, second = daemon(one), daemon(other)
        first.start()
        second.start()
        until(lambda: one.source.reads > 3)
        assert other.source.reads == 0
        first.finish()
        until(lambda: other.source.reads > 3)
        second.finish()


def test_a_step_that_hangs_does_not_keep_it_from_ending(url: str) -> None:
    with world_of(url) as world:
        hanging, let_go = threading.Event(), threading.Event()

        class Hangs(type(world.source)):  # type: ignore[misc]
            def fetch(self, cursor: str | None) -> object:
                hanging.set()
                let_go.wait(30)
                return super().fetch(cursor)

        world.source.__class__ = Hangs
        working = daemon(world)
        working.start()
        assert hanging.wait(10)
        began = time.monotonic()
        working.finish()
        let_go.set()
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_ends_within_ten_seconds_of_a_signal(
    tmp_path: Path, number: signal.Signals
) -> None:
    settings = tmp_path / "goodword.toml"
    settings.write_text(
        f'[storage]\nurl = "sqlite:///{tmp_path}/goodword.db"\n'
        '[[catalogue.products]]\nname = "Fernhill"\nours = true\n'
        '[console]\nbind = "127.0.0.1:0"\n'
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, str(root / "run_pipeline.py"), "--config", str(settings), "run"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stderr
        line = ""
        while "lease=pipeline taken" not in line:
            line = process.stderr.readline()
            assert line, "it ended by itself"
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(20) == 0
        assert time.monotonic() - began < 10
        assert "stopped" in process.stderr.read()
