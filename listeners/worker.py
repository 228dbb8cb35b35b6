"""What runs in a process of `Workers`: one job after the other, until nobody listens any more."""

import gc
import os
import pickle
import signal
import sys
from typing import BinaryIO


def serve(memory: int) -> None:
    """Jobs come in through standard input, and what was made of them goes out where standard output
    was: what else is printed goes to the log."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with whoever started it
    _bound(memory)
    gc.set_threshold(50_000)  # a parser makes much that lives briefly, and little of it in circles
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        while (job := _received(sys.stdin.buffer)) is not None:
            answer = _done(job)
            answers.write(len(answer).to_bytes(8, "big") + answer)
            answers.flush()


def _done(job: bytes) -> bytes:
    """Pickled: whether it went well, and the result or what went wrong."""
    try:
        function, arguments = pickle.loads(job)  # noqa: S301 - from the process that started us
        return pickle.dumps((True, function(*arguments)))
    except MemoryError:
        return pickle.dumps((False, "it needs too much memory"))
    except Exception as error:  # noqa: BLE001 - a parser may raise anything; who asked is told
        return pickle.dumps((False, f"{type(error).__name__}: {error}"[:300]))


def _received(pipe: BinaryIO) -> bytes | None:
    size = pipe.read(8)
    if len(size) < 8:  # noqa: PLR2004
        return None
    return pipe.read(int.from_bytes(size, "big"))


def _bound(memory: int) -> None:
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
