"""A few processes in which strangers' files are parsed, so that parsing blocks nothing else.

    words = workers.run(function, arguments, easy=lambda: True)

An easy job is done in the caller's own thread while few are at it. Everything else goes to one of a
few processes, which begin when they are needed and end when they are idle. They are a guard too:
one that takes too long or too much memory is ended, and only the job it had in hand fails. They
are told no secrets, and load nothing but what the function needs.
"""

import atexit
import os
import pickle
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")

_FEW = 4  # at it at once, each in its own thread, until processes are started
_OURS = "GOODWORD_"  # how the names of secrets in the environment begin
# The package's own `__init__` would draw in every platform's SDK: half a second and 40 MB each.
_BEGIN = """
import sys, types
sys.path[:] = {path!r}
package = sys.modules["listeners"] = types.ModuleType("listeners")
package.__path__ = [{folder!r}]
from listeners.worker import serve
serve({memory})
"""


class GivenUpError(Exception):
    """A job took too long, broke, or broke its process; the message goes on after "the feed "."""


class Bounds(NamedTuple):
    size: int = 2  # processes
    seconds: float = 20.0  # for one job
    patience: float = 120.0  # seconds until a process is free
    idle: float = 60.0  # seconds after which processes end that have nothing to do
    memory: int = 256_000_000  # bytes that one may take


class Workers:
    """Safe between threads."""

    def __init__(self, bounds: Bounds = Bounds()) -> None:  # noqa: B008 - nobody can change it
        self._bounds = bounds
        self._lock = threading.Lock()
        self._at_it = 0
        self._free: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(bounds.size):
            self._free.put(None)
        self._running: set[_Process] = set()
        self._used_at = 0.0
        self._tidier: threading.Timer | None = None
        atexit.register(self.close)

    def run(
        self,
        function: Callable[..., Result],
        arguments: tuple[Any, ...],
        *,
        easy: Callable[[], bool],
    ) -> Result:
        """What `function`, which must be importable by its name, makes of `arguments`.

        `easy`: whether it is done in a moment for certain; asked where that matters. Raises
        GivenUpError.
        """
        with self._counted() as at_it:
            if at_it <= _FEW and not self._running and easy():
                try:
                    return function(*arguments)
                except Exception as error:  # a parser may raise anything
                    why = f"{type(error).__name__}: {error}"[:300]
                    raise GivenUpError(f"could not be read ({why})") from error
            process = self._taken()
            try:
                answer = process.ask(pickle.dumps((function, arguments)), self._bounds.seconds)
            finally:
                self._give_back(process)
        result: Result = answer
        return result

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of those that run now."""
        with self._lock:
            return tuple(process.pid for process in self._running)

    def close(self) -> None:
        """End all processes that have nothing to do; safe to call twice, and to go on after."""
        idle = []
        with suppress(queue.Empty):
            while True:
                idle.append(self._free.get_nowait())
        for process in idle:
            if process:
                self._end(process)
            self._free.put(None)

    @contextmanager
    def _counted(self) -> Iterator[int]:
        with self._lock:
            self._at_it += 1
            at_it = self._at_it
        try:
            yield at_it
        finally:
            with self._lock:
                self._at_it -= 1

    def _taken(self) -> "_Process":
        try:
            process = self._free.get(timeout=self._bounds.patience)
        except queue.Empty:
            raise GivenUpError("must wait: too many others are being read") from None
        if process and not process.alive:  # the system ended it while it was idle
            self._end(process)
            process = None
        return process or self._started()

    def _started(self) -> "_Process":
        try:
            process = _Process(self._bounds.memory)
        except OSError as error:
            self._free.put(None)
            raise GivenUpError(f"must wait: no process can be started ({error})") from error
        with self._lock:
            self._running.add(process)
        return process

    def _give_back(self, process: "_Process") -> None:
        if not process.well:
            self._end(process)
        with self._lock:
            self._used_at = time.monotonic()
            if self._tidier is None:
                self._tidy_in(self._bounds.idle)
        self._free.put(process if process.well else None)

    def _end(self, process: "_Process") -> None:
        process.end()
        with self._lock:
            self._running.discard(process)

    def _tidy_in(self, seconds: float) -> None:
        self._tidier = threading.Timer(seconds, self._tidy)
        self._tidier.daemon = True
        self._tidier.start()

    def _tidy(self) -> None:
        with self._lock:
            left = self._used_at + self._bounds.idle - time.monotonic()
            self._tidier = None
            if left > 0 or self._at_it:
                self._tidy_in(max(left, self._bounds.idle / 10))
                return
        self.close()


class _Process:
    """One process; asked by one thread at a time."""

    def __init__(self, memory: int) -> None:
        folder = str(Path(__file__).parent)
        path = [entry or str(Path.cwd()) for entry in sys.path]
        kept = {name: said for name, said in os.environ.items() if not name.startswith(_OURS)}
        begin = _BEGIN.format(path=path, folder=folder, memory=memory)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
            [sys.executable, "-c", begin], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=kept
        )
        self.pid = self._process.pid
        self.well = True

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, job: bytes, seconds: float) -> Any:
        self.well = False  # until the whole answer is here, whatever happens
        try:
            answer = self._exchange(job, time.monotonic() + seconds)
        except TimeoutError as error:
            raise GivenUpError(f"took longer than {seconds:g} s; given up") from error
        except (OSError, EOFError) as error:
            raise GivenUpError("broke what read it; given up") from error
        self.well = True
        went_well, result = pickle.loads(answer)  # noqa: S301 - from our own process
        if not went_well:
            raise GivenUpError(f"could not be read ({result})")
        return result

    def end(self) -> None:
        with suppress(OSError):
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()

    def _exchange(self, job: bytes, ends: float) -> bytes:
        if not self._process.stdin or not self._process.stdout:
            raise EOFError
        self._process.stdin.write(len(job).to_bytes(8, "big") + job)
        self._process.stdin.flush()
        pipe = self._process.stdout.fileno()
        size = int.from_bytes(_received(pipe, 8, ends), "big")
        return _received(pipe, size, ends)


def _received(pipe: int, size: int, ends: float) -> bytes:
    """So many bytes, before `ends` (`time.monotonic`). Raises TimeoutError, EOFError."""
    ready = select.poll()
    ready.register(pipe, select.POLLIN)
    parts: list[bytes] = []
    while size > 0:
        left = ends - time.monotonic()
        if left <= 0 or not ready.poll(left * 1000):
            raise TimeoutError
        parts.append(os.read(pipe, size))
        if not parts[-1]:
            raise EOFError
        size -= len(parts[-1])
    return b"".join(parts)


@cache
def shared() -> Workers:
    """The one of this process."""
    return Workers()
