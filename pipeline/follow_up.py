"""Asks that somebody has to look at: has the reply appeared, is it still up, is an answer due?

The reply is found in the thread by the advocate's handle, or by the link that they gave.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.errors import GoodwordError, SourceError, StaleError
from domain.types import (
    Advocate,
    Ask,
    AskState,
    Event,
    Message,
    MessageKind,
    OpportunityState,
    Post,
    Versioned,
)
from listeners import links
from pipeline.kit import Kit
from pipeline.notify import redraw_of
from pipeline.route import redraw
from routing import follow, lifecycle, match, review

log = logging.getLogger(__name__)

_UNSEEN = timedelta(days=1)  # beyond an ask's time: then a thread that cannot be read is let be


def follow_up(kit: Kit, now: datetime) -> int:
    """How many asks moved on."""
    moved = 0
    for ask in kit.store.asks_to_follow(now):
        if kit.stop.is_set():
            break
        item, advocate = kit.store.item(ask.occasion), kit.store.advocate(ask.advocate)
        if item is None or advocate is None:
            continue
        try:
            moved += _look(kit, ask, advocate, item.post, now)
        except SourceError as error:
            log.warning("ask=%s cannot be looked at: %s", ask.key, error)
            moved += _unseen(kit, ask, advocate, now, error.retry_after)
        except StaleError:
            log.info("ask=%s has moved on", ask.key)
        except GoodwordError:
            raise
        except Exception:  # one thread that breaks us must not keep the others from being read
            log.exception("ask=%s cannot be looked at", ask.key)
            moved += _unseen(kit, ask, advocate, now, None)
    return moved


def _look(kit: Kit, ask: Ask, advocate: Advocate, post: Post, now: datetime) -> bool:
    reply = _reply(kit, ask, advocate, post, now)
    if ask.state is AskState.DONE and ask.verified:
        return _still_up(kit, ask, now, up=reply is not None)
    if reply is not None:
        done = lifecycle.replied(ask, url=reply.url or ask.reply_url, verified=True, now=now)
        return _finish(kit, ask, done, now)
    return _no_reply_yet(kit, ask, advocate, now)


def _reply(kit: Kit, ask: Ask, advocate: Advocate, post: Post, now: datetime) -> Post | None:
    linked = links.post_id(post.platform, ask.reply_url) if ask.reply_url else ""
    return follow.seen(ask, advocate, post, kit.replies(post, now), linked)


def _unseen(kit: Kit, ask: Ask, advocate: Advocate, now: datetime, wait: timedelta | None) -> bool:
    """The thread cannot be read: look again later, but nobody waits for a platform for ever."""
    if now < ask.due_at + _UNSEEN:
        return _again(kit, ask, now, wait)
    if ask.state is AskState.DONE and ask.verified:
        return _swap(kit, ask, lifecycle.let_be(ask), "no longer looked at", now)
    return _no_reply_yet(kit, ask, advocate, now)


def _no_reply_yet(kit: Kit, ask: Ask, advocate: Advocate, now: datetime) -> bool:
    policy = kit.settings.policy
    if now < ask.due_at:
        return _again(kit, ask, now)
    if ask.state is AskState.DONE:  # told by link a day ago, and still not seen
        return _finish(kit, ask, lifecycle.taken_as_told(ask), now)
    until = match.quiet_until(advocate, policy, now)
    if until and ask.state is AskState.SENT:
        return _swap(kit, ask, lifecycle.postponed(ask, until), "", now)
    after = lifecycle.unanswered(ask, policy, now)
    if after.state is AskState.DROPPED:
        return _swap(kit, ask, after, str(after.dropped_as), now, messages=redraw_of(kit, ask, now))
    return _swap(kit, ask, after, "reminded", now, messages=[_reminder(kit, after, advocate, now)])


def _still_up(kit: Kit, ask: Ask, now: datetime, *, up: bool) -> bool:
    after_day = ask.up_after_day is None
    looked = lifecycle.looked_after_day if after_day else lifecycle.looked_after_week
    action = f"{'still up' if up else 'no longer there'} after a {'day' if after_day else 'week'}"
    return _swap(kit, ask, looked(ask, up, now), action, now, messages=redraw_of(kit, ask, now))


def _finish(kit: Kit, ask: Ask, done: Ask, now: datetime) -> bool:
    """The reply stands: close the opportunity and thank the advocate, in one transaction."""
    also: list[tuple[Versioned, Versioned]] = []
    drawn: list[Message] = []
    opportunity = kit.store.opportunity(ask.occasion)
    if opportunity and opportunity.state is OpportunityState.APPROVED:
        closed = review.answered(opportunity, now)
        also.append((opportunity, closed))
        drawn = redraw(kit, closed, now)
    advocate = kit.store.advocate(ask.advocate)
    thanks = [_thanks(kit, ask, advocate, now)] if advocate else []
    action = "reply seen" if done.verified else "reply told"
    return _swap(kit, ask, done, action, now, *also, messages=[*thanks, *drawn])


def _again(kit: Kit, ask: Ask, now: datetime, wait: timedelta | None = None) -> bool:
    """Nothing new: look again later. Counts as nothing moved."""
    every = kit.settings.policy.look_every
    _swap(kit, ask, lifecycle.looked(ask, now + max(every, wait or every)), "", now)
    return False


def _swap(
    kit: Kit,
    old: Ask,
    new: Ask,
    action: str,
    now: datetime,
    *also: tuple[Versioned, Versioned],
    messages: Iterable[Message] = (),
) -> bool:
    told = [Event(at=now, actor="follow_up", action=action, subject=old.key)] * bool(action)
    return kit.store.swap((old, new), *also, events=told, messages=messages)


def _reminder(kit: Kit, ask: Ask, advocate: Advocate, now: datetime) -> Message:
    return Message(
        kind=MessageKind.REMINDER,
        about=ask.key,
        turn=ask.reminders,
        channel=kit.channel_of(advocate),
        recipient=ask.advocate,
        created_at=now,
        due_at=now,
    )


def _thanks(kit: Kit, ask: Ask, advocate: Advocate, now: datetime) -> Message:
    return Message(
        kind=MessageKind.THANKS,
        about=ask.key,
        channel=kit.channel_of(advocate),
        recipient=ask.advocate,
        created_at=now,
        due_at=now,
    )
