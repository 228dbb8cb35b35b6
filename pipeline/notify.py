"""Messages -> people: claim, look whether it still holds, send, write down.

A crash between sending and writing down leaves a message `sending`. `recover` then asks the
provider whether it has it; where nobody can be asked (mail), it counts as sent: the ask's own
reminder covers the rest. So nothing is ever said twice.
"""

import logging
import random
import time
from datetime import datetime, timedelta

from domain.errors import DeliveryError, GoodwordError, StaleError
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
from pipeline.letters import Answer, Later, NoMore, Ready, address_of, letter_for
from pipeline.route import redraw
from pipeline.sweep import recheck_before_saying
from routing import lifecycle

log = logging.getLogger(__name__)

_CLAIM_ENDS = timedelta(minutes=5)  # then its sender is taken for dead
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_AT_ONCE = 500
_ROUND = 20.0  # seconds; then a new round begins, with a new `now`: quiet hours may have begun

_QUOTING = (MessageKind.CARD, MessageKind.PROMPT, MessageKind.REMINDER)

Change = tuple[Versioned, Versioned]


def notify(kit: Kit, now: datetime) -> int:
    """How many messages were sent."""
    recover(kit, now, claimed_before=now - _CLAIM_ENDS)
    sent = 0
    due = _due(kit, now)
    ends = time.monotonic() + _ROUND
    down: set[str] = set()  # channels that ask us to wait, or are silent: no further try now
    for message in due:
        if kit.stop.is_set() or time.monotonic() > ends:
            break
        if message.channel in down:
            continue
        outcome = _deliver(kit, message, now)
        sent += outcome is MessageState.SENT
        if outcome in (MessageState.QUEUED, MessageState.SENDING):
            down.add(message.channel)
    return sent


def _due(kit: Kit, now: datetime) -> list[Message]:
    """What is to be said, after a last look at the posts that it is about."""
    queued = [MessageState.QUEUED]
    due = kit.store.messages(states=queued, due_by=now, limit=_AT_ONCE)
    posts = {_post_of(kit, message) for message in due if message.kind in _QUOTING}
    if posts and recheck_before_saying(kit, posts, now):
        return kit.store.messages(states=queued, due_by=now, limit=_AT_ONCE)
    return due


def _post_of(kit: Kit, message: Message) -> str:
    ask = None if message.kind is MessageKind.CARD else kit.store.ask(message.about)
    return ask.occasion if ask else message.about


def recover(kit: Kit, now: datetime, *, claimed_before: datetime) -> int:
    """Find out about messages whose sender died; how many there were."""
    stuck = kit.store.messages(states=[MessageState.SENDING])
    lost = [m for m in stuck if m.claimed_at is None or m.claimed_at <= claimed_before]
    silent: set[str] = set()  # channels that cannot be asked just now
    for message in lost:
        if kit.stop.is_set():
            break
        if message.channel not in silent and not _find_out(kit, message, now):
            silent.add(message.channel)
    return len(lost)


def _find_out(kit: Kit, message: Message, now: datetime) -> bool:
    """False where the channel does not answer now."""
    if _in_place(message):  # doing it again is the same as doing it once
        _keep(kit, message, now, state=MessageState.QUEUED)
        return True
    try:
        found = kit.notifier(message.channel).find(address_of(kit, message), message.key)
    except DeliveryError as error:
        if not (error.unknown or error.permanent):
            log.warning("message=%s cannot be looked for yet: %s", message.key, error)
            return False
        found = "assumed"
    log.info("message=%s found=%s", message.key, found)
    if found is None:
        _keep(kit, message, now, state=MessageState.QUEUED)
    else:
        _record_sent(kit, message, found, now)
    return True


def _deliver(kit: Kit, message: Message, now: datetime) -> MessageState | None:
    """What became of it; None where it was not tried. Its words are made before it is claimed, so
    that whatever fails while they are made leaves it in the queue and not half sent."""
    match _answer(kit, message, now):
        case NoMore(why, dropped_as):
            _give_up(kit, message, MessageState.SUPPRESSED, why, dropped_as, now)
            return MessageState.SUPPRESSED
        case Later(until, why):
            _postpone(kit, message, until, why)
            return None
        case DeliveryError() as error:
            claimed = message.revised(attempts=message.attempts + 1)
            return _failed(kit, claimed, error, now) if kit.store.swap((message, claimed)) else None
        case Ready() as ready:
            claimed = message.revised(
                state=MessageState.SENDING, claimed_at=now, attempts=message.attempts + 1
            )
            return _send(kit, claimed, ready, now) if kit.store.swap((message, claimed)) else None


def _answer(kit: Kit, message: Message, now: datetime) -> Answer | DeliveryError:
    try:
        return letter_for(kit, message, now)
    except GoodwordError:
        raise
    except Exception as error:  # a bug: it must not hold up all that is queued behind it
        log.exception("message=%s cannot be written", message.key)
        return DeliveryError(f"cannot be written: {type(error).__name__}; the log says more")


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
    except GoodwordError:
        raise
    except Exception as error:
        log.exception("message=%s cannot be sent", message.key)
        what = f"cannot be sent: {type(error).__name__}; the log says more"
        return _failed(kit, message, DeliveryError(what, permanent=True), now)
    _record_sent(kit, message, provider_id, now)
    log.info("message=%s channel=%s sent", message.key, message.channel)
    return MessageState.SENT


def _failed(kit: Kit, message: Message, error: DeliveryError, now: datetime) -> MessageState | None:
    log.warning("message=%s attempt=%d error=%s", message.key, message.attempts, error)
    if error.unknown and not _in_place(message):
        return MessageState.SENDING  # it stays so: recover() finds out
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


def _in_place(message: Message) -> bool:
    """Whether it changes what was sent before."""
    recalled = message.kind is MessageKind.RECALL and message.channel == "slack"
    return recalled or message.kind is MessageKind.REDRAW


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
            ),
        )
    ]
    ask = _drafted_ask(kit, message)
    if ask:
        changes.append((ask, lifecycle.postponed(ask, until + timedelta(hours=1))))
    if not kit.store.swap(*changes):
        kit.store.swap(changes[0])


def _keep(kit: Kit, message: Message, now: datetime, *, state: MessageState) -> None:
    kit.store.swap((message, message.revised(state=state, due_at=now)))
