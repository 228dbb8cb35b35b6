"""When do we look at a source again? Pure; the step stores what comes back."""

import zlib
from datetime import datetime, timedelta

from domain.errors import SourceError
from domain.text import one_line, shorten
from domain.types import Source
from listeners.base import Batch

LONGEST = timedelta(hours=6)  # between two looks at a failing source, if it does not ask for more
_MAX_DOUBLINGS = 10
_JITTER = 0.1  # of the wait, at most


def read(source: Source, batch: Batch, every: timedelta, now: datetime) -> Source:
    """After a success: look again in `every`."""
    newest = max((post.posted_at for post in batch.posts), default=None)
    known = [at for at in (source.newest_at, newest) if at is not None]
    return source.model_copy(
        update={
            "cursor": batch.cursor,
            "due_at": now + every,
            "failures": 0,
            "last_error": "",
            "read_at": now,
            "newest_at": max(known, default=None),
        }
    )


def failed(source: Source, error: Exception, every: timedelta, now: datetime) -> Source:
    """Wait twice as long after each failure, and at least as long as the platform asks.

    The cursor stays: what was missed is read when the source answers again.
    """
    failures = source.failures + 1
    wait = min(every * (1 << min(failures - 1, _MAX_DOUBLINGS)), max(every, LONGEST))
    if isinstance(error, SourceError) and error.retry_after:
        wait = max(wait, error.retry_after)
    wait += wait * _JITTER * _share(f"{source.name}:{failures}")
    said = str(error) if isinstance(error, SourceError) else f"{type(error).__name__}: {error}"
    told = shorten(one_line(said), 500)
    return source.model_copy(
        update={"failures": failures, "last_error": told, "due_at": now + wait}
    )


def _share(of: str) -> float:
    """The same number in 0..1 for the same text: sources of one host do not return at once."""
    return zlib.crc32(of.encode()) / 0xFFFFFFFF
