"""The pipeline in order. Each step: one read, one pure decision, one write; steps meet only in the
store, so any of them may crash, run twice, or run alone."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from domain.errors import GoodwordError
from pipeline.classify import classify
from pipeline.follow_up import follow_up
from pipeline.kit import Kit
from pipeline.listen import listen
from pipeline.notify import notify
from pipeline.prompt import prompt
from pipeline.route import route
from pipeline.sweep import sweep

log = logging.getLogger(__name__)

Step = Callable[[Kit, datetime], int]

STEPS: Mapping[str, Step] = {
    "listen": listen,
    "classify": classify,
    "sweep": sweep,
    "route": route,
    "prompt": prompt,
    "follow_up": follow_up,
    "notify": notify,
}


def attempt(name: str, kit: Kit, now: datetime) -> int | None:
    """What the step did, or None where it failed: that is logged in one line, and the other steps
    go on. A bug is logged whole, and stops its own step only."""
    try:
        return STEPS[name](kit, now)
    except GoodwordError as error:
        log.error("step=%s waits: %s", name, error)  # noqa: TRY400  (foreseen: one clear line)
    except Exception:
        log.exception("step=%s is broken", name)
    return None


def once(kit: Kit, now: datetime) -> dict[str, int | None]:
    """Every step once, what is due."""
    return {name: attempt(name, kit, now) for name in STEPS}
