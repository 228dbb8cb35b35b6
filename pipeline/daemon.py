"""The daemon: a metronome for the steps. *When* something is due stands in its row.

Of two daemons on one database one works and the other stands by: a lease in the database says
whose turn it is. SIGTERM (or Ctrl-C) lets what is in hand finish, and ends within ten seconds; a
crash at any moment only repeats work.
"""

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler

from domain.errors import GoodwordError, StorageError
from pipeline.kit import Kit
from pipeline.notify import recover
from pipeline.steps import STEPS, attempt

log = logging.getLogger(__name__)

LEASE = "pipeline"
TICK: Mapping[str, float] = {  # seconds
    "listen": 5,
    "classify": 3,
    "sweep": 15,
    "route": 3,
    "prompt": 3,
    "follow_up": 5,
    "notify": 2,
}
_PATIENCE = 10.0  # seconds for sources that are read; slower ones are left for the next round
_GRACE = 5.0  # seconds for what is in hand, when told to stop

Clock = Callable[[], datetime]


class Daemon:
    def __init__(
        self,
        kit: Kit,
        clock: Clock,
        *,
        tick: Mapping[str, float] = TICK,
        lease_for: timedelta = timedelta(seconds=20),
    ) -> None:
        self._kit = replace(kit, patience=_PATIENCE)
        self._clock = clock
        self._tick = tick
        self._lease_for = lease_for
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._told = False  # to stop
        self._ours = False
        self._until = datetime.min.replace(tzinfo=UTC)  # of our lease
        self._held = False  # once: later what is in hand may be our own
        self._left_over: datetime | None = None  # look for what was claimed before then
        self._working = {name: threading.Lock() for name in STEPS}
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # The library's own grace of one second silently skips work in a busy moment.
            job_defaults={"misfire_grace_time": 300, "coalesce": True, "max_instances": 1},
        )

    def run(self, doors: AbstractContextManager[object] | None = None) -> None:
        """Work until told to stop. `doors` are open meanwhile (the console, Slack's socket)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        with doors or nullcontext():
            self.start()
            self.wait()
            self.finish()

    def wait(self) -> None:
        """Until told to stop. The scheduler goes by the wall clock: where that is set back, it
        would wait until the old time has come again, so it is told to begin at once."""
        before = datetime.now(UTC)
        while not self._kit.stop.wait(1):
            now = datetime.now(UTC)
            if now < before:
                log.warning("the clock was set back by %s", before - now)
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=now)
            before = now

    def start(self) -> None:
        self._keep_lease()
        seconds = self._lease_for.total_seconds() / 4
        self._scheduler.add_job(self._keep_lease, "interval", seconds=seconds)
        for name in STEPS:
            self._scheduler.add_job(
                self._step,
                "interval",
                [name],
                seconds=self._tick[name],
                next_run_time=datetime.now(UTC),  # else the first run waits for one interval
            )
        self._scheduler.start()
        log.info("daemon=%s started", self._holder)

    def finish(self) -> None:
        self._kit.stop.set()
        self._scheduler.shutdown(wait=False)
        ends = time.monotonic() + _GRACE
        for name, lock in self._working.items():
            if not lock.acquire(timeout=max(0.0, ends - time.monotonic())):
                log.warning("step=%s is cut short; it will be repeated", name)
        if self._ours:
            try:
                self._kit.store.release_lease(LEASE, self._holder)
            except StorageError as error:
                log.warning("lease=%s kept until it ends: %s", LEASE, error)
        log.info("daemon=%s stopped", self._holder)

    def _told_to_stop(self, number: int, _frame: FrameType | None) -> None:
        """A signal comes in the middle of anything, also of what holds the very lock that `stop` or
        the log needs: so a thread of its own says it, and this one goes on."""
        if self._told:
            os._exit(1)  # asked twice: at once
        self._told = True
        threading.Thread(target=self._stop, args=[number], daemon=True).start()

    def _stop(self, number: int) -> None:
        self._kit.stop.set()
        log.info("signal=%s finishing what is in hand", signal.Signals(number).name)

    def _keep_lease(self) -> None:
        now = self._clock()
        try:
            ours = self._kit.store.take_lease(LEASE, self._holder, now + self._lease_for, now)
        except StorageError as error:
            log.error("lease=%s cannot be kept: %s", LEASE, error)  # noqa: TRY400
            ours = self._ours and now < self._until  # nobody else can have it before
        else:
            self._until = now + self._lease_for
            if ours and not self._ours:
                log.info("lease=%s taken", LEASE)
                if not self._held:  # whoever sent these is dead, or it would hold the lease
                    self._held = True
                    self._left_over = now - self._lease_for * 0.75  # it has been dead for so long
        if self._ours and not ours:
            log.warning("lease=%s lost: another daemon works now", LEASE)
        self._ours = ours

    def _step(self, name: str) -> None:
        if not self._ours or self._kit.stop.is_set():
            return
        with self._working[name]:
            if name == "notify" and self._left_over:
                before, self._left_over = self._left_over, None
                try:
                    recover(self._kit, self._clock(), claimed_before=before)
                except GoodwordError as error:
                    log.error("step=notify waits: %s", error)  # noqa: TRY400
                    self._left_over = before
            attempt(name, self._kit, self._clock())
