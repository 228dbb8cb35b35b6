"""Messages -> people: claim, look whether it still holds, send, write down.

A crash between sending and writing down leaves a message `sending`. `recover` then asks the
provider whether it has it; where nobody can be asked (mail), it counts as sent: the ask's own
reminder covers the rest. So nothing is ever said twice.
"""

import logging
import random
from datetime import datetime, timedelta

from domain.errors import DeliveryError, StaleError
from domain.types import (
    Ask,
    AskState,
    Dropped,
    Event,
    Message,
    MessageKind,
    MessageState,
    Versioned,
)
from pipeline.kit import Kit
from pipeline.letters import Later, NoMore, Ready, address_of, letter_for
from pipeline.route import redraw
from routing import lifecycle

log = logging.getLogger(__name__)

_CLAIM_ENDS = timedelta(minutes=5)  # then its sender is taken for dead
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_AT_ONCE = 500

Change = tuple[Versioned, Versioned]


def notify(kit: Kit, now: datetime) -> int:
    """How many messages were sent."""
    recover(kit, now, claimed_before=now - _CLAIM_ENDS)
    sent = 0
    down: set[str] = set()  # channels that ask us to wait: no further try in this round
    for message in kit.store.messages(states=[MessageState.QUEUED], due_by=now, limit=_AT_ONCE):
        if kit.stop.is_set():
            break
        if message.channel in down:
            continue
        claimed = message.revised(
            state=MessageState.SENDING, claimed_at=now, attempts=message.attempts + 1
        )
        if kit.store.swap((message, claimed)):
            outcome = _deliver(kit, claimed, now)
            sent += outcome is MessageState.SENT
            if outcome is MessageState.QUEUED:
                down.add(message.channel)
    return sent


def recover(kit: Kit, now: datetime, *, claimed_before: datetime) -> int:
    """Find out about messages whose sender died; how many there were."""
    stuck = kit.store.messages(states=[MessageState.SENDING])
    lost = [m for m in stuck if m.claimed_at is None or m.claimed_at <= claimed_before]
    for message in lost:
        _find_out(kit, message, now)
    return len(lost)


def _find_out(kit: Kit, message: Message, now: datetime) -> None:
    if message.kind is MessageKind.REDRAW:  # doing it again is the same as doing it once
        _keep(kit, message, now, state=MessageState.QUEUED)
        return
    try:
        found = kit.notifier(message.channel).find(address_of(kit, message), message.key)
    except DeliveryError as error:
        if not (error.unknown or error.permanent):
            log.warning("message=%s cannot be looked for yet: %s", message.key, error)
            return
        found = "assumed"
    log.info("message=%s found=%s", message.key, found)
    if found is None:
        _keep(kit, message, now, state=MessageState.QUEUED)
    else:
        _record_sent(kit, message, found, now)


def _deliver(kit: Kit, message: Message, now: datetime) -> MessageState | None:
    """What became of it; None where it was not tried, or nobody knows."""
    match letter_for(kit, message, now):
        case NoMore(why, dropped_as):
            _give_up(kit, message, MessageState.SUPPRESSED, why, dropped_as, now)
            return MessageState.SUPPRESSED
        case Later(until, why):
            _postpone(kit, message, until, why)
            return None
        case Ready() as ready:
            return _send(kit, message, ready, now)


def _send(kit: Kit, message: Message, ready: Ready, now: datetime) -> MessageState | None:
    try:
        notifier = kit.notifier(message.channel)
        if ready.replaces:
            notifier.update(ready.replaces, ready.letter)
            provider_id = ready.replaces
        else:
            provider_id = notifier.send(ready.to, ready.letter)
    except DeliveryError as error:
        return _failed(kit, message, error, now)
    _record_sent(kit, message, provider_id, now)
    log.info("message=%s channel=%s sent", message.key, message.channel)
    return MessageState.SENT


def _failed(kit: Kit, message: Message, error: DeliveryError, now: datetime) -> MessageState | None:
    log.warning("message=%s attempt=%d error=%s", message.key, message.attempts, error)
    if error.unknown and message.kind is not MessageKind.REDRAW:
        return None  # stays `sending`: recover() finds out
    if error.permanent or message.attempts >= kit.settings.policy.max_delivery_failures:
        _give_up(kit, message, MessageState.DEAD, str(error), Dropped.UNDELIVERABLE, now)
        return MessageState.DEAD
    wait = min(_FIRST_WAIT * 2 ** (message.attempts - 1), _LONGEST_WAIT)
    wait = max(wait * random.uniform(1, 1.25), error.retry_after or wait)  # noqa: S311  (jitter)
    retried = message.revised(state=MessageState.QUEUED, due_at=now + wait, error=str(error))
    kit.store.swap((message, retried))
    return MessageState.QUEUED


def _record_sent(kit: Kit, message: Message, provider_id: str, now: datetime) -> None:
    """The message, and the ask that it made, in one transaction."""
    sent = message.revised(state=MessageState.SENT, sent_at=now, provider_id=provider_id, error="")
    ask = _drafted_ask(kit, message)
    told = [Event(at=now, actor="notify", action="sent", subject=message.about)] * bool(ask)
    drawn = redraw_of(kit, ask, now)
    changes: list[Change] = [(message, sent)]
    if ask and kit.store.swap(
        *changes, (ask, lifecycle.sent(ask, kit.settings.policy, now)), events=told, messages=drawn
    ):
        return
    # Somebody answered before we wrote down that they were asked: then only the message is left.
    kit.store.swap(*changes, events=told)


def _drafted_ask(kit: Kit, message: Message) -> Ask | None:
    if message.kind is not MessageKind.PROMPT:
        return None
    ask = kit.store.ask(message.about)
    return ask if ask and ask.state is AskState.DRAFTED else None


def redraw_of(kit: Kit, ask: Ask | None, now: datetime) -> list[Message]:
    """The card of the ask's opportunity, once more: it tells what became of it."""
    opportunity = kit.store.opportunity(ask.occasion) if ask else None
    return redraw(kit, opportunity, now) if opportunity else []


def _give_up(
    kit: Kit,
    message: Message,
    state: MessageState,
    why: str,
    dropped_as: Dropped | None,
    now: datetime,
) -> None:
    log.info("message=%s %s: %s", message.key, state, why)
    ended: list[Change] = [(message, message.revised(state=state, error=why))]
    ask = _drafted_ask(kit, message)
    if ask and dropped_as:
        try:
            ended.append((ask, lifecycle.dropped(ask, dropped_as, now)))
        except StaleError:
            log.info("ask=%s has moved on", ask.key)
        told = Event(at=now, actor="notify", action=dropped_as, subject=ask.key, detail=why)
        if kit.store.swap(*ended, events=[told], messages=redraw_of(kit, ask, now)):
            return
    kit.store.swap(ended[0])


def _postpone(kit: Kit, message: Message, until: datetime, why: str) -> None:
    """Its turn comes again, and this was no attempt."""
    changes: list[Change] = [
        (
            message,
            message.revised(
                state=MessageState.QUEUED,
                due_at=until,
                error=why,
                attempts=message.attempts - 1,
            ),
        )
    ]
    ask = _drafted_ask(kit, message)
    if ask:
        changes.append((ask, lifecycle.postponed(ask, until + timedelta(hours=1))))
    kit.store.swap(*changes)


def _keep(kit: Kit, message: Message, now: datetime, *, state: MessageState) -> None:
    kit.store.swap((message, message.revised(state=state, due_at=now)))
