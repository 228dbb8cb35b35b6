"""How the contract's tests look at a listener."""

from collections.abc import Iterable

import pytest

from demo.faults import Fault
from demo.players.items import Item
from domain.errors import SourceError
from listeners.base import Listener
from tests.listeners.played import PLATFORMS, Played


def missing(items: Iterable[Item], found: Iterable[str]) -> list[str]:
    """Ids of those that were not found. (A listener may put something before them.)"""
    return [item.id for item in items if not any(one.endswith(item.id) for one in found)]


def ids(listener: Listener, cursor: str | None = None) -> list[str]:
    return sorted(post.external_id for post in listener.fetch(cursor).posts)


def refused(played: Played, kind: str, fault: Fault) -> SourceError:
    """The error of a look that meets `fault`, after which the next look finds all well again."""
    played.add(kind, 5, 10)
    listener = played.listener(kind)
    played.server.fail(PLATFORMS[kind].path, fault, times=None)
    with pytest.raises(SourceError) as caught:
        listener.fetch(None)
    played.server.reset()
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{listener.name}: ")
    # Who was asked to wait does not ask again so soon; another process knows nothing of it.
    again = played.listener(kind) if caught.value.retry_after else listener
    assert len(ids(again)) == 2
    return caught.value
