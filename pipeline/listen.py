"""Platforms -> posts. Each source that is due is read once; its posts and its cursor are stored
together, and a failure is written down on its row."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from domain.errors import SourceError, StorageError
from domain.types import Message, MessageKind, Source
from listeners import pacing
from listeners.base import Batch, Listener
from pipeline.kit import Kit

log = logging.getLogger(__name__)

_AT_ONCE = 4  # sources read at the same time; one that hangs does not hold up the others
_IN_HAND = timedelta(minutes=5)  # after a crash while it was read, a source is read again so late
ALARM_AFTER = 3  # failures in a row until ops is told


def listen(kit: Kit, now: datetime) -> int:
    """How many posts are new."""
    due = [
        (listener, source)
        for listener in kit.settings.listeners
        if (source := kit.store.source(listener.name)).due_at is None or source.due_at <= now
    ]
    for listener, source in due:  # a database that takes nothing is found out before we ask anybody
        kit.store.save_source(
            source.model_copy(update={"due_at": now + min(listener.every, _IN_HAND)})
        )
    if len(due) == 1:  # no thread for the ordinary case
        return _save(kit, *due[0], _fetch(*due[0]), now)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="listen") as pool:
        answers = pool.map(lambda one: _fetch(*one), due)
        return sum(_save(kit, *one, answer, now) for one, answer in zip(due, answers, strict=True))


def _fetch(listener: Listener, source: Source) -> Batch | Exception:
    try:
        return listener.fetch(source.cursor)
    except SourceError as error:
        return error
    except Exception as error:
        log.warning("source=%s is broken", listener.name, exc_info=error)
        return error


def _save(
    kit: Kit, listener: Listener, source: Source, answer: Batch | Exception, now: datetime
) -> int:
    if isinstance(answer, Batch):
        try:
            read = pacing.read(source, answer, listener.every, now)
            new = kit.store.save_source(read, answer.posts)
        except StorageError as error:  # one post may be what it refuses: the other sources go on
            answer = error
        else:
            log.info("source=%s heard=%d new=%d", source.name, len(answer.posts), new)
            return new
    after = pacing.failed(source, answer, listener.every, now)
    kit.store.save_source(after)
    log.warning(
        "source=%s failures=%d next=%s error=%s",
        *(source.name, after.failures, f"{after.due_at:%H:%M:%S}", after.last_error),
    )
    if after.failures == ALARM_AFTER:
        kit.store.queue([_alarm(kit, after, now)])
    return 0


def _alarm(kit: Kit, source: Source, now: datetime) -> Message:
    return Message(
        kind=MessageKind.ALARM,
        about=source.name,
        turn=int(now.timestamp()),  # one for each outage
        channel=kit.team_channel(),
        created_at=now,
        due_at=now,
    )
