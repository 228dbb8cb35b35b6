"""Drafted asks -> messages to their advocates. `notify` sends them, and looks again before."""

from datetime import datetime, timedelta

from domain.types import Ask, AskState, Dropped, Message, MessageKind, MessageState
from pipeline.kit import Kit
from routing import lifecycle

_LOOK_AGAIN = timedelta(hours=1)


def prompt(kit: Kit, now: datetime) -> int:
    """How many asks were put on their way."""
    queued = 0
    for ask in kit.store.asks(states=[AskState.DRAFTED], due_by=now):
        advocate = kit.store.advocate(ask.advocate)
        if advocate is None:
            kit.store.erase_advocate(ask.advocate)  # erased while this was being drafted
            continue
        message = Message(
            kind=MessageKind.PROMPT,
            about=ask.key,
            channel=kit.channel_of(advocate),
            recipient=ask.advocate,
            created_at=now,
            due_at=now,
        )
        known = kit.store.message(message.key)
        after = _settled(kit, ask, known, now) or lifecycle.postponed(ask, now + _LOOK_AGAIN)
        queued += kit.store.swap((ask, after), messages=[message]) and known is None
    return queued


def _settled(kit: Kit, ask: Ask, prompt: Message | None, now: datetime) -> Ask | None:
    """What the ask should have become with its prompt, where two wrote at once and only the
    message was written down: no draft waits for ever."""
    if prompt is None:
        return None
    match prompt.state:
        case MessageState.SENT:
            return lifecycle.sent(ask, kit.settings.policy, prompt.sent_at or now)
        case MessageState.DEAD:
            return lifecycle.dropped(ask, Dropped.UNDELIVERABLE, now)
        case MessageState.SUPPRESSED:
            return lifecycle.dropped(ask, Dropped.NOT_ALLOWED, now)
    return None
