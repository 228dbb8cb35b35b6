"""What may happen to an ask. Each function takes one and returns what it becomes, or raises
StaleError in words that the person who was too late can be shown.

`due_at` is when somebody has to look again: at once for a new one, then when an answer, a reply or
a look at the reply is due, and NEVER where nothing more is to come.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from domain.errors import StaleError
from domain.types import Ask, AskState, Candidate, Dropped, Post
from routing.policy import Policy

NEVER = datetime(9000, 1, 1, tzinfo=UTC)  # `due_at` of an ask that nobody has to look at again
DAY = timedelta(hours=24)
WEEK = timedelta(days=7)

# From DRAFTED to ACCEPTED: the prompt arrived, but we died before we wrote that down.
NEXT: Mapping[AskState, Collection[AskState]] = {
    AskState.DRAFTED: {AskState.DRAFTED, AskState.SENT, AskState.ACCEPTED, AskState.DROPPED},
    AskState.SENT: {AskState.SENT, AskState.ACCEPTED, AskState.DONE, AskState.DROPPED},
    AskState.ACCEPTED: {AskState.ACCEPTED, AskState.DONE, AskState.DROPPED},
    AskState.DONE: {AskState.DONE},
    AskState.DROPPED: set(),
}

ENDS = {
    Dropped.DECLINED: "it was declined",
    Dropped.NOT_NOW: "it was put off with 'not now'",
    Dropped.PAUSED: "a pause was asked for",
    Dropped.LEFT: "no more messages were wanted",
    Dropped.SILENT: "no answer came in time",
    Dropped.NO_REPLY: "no reply appeared in time",
    Dropped.UNDELIVERABLE: "the message could not be delivered",
    Dropped.CLOSED: "the question was settled meanwhile",
    Dropped.GONE: "the question was deleted",
    Dropped.NOT_ALLOWED: "a limit was reached before it was sent",
}


def drafted(candidate: Candidate, post: Post, *, wave: int, now: datetime) -> Ask:
    return Ask(
        occasion=post.key,
        advocate=candidate.advocate,
        wave=wave,
        thread_key=post.thread_key,
        author_key=post.author_key,
        place_key=post.place_key,
        fit=candidate.fit,
        why=candidate.why,
        drafted_at=now,
        due_at=now,
    )


def sent(ask: Ask, policy: Policy, now: datetime) -> Ask:
    """The first message is out."""
    if ask.state is not AskState.DRAFTED:
        raise StaleError(told(ask))
    return _become(ask, AskState.SENT, sent_at=now, due_at=now + policy.answer_within)


def postponed(ask: Ask, until: datetime) -> Ask:
    """Quiet hours, or a channel that is down: nothing changes but when it is looked at again."""
    if ask.state is AskState.DONE:
        raise StaleError(told(ask))
    return _become(ask, ask.state, due_at=until)


def unanswered(ask: Ask, policy: Policy, now: datetime) -> Ask:
    """No answer by the time it was due: one more reminder is due at once, or the ask is over. Yes,
    but no reply by then: over."""
    if ask.state not in (AskState.SENT, AskState.ACCEPTED):
        raise StaleError(told(ask))
    if now < ask.due_at:
        raise StaleError(f"There is time for an answer until {ask.due_at:%d %B %Y, %H:%M} UTC")
    if ask.state is AskState.ACCEPTED:
        return dropped(ask, Dropped.NO_REPLY, now)
    if ask.reminders >= policy.max_reminders:
        return dropped(ask, Dropped.SILENT, now)
    due_at = now + policy.answer_within
    return _become(ask, AskState.SENT, reminders=ask.reminders + 1, due_at=due_at)


def accepted(ask: Ask, policy: Policy, now: datetime) -> Ask:
    if ask.state is AskState.ACCEPTED:
        raise StaleError(told(ask))
    due_at = now + policy.reply_within
    return _become(ask, AskState.ACCEPTED, due_at=due_at, **_answer(ask, now))


def declined(ask: Ask, now: datetime) -> Ask:
    return _refused(ask, Dropped.DECLINED, now)


def not_now(ask: Ask, now: datetime) -> Ask:
    return _refused(ask, Dropped.NOT_NOW, now)


def paused(ask: Ask, now: datetime) -> Ask:
    return _refused(ask, Dropped.PAUSED, now)


def left(ask: Ask, now: datetime) -> Ask:
    return _refused(ask, Dropped.LEFT, now)


def replied(ask: Ask, *, url: str, verified: bool, now: datetime) -> Ask:
    """A reply was told by link, or seen by ourselves. One that was only told may be told again (the
    link was wrong) and may become verified; one that we saw stands."""
    if ask.state is AskState.DRAFTED or (ask.state is AskState.DONE and ask.verified):
        raise StaleError(told(ask))
    reply_at = ask.reply_at or now
    due_at = (reply_at if verified else now) + DAY
    return _become(
        ask,
        AskState.DONE,
        reply_url=url or ask.reply_url,
        verified=verified,
        reply_at=reply_at,
        look_at=None,
        due_at=due_at,
        **_answer(ask, now),
    )


def dropped(ask: Ask, why: Dropped, now: datetime) -> Ask:  # noqa: ARG001  (all take `now` alike)
    return _become(ask, AskState.DROPPED, dropped_as=why, due_at=NEVER)


def looked_after_day(ask: Ask, up: bool, now: datetime) -> Ask:  # noqa: ARG001, FBT001  (a fact)
    if ask.reply_at is None or ask.up_after_day is not None:
        raise StaleError(told(ask))
    return _become(ask, AskState.DONE, up_after_day=up, due_at=ask.reply_at + WEEK)


def looked_after_week(ask: Ask, up: bool, now: datetime) -> Ask:  # noqa: ARG001, FBT001  (a fact)
    if ask.reply_at is None or ask.up_after_week is not None:
        raise StaleError(told(ask))
    return _become(ask, AskState.DONE, up_after_week=up, due_at=NEVER)


def looked(ask: Ask, again: datetime) -> Ask:
    """The reply was not there yet: nothing changes but when we look for it again."""
    if ask.state is AskState.DROPPED:
        raise StaleError(told(ask))
    return _become(ask, ask.state, look_at=again)


def taken_as_told(ask: Ask) -> Ask:
    """A reply that we were given a link to, but cannot see ourselves: we believe it, and stop."""
    if ask.state is not AskState.DONE or ask.verified:
        raise StaleError(told(ask))
    return _become(ask, AskState.DONE, look_at=NEVER, due_at=NEVER)


def let_be(ask: Ask) -> Ask:
    """A reply that we saw once, and can look at no more: whether it stayed up is not known."""
    if ask.state is not AskState.DONE:
        raise StaleError(told(ask))
    return _become(ask, AskState.DONE, look_at=NEVER, due_at=NEVER)


def told(ask: Ask) -> str:
    """How an ask stands, in one sentence, for the advocate and for the team alike."""
    match ask.state:
        case AskState.DRAFTED:
            return "This ask has not been sent yet"
        case AskState.SENT:
            return "This ask waits for an answer"
        case AskState.ACCEPTED:
            return "This ask was already answered with yes"
        case AskState.DONE:
            return "The reply to this was already seen, thank you"
        case AskState.DROPPED:
            why = f": {ENDS[ask.dropped_as]}" if ask.dropped_as else ""
            return f"This ask is over{why}"


def _answer(ask: Ask, now: datetime) -> dict[str, datetime]:
    """Whoever answers has been asked, even where we died before we wrote that down."""
    return {"sent_at": ask.sent_at or now, "answered_at": ask.answered_at or now}


def _refused(ask: Ask, why: Dropped, now: datetime) -> Ask:
    return _become(ask, AskState.DROPPED, dropped_as=why, due_at=NEVER, **_answer(ask, now))


def _become(ask: Ask, state: AskState, **changes: object) -> Ask:
    if state not in NEXT[ask.state]:
        raise StaleError(told(ask))
    return ask.revised(state=state, **changes)
