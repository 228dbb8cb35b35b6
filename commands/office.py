"""What the command line does for ops and for whoever keeps the advocates: plain values out."""

import platform
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config import roster
from config.settings import Settings
from domain import scales
from domain.errors import ConfigError, GoodwordError, StaleError
from domain.types import (
    Advocate,
    Event,
    Message,
    MessageState,
    Opportunity,
    OpportunityState,
    Post,
    PostState,
    Shortlist,
)
from listeners import KINDS
from pipeline.kit import Kit
from routing import delivery, people
from storage.store import Store

# ------------------------------------------------------------------ does it work

Check = tuple[str, bool, str]  # what, whether it is well, what was seen or what to do


def doctor(load: Callable[[], Settings], open_store: Callable[[Settings], Store]) -> list[Check]:
    """Looks at everything that has to work before the daemon can, without speaking to anybody."""
    checks: list[Check] = [("python", sys.version_info >= (3, 11), platform.python_version())]
    try:
        settings = load()
    except ConfigError as error:
        return [*checks, *(("settings", False, problem) for problem in error.problems)]
    checks.append(("settings", True, str(settings.path)))
    looks: dict[str, Callable[[], str]] = {
        "database": lambda: _database(open_store(settings)),
        "classifier": lambda: settings.make_classifier().model,
    }
    for what, look in looks.items():
        try:
            checks.append((what, True, look()))
        except GoodwordError as error:
            checks.append((what, False, str(error)))
    names = ", ".join(listener.name for listener in settings.listeners)
    checks.append(("sources", bool(names), names or "none: add [[sources]] to the settings"))
    checks += [("source", True, f"but {doubt}") for doubt in settings.doubts]
    channels = ", ".join(settings.notifiers)
    said = channels if len(settings.notifiers) > 1 else "only the log: add [slack] or [email]"
    checks.append(("channels", True, said))
    return checks


def _database(store: Store) -> str:
    try:
        store.probe()
        return f"answers, tables at revision {store.revision()}"
    finally:
        store.close()


# ------------------------------------------------------------------ advocates


def import_advocates(
    store: Store, file: Path, now: datetime, *, dry_run: bool, products: Collection[str] = ()
) -> list[str]:
    """What changed (or would), a line each. Raises ConfigError with every bad row: then nothing
    is changed."""
    stored = store.advocates()
    read = roster.read(file)
    if clashes := roster.clashes(stored, read):
        raise ConfigError(clashes)
    old = {advocate.id: advocate for advocate in stored}
    merged = [people.merged(old[one.id], one) if one.id in old else one for one in read]
    changes = [(old[m.id], m) for m in merged if m.id in old and m != old[m.id]]
    told = _told("imported", f"{len(merged)} from {file.name}", now)
    if not dry_run and not store.put_advocates(
        [m for m in merged if m.id not in old], changes, [told]
    ):
        raise StaleError("advocates: somebody was changed meanwhile; import the file once more")
    return [*roster.difference(stored, merged), *_doubts(merged, products)]


def _doubts(people_read: Sequence[Advocate], products: Collection[str]) -> list[str]:
    """What is no mistake of form, but would never be found fitting."""
    known = {name.casefold() for name in products}
    doubts = []
    for advocate in people_read:
        named = {p.product for p in advocate.products}
        doubts += [
            f"{advocate.id}: the product {name!r} is not in the catalogue; is it a slip?"
            for name in sorted(named)
            if name.casefold() not in known
        ]
        doubts += [
            f"{advocate.id}: no source is of the platform {platform!r} in handles"
            for platform in advocate.handles
            if platform not in KINDS
        ]
        if advocate.industry and advocate.industry not in scales.INDUSTRIES:
            doubts.append(f"{advocate.id}: the industry {advocate.industry!r} is on no list")
    return doubts


def pause_advocate(store: Store, key: str, length: timedelta, now: datetime) -> Advocate:
    advocate = found(store, key)
    paused = people.paused(advocate, now + length)
    told = Event(at=now, actor="ops", action="paused", subject=f"advocate:{key}")
    if not store.swap((advocate, paused), events=[told]):
        raise StaleError(f"{key} was changed by somebody else just now; try again")
    return paused


def erase_advocate(store: Store, key: str) -> None:
    if not store.erase_advocate(key):
        raise ConfigError([_nobody(key)])


def found(store: Store, key: str) -> Advocate:
    if (advocate := store.advocate(key)) is None:
        raise ConfigError([_nobody(key)])
    return advocate


def _nobody(key: str) -> str:
    return f"advocates: nobody has the id {key!r}; `advocates list` shows all"


def _told(action: str, detail: str, now: datetime) -> Event:
    return Event(at=now, actor="ops", action=action, subject="advocates", detail=detail)


# ------------------------------------------------------------------ matching and messages


def stored_post(kit: Kit, key: str) -> Post:
    if (post := kit.store.post(key)) is None:
        raise ConfigError([f"match: no post has the key {key!r}; `opportunities list` shows keys"])
    return post


def given_post(fields: Mapping[str, Any], now: datetime) -> Post:
    """A post from a file; what it leaves out gets a default."""
    try:
        return Post.model_validate(
            {
                "platform": "",
                "external_id": "given",
                "posted_at": now,
                "fetched_at": now,
                **fields,
            }
        )
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems = [f"match: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in found]
        raise ConfigError(problems) from error


def shortlist(kit: Kit, post: Post, now: datetime) -> Shortlist:
    if post.state is PostState.GONE:
        raise ConfigError([f"match: {post.key} was deleted by its author"])
    assessment = kit.store.assessment(post.key)
    if assessment is None:
        [assessment] = kit.classifier.assess([post])
    return kit.shortlist(post, assessment, kit.store.advocates(), kit.history(now), now)


def as_json(found: Shortlist) -> dict[str, Any]:
    """Fixed: scripts rely on it."""
    return {
        "shortlist": [
            {
                "advocate": c.advocate,
                "fit": round(c.fit, 4),
                "components": {name: round(part, 4) for name, part in c.components.items()},
                "why": c.told,
            }
            for c in found.shortlist
        ],
        "others": [{"advocate": p.advocate, "why_not": p.why_not} for p in found.others],
        "place": found.place.model_dump(mode="json"),
    }


def retry_messages(store: Store, keys: Sequence[str], now: datetime) -> list[Message]:
    """Put dead messages on their way again: those named, or all."""
    dead = store.messages(states=[MessageState.DEAD])
    chosen = [m for m in dead if not keys or m.key in keys]
    if missing := set(keys) - {m.key for m in dead}:
        raise ConfigError([f"messages: {key} is no dead message" for key in sorted(missing)])
    return [m for m in chosen if store.swap((m, delivery.retried(m, now)))]


def opportunities(store: Store, state: OpportunityState | None) -> list[Opportunity]:
    states = [state] if state else list(OpportunityState)
    return [o for one in states for o in store.opportunities(one)]
