"""Stored posts -> rechecked, brought up to date, or forgotten.

A post whose author took it back must leave us too, with all that was made of it: so every platform
that can be asked is asked within its own time, and once more just before anything is said about a
post. What nothing came of is kept for a week, what people worked on for longer, and then let go.
"""

import logging
import random
import time
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from domain.errors import SourceError, StaleError
from domain.types import AskState, Closed, Event, Opportunity, OpportunityState, Post
from listeners.base import Listener, Metered, Rechecker
from pipeline.kit import Kit
from pipeline.route import change, redraw
from routing import forgetting, review
from routing.forgetting import Why
from storage.store import Left, Traces

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=2)  # a post seen so lately is not looked at again before a message
_AT_ONCE = 200  # posts of one source in one round
_ROUND = 20.0  # seconds of rechecking in one round; what is left comes with the next
_UNTOLD = timedelta(hours=1)  # after a look that did not tell, a post is left alone for so long
_REST = timedelta(minutes=2)  # after a failure, where a platform names no time
_PAID = 0.8  # of the platform's time, until a look that costs money is taken
_MARKS_KEPT = timedelta(days=180)


def sweep(kit: Kit, now: datetime) -> int:
    """How many posts were forgotten or found changed."""
    done = _let_go(kit, now)
    ends = time.monotonic() + _ROUND
    listeners = list(kit.settings.listeners)
    random.shuffle(listeners)  # so that a slow one does not always come before the same others
    for listener in listeners:
        if kit.stop.is_set() or time.monotonic() > ends:
            break
        if isinstance(listener, Rechecker):
            done += _recheck_due(kit, listener, listener.forgets_within, now)
    kit.store.drop_old_marks(now - _MARKS_KEPT)
    kit.store.tidy()
    return done


def _let_go(kit: Kit, now: datetime) -> int:
    """What was kept long enough."""
    keep = kit.settings.storage
    done = _forget_unmatched(kit, now - keep.keep_unmatched, now)
    for listener in kit.settings.listeners:
        # Where looking costs money, what nothing came of is let go instead of being looked at.
        if isinstance(listener, Metered) and isinstance(listener, Rechecker):
            limit = min(keep.keep_unmatched, listener.forgets_within)
            done += _forget_unmatched(kit, now - limit, now, source=listener.name)
    for key in kit.store.settled_posts(now - keep.keep_matched):
        done += forget(kit, key, Why.KEPT_LONG_ENOUGH, now)
    return done


def _forget_unmatched(kit: Kit, before: datetime, now: datetime, source: str = "") -> int:
    done = 0
    while not kit.stop.is_set():
        keys = kit.store.forget_unmatched(before, now, source=source)
        for key in keys:
            kit.said_before.forget(key)
        done += len(keys)
        if not keys:
            break
    return done


def _recheck_due(kit: Kit, listener: Listener, within: timedelta, now: datetime) -> int:
    """Half of the platform's time is left for the looks that fail. Where a look costs money it is
    taken late, and only for what people may work on: the rest is let go."""
    paid = isinstance(listener, Metered)
    names = [one.name for one in kit.settings.listeners]
    first = next(o.name for o in kit.settings.listeners if o.platform == listener.platform)
    due = kit.store.posts_to_recheck(
        listener.name,
        now - (within * _PAID if paid else within / 2),
        _AT_ONCE,
        now,
        matched=paid,
        # Of a source that was taken away or renamed, where a platform is one place.
        orphans_of=listener.platform
        if listener.name == first and not hasattr(listener, "instance")
        else "",
        sources=names,
    )
    return _asked(kit, listener, due, now)


def _asked(kit: Kit, listener: Listener, posts: Sequence[Post], now: datetime) -> int:
    """As `recheck`; a platform that does not answer changes nothing, and is left alone a while."""
    if kit.resting.get(listener.name, now) > now:
        return 0
    try:
        return recheck(kit, listener, posts, now)
    except SourceError as error:
        log.warning("source=%s cannot be asked what is still there: %s", listener.name, error)
        kit.resting[listener.name] = now + (error.retry_after or _REST)
        return 0


