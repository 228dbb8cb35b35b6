"""Platforms -> posts. Each source that is due is read once; its posts, its cursor and what ops has
to be told are stored together, and a failure is written down on its row."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from domain.errors import PausedError, SourceError, StorageError
from domain.types import Message, MessageKind, Source
from listeners import pacing
from listeners.base import Batch, Listener, Metered
from pipeline.kit import Kit
from pipeline.sweep import forget
from routing import health
from routing.forgetting import Why
from storage.store import Read

log = logging.getLogger(__name__)

_LONGEST = timedelta(days=32)  # a cap of a month is the longest pause there is
_IN_HAND = timedelta(minutes=5)  # after a crash while it was read, a source is read again so late


class Answer(NamedTuple):
    listener: Listener
    source: Source  # as it was before
    said: Batch | Exception
    spent: int = 0  # posts billed for it
    left: int | None = None  # posts that may still be read


def listen(kit: Kit, now: datetime) -> int:
    """How many posts are new."""
    due = _due(kit, now)
    # Also so that a database that takes nothing is found out before we ask anybody.
    if due:
        kit.store.save_reads([Read(_claimed(one, now)) for one in due])
    for listener, source in due:
        if isinstance(listener, Metered):
            listener.meter.told(*kit.billed(listener, now))
        kit.reading.start(listener.name, partial(_fetch, listener, source))
    return sum(
        sum(_save(kit, [answer for _, answer in group], now))
        for group in kit.reading.finished(kit.patience, kit.stop)
    )


def _due(kit: Kit, now: datetime) -> list[tuple[Listener, Source]]:
    known = {source.name: source for source in kit.store.sources()}
    all_of_them = [
        (one, known.get(one.name) or Source(name=one.name)) for one in kit.settings.listeners
    ]
    return [
        (listener, source)
        for listener, source in all_of_them
        if _is_due(kit, listener, source, now) and not kit.reading.busy(source.name)
    ]


def _is_due(kit: Kit, listener: Listener, source: Source, now: datetime) -> bool:
    """Also where the clock was wrong when it was put off, and where a cap has been raised."""
    if source.due_at is None or source.due_at <= now:
        return True
    if source.due_at > now + max(listener.every, _LONGEST):
        return True
    if source.budget_left != 0 or not isinstance(listener, Metered):
        return False
    listener.meter.told(*kit.billed(listener, now))
    return listener.meter.left != 0


def _claimed(due: tuple[Listener, Source], now: datetime) -> Source:
    listener, source = due
    return source.model_copy(update={"due_at": now + min(listener.every, _IN_HAND)})


def _fetch(listener: Listener, source: Source) -> Answer:
    said: Batch | Exception
    try:
        said = listener.fetch(source.cursor)
    except SourceError as error:
        said = error
    except Exception as error:
        log.warning("source=%s is broken", listener.name, exc_info=error)
        said = error
    if isinstance(listener, Metered):
        return Answer(listener, source, said, listener.meter.drain(), listener.meter.left)
    return Answer(listener, source, said)


def _save(kit: Kit, answers: Sequence[Answer], now: datetime) -> list[int]:
    """How many posts of each are new. One post may be what the database refuses: then each is
    saved for itself, and the other sources go on."""
    try:
        new = _save_all(kit, answers, now)
    except StorageError as error:
        if len(answers) > 1:
            return [n for answer in answers for n in _save(kit, [answer], now)]
        answers = [answers[0]._replace(said=error)]
        new = _save_all(kit, answers, now)
    for answer, n in zip(answers, new, strict=True):
        if isinstance(answer.said, Batch):
            heard = len(answer.said.posts)
            log.info("source=%s heard=%d new=%d", answer.source.name, heard, n)
            for notice in answer.said.notices:
                log.info("source=%s notice: %s", answer.source.name, notice)
            for key in answer.said.gone:
                if not forget(kit, key, Why.DELETED, now):
                    kit.store.doubt(key)
    return new


def _save_all(kit: Kit, answers: Sequence[Answer], now: datetime) -> list[int]:
    return kit.store.save_reads([_read(kit, answer, now) for answer in answers])


def _read(kit: Kit, answer: Answer, now: datetime) -> Read:
    after = _after(answer, now)
    brought = answer.said if isinstance(answer.said, Batch) else Batch((), None)
    # What is to be told depends on whether any of the posts turns out to be new.
    quiet, tell = health.told(after, now)
    fresh, tell_if_new = health.told(health.heard(after, now, answer.source.read_at), now)
    return Read(
        quiet,
        brought.posts,
        brought.earlier,
        if_new=fresh,
        spent=answer.spent,
        on=now.astimezone(UTC).date(),
        messages=[_alarm(kit, quiet, now)] if tell else (),
        messages_if_new=[_alarm(kit, fresh, now)] if tell_if_new else (),
    )


def _after(answer: Answer, now: datetime) -> Source:
    listener, said = answer.listener, answer.said
    source = answer.source.model_copy(update={"budget_left": answer.left})
    if isinstance(said, Batch):
        return pacing.read(source, said, listener.every, now)
    if isinstance(said, PausedError):
        log.info("source=%s waits: %s", source.name, said)
        return pacing.paused(source, said, listener.every, now)
    after = pacing.failed(source, said, listener.every, now)
    log.warning(
        "source=%s failures=%d next=%s error=%s",
        *(source.name, after.failures, f"{after.due_at:%H:%M:%S}", after.last_error),
    )
    return after


def _alarm(kit: Kit, source: Source, now: datetime) -> Message:
    return Message(
        kind=MessageKind.ALARM,
        about=source.name,
        turn=int(now.timestamp()),  # one for each time that ops is told
        channel=kit.team_channel(),
        created_at=now,
        due_at=now,
    )
