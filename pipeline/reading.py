"""Sources being read, each in a thread of its own, over as many rounds as the slowest takes: one
that hangs holds up no other."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")

AT_ONCE = 32  # sources; how many requests one host gets at once, listeners/hosts.py decides
_GROUP = 50  # answers handed on together


class Reading(Generic[T]):
    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="listen")
        self._done: queue.SimpleQueue[tuple[str, T]] = queue.SimpleQueue()
        self._busy: set[str] = set()

    def busy(self, name: str) -> bool:
        return name in self._busy

    def start(self, name: str, job: Callable[[], T]) -> None:
        """`job` must not raise."""
        self._busy.add(name)
        self._pool.submit(lambda: self._done.put((name, job())))

    def finished(
        self, patience: float | None, stop: threading.Event
    ) -> Iterator[list[tuple[str, T]]]:
        """What is finished, in groups, until nothing is under way, or `patience` (seconds) is over
        or `stop` is set: then the rest is handed on the next time."""
        ends = None if patience is None else time.monotonic() + patience
        while self._busy and not stop.is_set():
            left = 0.5 if ends is None else min(0.5, ends - time.monotonic())
            if left <= 0:
                return
            if group := self._group(left):
                self._busy -= {name for name, _ in group}
                yield group

    def _group(self, wait: float) -> list[tuple[str, T]]:
        group: list[tuple[str, T]] = []
        try:
            group.append(self._done.get(timeout=wait))
            while len(group) < _GROUP:
                group.append(self._done.get_nowait())
        except queue.Empty:
            pass
        return group
