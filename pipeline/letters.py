"""What a message says now, made when its turn comes: or that it is too early, or too late for it.

A row holds no words, so nothing is said that was true only when it was queued.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.types import (
    Advocate,
    Ask,
    AskState,
    Closed,
    Dropped,
    Message,
    MessageKind,
    MessageState,
    OpportunityState,
    PostState,
)
from notifiers import messages
from notifiers.base import Address, Letter
from pipeline.kit import Kit
from routing import lifecycle, match
from storage.store import Item

_SOON = timedelta(seconds=15)
_QUARTER = timedelta(days=91)


class Ready(NamedTuple):
    to: Address
    letter: Letter
    replaces: str = ""  # the provider's id of what this is put in place of


class Later(NamedTuple):
    until: datetime
    why: str


class NoMore(NamedTuple):
    why: str
    dropped_as: Dropped | None = None  # of the ask, where the message was to make it


Answer = Ready | Later | NoMore


def letter_for(kit: Kit, message: Message, now: datetime) -> Answer:
    return _MAKERS[message.kind](kit, message, now)


def address_of(kit: Kit, message: Message) -> Address:
    if not message.recipient:
        return Address(name="team", slack=kit.settings.slack.channel if kit.settings.slack else "")
    advocate = kit.store.advocate(message.recipient)
    return _address(advocate) if advocate else Address()


def _address(advocate: Advocate) -> Address:
    return Address(name=advocate.name, email=advocate.email, slack=advocate.slack_id)


# ------------------------------------------------------------------ to the team


def _card(kit: Kit, message: Message, now: datetime, *, replaces: str = "") -> Answer:
    item = kit.store.item(message.about)
    if item is None:
        return NoMore("the opportunity is gone")
    undecided = item.opportunity.state is OpportunityState.OPEN
    if item.post.state is PostState.GONE and not replaces:
        return NoMore("the post was deleted")
    if item.opportunity.closed_as is Closed.EXPIRED and not replaces:
        return NoMore("the opportunity has expired")
    advocates = kit.store.advocates()
    found = kit.shortlist(item.post, item.assessment, advocates, kit.history(now), now)
    letter = messages.card(
        item.opportunity,
        item.post,
        item.assessment,
        found,
        {advocate.id: advocate for advocate in advocates},
        kit.links.opportunity(item.opportunity.key),
        now,
        asks=() if undecided else kit.store.asks(occasion=item.opportunity.key),
    )
    return Ready(address_of(kit, message), letter, replaces)


def _redraw(kit: Kit, message: Message, now: datetime) -> Answer:
    card = kit.store.message(f"{MessageKind.CARD}:{message.about}")
    if card is None or card.state in (MessageState.DEAD, MessageState.SUPPRESSED):
        return NoMore("there is no card to draw again")
    if card.state is not MessageState.SENT:
        return Later(now + _SOON, "the card itself is still on its way")
    return _card(kit, message, now, replaces=card.provider_id)


def _alarm(kit: Kit, message: Message, now: datetime) -> Answer:  # noqa: ARG001  (all alike)
    source = kit.store.source(message.about)
    if not source.failures:
        return NoMore("the source has recovered")
    what_to_do = (
        f"It is tried again at {source.due_at:%H:%M} UTC; the other sources go on. "
        "`run_pipeline.py status` shows how it stands."
        if source.due_at
        else "`run_pipeline.py status` shows how it stands."
    )
    letter = messages.alarm(source.name, source.last_error, what_to_do, key=message.key)
    return Ready(address_of(kit, message), letter)


def _digest(kit: Kit, message: Message, now: datetime) -> Answer:
    items = [
        messages.DigestItem(i.opportunity, i.post, kit.links.opportunity(i.opportunity.key))
        for i in kit.store.items(OpportunityState.OPEN, awake_at=now)
    ]
    if not items:
        return NoMore("nothing waits")
    letter = messages.digest(items, kit.links.opportunity(""), now, key=message.key)
    return Ready(address_of(kit, message), letter)


# ------------------------------------------------------------------ to an advocate


class _Ask(NamedTuple):
    ask: Ask
    advocate: Advocate
    item: Item


def _about(kit: Kit, message: Message) -> _Ask | NoMore:
    ask = kit.store.ask(message.about)
    if ask is None:
        return NoMore("the ask is gone")
    advocate, item = kit.store.advocate(ask.advocate), kit.store.item(ask.occasion)
    if advocate is None or item is None:
        return NoMore("the advocate or the opportunity is gone", Dropped.CLOSED)
    if advocate.left_at:
        return NoMore("they asked not to be written to", Dropped.LEFT)
    if item.post.state is PostState.GONE:
        return NoMore("the post was deleted", Dropped.GONE)
    if message.channel not in kit.reaching(advocate):
        return NoMore(f"{message.channel} does not reach them", Dropped.NOT_ALLOWED)
    return _Ask(ask, advocate, item)


def _prompt(kit: Kit, message: Message, now: datetime) -> Answer:
    if isinstance(found := _about(kit, message), NoMore):
        return found
    ask, advocate, item = found
    if ask.state is not AskState.DRAFTED:
        return NoMore(lifecycle.told(ask))
    opportunity = item.opportunity
    if opportunity.state is not OpportunityState.APPROVED or opportunity.expires_at <= now:
        return NoMore("the opportunity was closed meanwhile", Dropped.CLOSED)
    post, policy = item.post, kit.settings.policy
    place, history = kit.place(post), kit.history(now)
    if passed := match.still_allowed(ask, post, advocate, history, policy, place, now):
        soon = min(opportunity.expires_at, now + policy.answer_within)
        if passed.until and passed.until < soon:  # a night; for longer somebody else is asked
            return Later(passed.until, passed.why_not)
        return NoMore(passed.why_not, Dropped.NOT_ALLOWED)
    asked = [a for a in history if a.advocate == ask.advocate and a.sent_at]
    letter = messages.prompt(
        ask,
        advocate,
        post,
        place,
        kit.links.ask(ask.key),
        kit.links.unsubscribe(advocate.id),
        1 + sum(a.sent_at is not None and a.sent_at > now - _QUARTER for a in asked),
        now + policy.answer_within,
        now,
        kit.settings.company,
    )
    return Ready(_address(advocate), letter)


def _reminder(kit: Kit, message: Message, now: datetime) -> Answer:
    if isinstance(found := _about(kit, message), NoMore):
        return found
    ask, advocate, item = found
    if ask.state is not AskState.SENT:
        return NoMore(lifecycle.told(ask))
    policy, place = kit.settings.policy, kit.place(item.post)
    if until := match.quiet_until(advocate, policy, now):
        return Later(until, "quiet hours")
    if passed := match.still_allowed(ask, item.post, advocate, (), policy, place, now):
        return NoMore(passed.why_not)
    letter = messages.reminder(
        ask,
        advocate,
        item.post,
        kit.links.ask(ask.key),
        kit.links.unsubscribe(advocate.id),
        max(ask.due_at, now + timedelta(hours=1)),
        kit.settings.company,
        turn=message.turn,
    )
    return Ready(_address(advocate), letter)


def _thanks(kit: Kit, message: Message, now: datetime) -> Answer:
    if isinstance(found := _about(kit, message), NoMore):
        return found
    ask, advocate, item = found
    if advocate.paused_until and advocate.paused_until > now:
        return NoMore("they asked for a pause")
    if until := match.quiet_until(advocate, kit.settings.policy, now):
        return Later(until, "quiet hours")
    letter = messages.thanks(
        ask,
        advocate,
        item.post,
        kit.links.ask(ask.key),
        kit.links.unsubscribe(advocate.id),
        kit.settings.company,
    )
    return Ready(_address(advocate), letter)


_MAKERS: Mapping[MessageKind, Callable[[Kit, Message, datetime], Answer]] = {
    MessageKind.CARD: _card,
    MessageKind.REDRAW: _redraw,
    MessageKind.PROMPT: _prompt,
    MessageKind.REMINDER: _reminder,
    MessageKind.THANKS: _thanks,
    MessageKind.DIGEST: _digest,
    MessageKind.ALARM: _alarm,
}
