"""How the sources are, and how all stands."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from config.settings import Settings
from domain.types import MessageState, Source
from routing import health
from storage.store import Store


def status(store: Store, settings: Settings, now: datetime) -> dict[str, Any]:
    return {
        "counts": store.counts(),
        "sources": standing(store, settings, now),
        "dead_messages": [
            {"key": m.key, "error": m.error} for m in store.messages(states=[MessageState.DEAD])
        ],
    }


def standing(store: Store, settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """Those of the settings, in their order, then those that were read before and are no more."""
    read = {source.name: source for source in store.sources()}
    wanted = [listener.name for listener in settings.listeners]
    listed = [_source(read.get(name, Source(name=name)), settings, now) for name in wanted]
    listed += [
        {
            **_source(read.get(name, Source(name=name)), settings, now),
            "state": "left out",
            "error": why,
        }
        for name, why in settings.left_out.items()
    ]
    gone = read.keys() - set(wanted) - settings.left_out.keys()
    listed += [
        {**_source(read[name], settings, now), "state": "no longer in the settings", "ills": []}
        for name in sorted(gone)
    ]
    return listed


def _source(source: Source, settings: Settings, now: datetime) -> dict[str, Any]:
    ills = health.ills(source, now)
    usual = health.longest_usual(source)
    return {
        "name": source.name,
        "state": _state(source, ills),
        "failures": source.failures,
        "error": source.last_error,
        "ills": [{"trouble": i.trouble, "what": i.what, "remedy": i.remedy} for i in ills],
        "doubts": list(_doubts(source.name, settings)),
        "heard": source.heard,
        "heard_at": _iso(source.heard_at),
        "silence_expected_seconds": round(usual.total_seconds()) if usual else None,
        "read_at": _iso(source.read_at),
        "due_at": _iso(source.due_at),
        "newest_post_seconds_ago": _since(source.newest_at, now),
        "budget_left": source.budget_left,
    }


def _state(source: Source, ills: tuple[health.Ill, ...]) -> str:
    if source.failures:
        return "failing"
    if ills:
        return str(ills[0].trouble)
    return "well" if source.read_at else "not read yet"


def _doubts(name: str, settings: Settings) -> Iterator[str]:
    prefix = f"{name}: "
    yield from (d.removeprefix(prefix) for d in settings.doubts if d.startswith(prefix))


def _since(at: datetime | None, now: datetime) -> int | None:
    return round((now - at).total_seconds()) if at else None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
