"""When do we look at a source again? Pure; the step stores what comes back."""

import zlib
from datetime import datetime, timedelta

from domain.errors import PausedError, SourceError
from domain.text import one_line, shorten
from domain.types import Source
from listeners.base import Batch

LONGEST = timedelta(minutes=30)  # between looks at a failing source, if it asks for no more
_MAX_DOUBLINGS = 10
_JITTER = 0.1  # of the wait, at most
_TOLD = 500  # characters of an error or a notice
_MOST = 20  # notices


def read(source: Source, batch: Batch, every: timedelta, now: datetime) -> Source:
    """After a success: look again in `every`, or when the platform wants us back. One that ended
    early counts as a failure too, but nothing has to wait for that."""
    newest = max((post.posted_at for post in batch.posts), default=None)
    known = [at for at in (source.newest_at, newest) if at is not None]
    broken = batch.failed and not isinstance(batch.failed, PausedError)
    return source.model_copy(
        update={
            "cursor": batch.cursor,
            "due_at": now + max(every, batch.again_in or every),
            "failures": source.failures + 1 if broken else 0,
            "last_error": shorten(one_line(str(batch.failed or "")), _TOLD),
            "read_at": now,
            "newest_at": max(known, default=None),
            "notices": tuple(shorten(one_line(notice), _TOLD) for notice in batch.notices[:_MOST]),
        }
    )


def paused(source: Source, error: PausedError, every: timedelta, now: datetime) -> Source:
    """Nothing has failed: it goes on when it may."""
    told = shorten(one_line(str(error)), _TOLD)
    wait = error.retry_after or every
    return source.model_copy(update={"last_error": told, "due_at": now + wait})


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
    told = shorten(one_line(said), _TOLD)
    return source.model_copy(
        update={"failures": failures, "last_error": told, "due_at": now + wait}
    )


def _share(of: str) -> float:
    """The same number in 0..1 for the same text: sources of one host do not return at once."""
    return zlib.crc32(of.encode()) / 0xFFFFFFFF
