"""Drafted asks -> messages to their advocates. `notify` sends them, and looks again before."""

from datetime import datetime, timedelta

from domain.types import AskState, Message, MessageKind
from pipeline.kit import Kit
from routing import lifecycle

_LOOK_AGAIN = timedelta(hours=1)


def prompt(kit: Kit, now: datetime) -> int:
    """How many asks were put on their way."""
    queued = 0
    for ask in kit.store.asks(states=[AskState.DRAFTED], due_by=now):
        advocate = kit.store.advocate(ask.advocate)
        if advocate is None:
            continue  # erased: their asks went with them
        message = Message(
            kind=MessageKind.PROMPT,
            about=ask.key,
            channel=kit.channel_of(advocate),
            recipient=ask.advocate,
            created_at=now,
            due_at=now,
        )
        is_new = kit.store.message(message.key) is None
        seen = lifecycle.postponed(ask, now + _LOOK_AGAIN)
        queued += kit.store.swap((ask, seen), messages=[message]) and is_new
    return queued