def recheck(kit: Kit, listener: Listener, posts: Sequence[Post], now: datetime) -> int:
    """How many of `posts` are gone, or changed. Raises SourceError."""
    if not posts or not isinstance(listener, Rechecker):
        return 0
    if isinstance(listener, Metered):
        listener.meter.told(*kit.billed(listener, now))
    try:
        found = listener.recheck(posts)
    finally:
        kit.settle(listener, now)
    changed = kit.store.save_rechecked(found.posts, now)
    told = {post.key for post in found.posts} | set(found.gone)
    if untold := [post.key for post in posts if post.key not in told]:
        kit.store.put_off(untold, now + _UNTOLD)
    for key in changed:
        log.info("post=%s was edited", key)
    locked = [post for post in found.posts if post.metrics.get("locked")]
    return (
        len(changed)
        + sum(_close_locked(kit, post.key, now) for post in locked)
        + sum(forget(kit, key, Why.DELETED, now) for key in found.gone)
    )


def _close_locked(kit: Kit, key: str, now: datetime) -> bool:
    """Where nobody can answer any more, nobody is asked; whoever was asked before sees for
    themselves."""
    opportunity = kit.store.opportunity(key)
    if opportunity is None or opportunity.state is OpportunityState.CLOSED:
        return False
    asks = kit.store.asks(occasion=key)
    if any(ask.state not in (AskState.DRAFTED, AskState.DROPPED) for ask in asks):
        return False
    closed = change(kit, opportunity, review.locked(opportunity, now), "sweep", now)
    if closed:
        kit.store.stand_down(key)
    return closed


def recheck_before_saying(kit: Kit, keys: Collection[str], now: datetime) -> int:
    """Look at these posts now, but for those seen just before. How many are gone, or changed. A
    platform that does not answer changes nothing: whoever sends sees by `checked_at`."""
    by_listener = _by_listener(kit, keys, now)
    moved = sum(_asked(kit, listener, posts, now) for listener, posts in by_listener)
    kit.store.tidy()
    return moved


def _by_listener(
    kit: Kit, keys: Collection[str], now: datetime
) -> Iterable[tuple[Listener, Sequence[Post]]]:
    found: dict[str, tuple[Listener, list[Post]]] = {}
    heard_by = kit.store.heard_by(keys)
    for post in kit.store.last_seen_before(keys, now - FRESH):
        if listener := kit.rechecker_for(post, heard_by.get(post.key, "")):
            found.setdefault(listener.name, (listener, []))[1].append(post)
    return found.values()


def forget(kit: Kit, key: str, why: Why, now: datetime) -> bool:
    """The post and all that was made of it; False if that has to wait for the next round."""
    traces = kit.store.traces(key)
    if traces is None:
        return False
    left = _left(kit, traces, why, now)
    if left is None or not kit.store.forget(key, left, now):
        return False
    kit.said_before.forget(key)
    log.info("post=%s is forgotten: %s", left.post.key if left.post else "(one)", why)
    return True


def _left(kit: Kit, traces: Traces, why: Why, now: datetime) -> Left | None:
    if traces.opportunity is None:
        head = kit.store.opportunity(traces.head) if traces.head else None
        return Left(messages=redraw(kit, head, now) if head else ())
    try:
        stay = forgetting.stay(
            traces.post, traces.opportunity, traces.asks, traces.messages, why, now
        )
    except StaleError:
        return None
    if stay is None:
        return None
    renamed: tuple[Opportunity, Opportunity] = (traces.opportunity, stay.opportunity)
    return Left(
        stay.post,
        stay.assessment,
        [renamed, *stay.asks, *stay.messages],
        stay.new_messages,
        [Event(at=now, actor="sweep", action=f"forgotten: {why}", subject=stay.opportunity.key)],
        settled=traces.opportunity.closed_as in (Closed.DISMISSED, Closed.ANSWERED),
    )
