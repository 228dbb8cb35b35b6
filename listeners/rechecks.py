"""Looking at stored posts again where a platform answers for one, or for a few, at a time."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from domain.errors import SourceError
from domain.types import Post, PostState
from listeners.base import Rechecked

_FAILURES = 3  # in a row after which a platform is left alone

Item = TypeVar("Item")


def each(items: Iterable[Item], look: Callable[[Item], Rechecked]) -> Rechecked:
    """What `look` says of each, together. For one that cannot be looked at it raises SourceError,
    which is raised on only where nothing at all could be looked at."""
    found = Rechecked()
    failed: SourceError | None = None
    in_a_row = 0
    looked = False
    for item in items:
        try:
            one = look(item)
        except SourceError as error:
            failed = error
            in_a_row += 1
            if error.retry_after or in_a_row == _FAILURES:
                break
            continue
        looked, in_a_row = True, 0
        found = Rechecked((*found.posts, *one.posts), (*found.gone, *one.gone))
    if failed and not looked:
        raise failed
    return found


def as_now(stored: Post, now: Post, at: datetime) -> Post:
    """`stored` with what is said there now. It counts as edited if the words differ, or if the
    platform says so."""
    edited = now.state is PostState.EDITED or _words(stored.reading) != _words(now.reading)
    return stored.model_copy(
        update={
            "title": now.title,
            "text": now.text,
            "metrics": now.metrics,
            "fetched_at": at,
            "state": PostState.EDITED if edited else stored.state,
        }
    )


def chunks(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [items[n : n + size] for n in range(0, len(items), size)]


def _words(text: str) -> list[str]:
    return text.split()
