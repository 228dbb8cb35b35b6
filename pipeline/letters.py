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
    Post,
    PostState,
)
from notifiers import messages
from notifiers.base import Address, Letter
from pipeline.kit import Kit
from routing import health, lifecycle, match
from storage.store import Item

_SOON = timedelta(seconds=15)
_QUARTER = timedelta(days=91)
_UNSURE = timedelta(hours=1)  # since a post was last seen; then nobody is sent there
_LOOK_AGAIN = timedelta(minutes=2)


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

_OVER = (Closed.EXPIRED, Closed.CHANGED)


def _card(kit: Kit, message: Message, now: datetime, *, replaces: str = "") -> Answer:
    item = kit.store.item(message.about)
    if item is None:
        return NoMore("the opportunity is gone")
    undecided = item.opportunity.state is OpportunityState.OPEN
    if item.post.state is PostState.GONE and not replaces:
        return NoMore("the post was deleted")
    if item.opportunity.closed_as in _OVER and not replaces:
        return NoMore("the opportunity is over")
    if item.post.state is PostState.EDITED and (later := _unread(kit, item.post, now)):
        return later
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
        elsewhere=kit.store.repeats(item.post.key),
    )
    return Ready(address_of(kit, message), letter, replaces)


def _redraw(kit: Kit, message: Message, now: datetime) -> Answer:
    card = kit.store.message(f"{MessageKind.CARD}:{message.about}")
    if card is None or card.state in (MessageState.DEAD, MessageState.SUPPRESSED):
        return NoMore("there is no card to draw again")
    if card.state is not MessageState.SENT:
        return Later(now + _SOON, "the card itself is still on its way")
    return _card(kit, message, now, replaces=card.provider_id)


def _alarm(kit: Kit, message: Message, now: datetime) -> Answer:
    source = kit.store.source(message.about)
    if not (ills := health.ills(source, now)):
        return NoMore("the source has recovered")
    letter = messages.alarm(
        source.name,
        "; ".join(ill.what for ill in ills),
        " ".join(
            [
                *(ill.remedy for ill in ills if ill.remedy),
                "`run_pipeline.py sources list` tells all.",
            ]
        ),
        key=message.key,
    )
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
    if refused := _too_late(kit, ask, item, now):
        return refused
    opportunity, post, policy = item.opportunity, item.post, kit.settings.policy
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


def _too_late(kit: Kit, ask: Ask, item: Item, now: datetime) -> NoMore | Later | None:
    """Or too early to be sure."""
    if ask.state is not AskState.DRAFTED:
        return NoMore(lifecycle.told(ask))
    opportunity = item.opportunity
    if opportunity.state is not OpportunityState.APPROVED or opportunity.expires_at <= now:
        return NoMore("the opportunity was closed meanwhile", Dropped.CLOSED)
    return _unread(kit, item.post, now) or _unseen(kit, item.post, now)


def _reminder(kit: Kit, message: Message, now: datetime) -> Answer:
    if isinstance(found := _about(kit, message), NoMore):
        return found
    ask, advocate, item = found
    if ask.state is not AskState.SENT:
        return NoMore(lifecycle.told(ask))
    if later := _unseen(kit, item.post, now):
        return later
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


def _recall(kit: Kit, message: Message, now: datetime) -> Answer:
    old = kit.store.message(message.about)
    if old is None:
        return NoMore("what it would take back is gone")
    if old.kind is MessageKind.CARD:
        return _card(kit, old, now, replaces=old.provider_id)
    ask, advocate = kit.store.ask(old.about), kit.store.advocate(message.recipient)
    if ask is None or advocate is None:
        return NoMore("the ask or the advocate is gone")
    in_place = message.channel == "slack"
    if advocate.left_at and not in_place:
        return NoMore("they asked not to be written to", Dropped.LEFT)
    unsubscribe, company = kit.links.unsubscribe(advocate.id), kit.settings.company
    letter = messages.recall(ask, advocate, unsubscribe, company, key=message.key)
    return Ready(_address(advocate), letter, old.provider_id if in_place else "")


def _unread(kit: Kit, post: Post, now: datetime) -> Later | None:
    standing = kit.store.standing(post.key)
    if standing and not standing.assessed:
        return Later(now + _SOON, "the post was edited, and is judged anew")
    return None


def _unseen(kit: Kit, post: Post, now: datetime) -> Later | None:
    standing = kit.store.standing(post.key)
    if standing and standing.checked_at < now - _UNSURE and kit.rechecker_for(post):
        return Later(now + _LOOK_AGAIN, "nobody can see just now whether the post is still there")
    return None


_MAKERS: Mapping[MessageKind, Callable[[Kit, Message, datetime], Answer]] = {
    MessageKind.CARD: _card,
    MessageKind.REDRAW: _redraw,
    MessageKind.PROMPT: _prompt,
    MessageKind.REMINDER: _reminder,
    MessageKind.THANKS: _thanks,
    MessageKind.DIGEST: _digest,
    MessageKind.ALARM: _alarm,
    MessageKind.RECALL: _recall,
}
