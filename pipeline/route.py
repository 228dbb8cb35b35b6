"""Approved opportunities -> asks: one advocate at a time, the next when the one before said no."""

import logging
from collections.abc import Sequence
from datetime import datetime

from domain.errors import SourceError
from domain.types import (
    Advocate,
    Ask,
    AskState,
    Candidate,
    Event,
    Message,
    MessageKind,
    MessageState,
    Opportunity,
    OpportunityState,
    Post,
    Shortlist,
)
from pipeline.kit import Kit
from routing import follow, lifecycle, review
from routing.history import IN_HAND, burdens
from storage.store import Item

log = logging.getLogger(__name__)


def route(kit: Kit, now: datetime) -> int:
    """How many asks were drafted."""
    _let_go(kit, now)
    advocates = kit.store.advocates()
    drafted = 0
    for opportunity in kit.store.opportunities(OpportunityState.APPROVED):
        if kit.stop.is_set():
            break
        asks = kit.store.asks(occasion=opportunity.key)
        if any(ask.state in IN_HAND for ask in asks):
            continue
        if item := kit.store.item(opportunity.key):
            drafted += _ask_next(kit, item, asks, advocates, now)
    return drafted


def _let_go(kit: Kit, now: datetime) -> None:
    """Close what nobody decided, or could answer, in time."""
    for state in (OpportunityState.OPEN, OpportunityState.APPROVED):
        for opportunity in kit.store.opportunities(state):
            if opportunity.expires_at > now:
                continue
            asks = kit.store.asks(occasion=opportunity.key)
            # Where somebody has replied, follow_up closes it as answered.
            if all(ask.state is AskState.DROPPED for ask in asks):
                change(kit, opportunity, review.expired(opportunity, now), "route", now)


def _ask_next(
    kit: Kit, item: Item, asks: Sequence[Ask], advocates: Sequence[Advocate], now: datetime
) -> bool:
    opportunity, post, assessment = item
    if any(ask.state is AskState.DONE for ask in asks):
        return False  # follow_up closes it when the reply is verified
    if why_not := _must_not(kit, asks):
        _nobody(kit, opportunity, why_not, now)
        return False
    found = kit.shortlist(
        post, assessment, advocates, kit.history(now), now, chosen=opportunity.chosen
    )
    if not found.shortlist:
        _nobody(kit, opportunity, _nobody_fits(found), now)
        return False
    return _draft(kit, item, asks, found.shortlist[0], now)


def _draft(kit: Kit, item: Item, asks: Sequence[Ask], best: Candidate, now: datetime) -> bool:
    opportunity, post, _ = item
    if _has_answered(kit, post, asks, now):  # late, and without a word to us
        change(kit, opportunity, review.answered(opportunity, now), "route", now)
        return False
    ask = lifecycle.drafted(best, post, wave=len(asks) + 1, now=now)
    told = Event(at=now, actor="route", action="drafted", subject=ask.key, detail=ask.why)
    if not kit.store.add_ask(ask, events=[told]):
        return False  # its thread or author is somebody else's since we looked
    log.info("ask=%s fit=%.2f wave=%d", ask.key, ask.fit, ask.wave)
    if opportunity.note.startswith("Nobody"):  # true no more
        again = review.unserved(opportunity, "", now)
        kit.store.swap((opportunity, again), messages=redraw(kit, again, now))
    return True


def _must_not(kit: Kit, asks: Sequence[Ask]) -> str:
    """Why nobody (more) is asked, whoever would fit; "" where somebody may be."""
    if not kit.reaches_people():
        return "Nobody can be written to: set up [email] or [slack]"
    asked = sum(burdens(ask) for ask in asks)  # a draft that was never sent asked nobody
    if asked >= kit.settings.policy.max_waves:
        return f"Nobody could, of {asked} who were asked"
    return ""


def _has_answered(kit: Kit, post: Post, asks: Sequence[Ask], now: datetime) -> bool:
    """Whether one who was asked before stands in the thread by now: then a second one would be one
    too many."""
    asked = [(ask, kit.store.advocate(ask.advocate)) for ask in asks if ask.sent_at]
    try:
        replies = kit.replies(post, now) if asked else ()
    except SourceError as error:
        log.warning("post=%s cannot be looked at: %s", post.key, error)
        return False
    return any(person and follow.seen(ask, person, post, replies) for ask, person in asked)


def _nobody_fits(found: Shortlist) -> str:
    if not found.place.ask:
        return "Nobody may be asked to reply in this place"
    waiting = [passed for passed in found.others if passed.until]
    if waiting:
        return f"Nobody can be asked now; {len(waiting)} may be later"
    return "Nobody fits: somebody for the recruiting list"


def _nobody(kit: Kit, opportunity: Opportunity, note: str, now: datetime) -> None:
    if opportunity.note != note:
        change(kit, opportunity, review.unserved(opportunity, note, now), "route", now)


def change(
    kit: Kit, old: Opportunity, new: Opportunity, actor: str, now: datetime, *also: tuple[Ask, Ask]
) -> bool:
    """Swap, with the card redrawn; False if somebody was first."""
    action = str(new.closed_as or new.note)
    told = Event(at=now, actor=actor, action=action, subject=new.key)
    return kit.store.swap((old, new), *also, events=[told], messages=redraw(kit, new, now))


def redraw(kit: Kit, opportunity: Opportunity, now: datetime) -> list[Message]:
    """The card again, where it is on a channel that can change what was sent."""
    card = kit.store.message(f"{MessageKind.CARD}:{opportunity.key}")
    if card is None or card.channel != "slack" or card.state is MessageState.SUPPRESSED:
        return []
    return [
        Message(
            kind=MessageKind.REDRAW,
            about=opportunity.key,
            turn=int(now.timestamp() * 1000),
            channel="slack",
            created_at=now,
            due_at=now,
        )
    ]
