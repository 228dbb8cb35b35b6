"""What stays of a post that is forgotten, where people worked on it. Pure.

Nothing of its words, its author and what was made of them stays: no title, text, names, links, nor
what we thought of it. What stays says that there was an opportunity, what people decided, and that
an advocate was asked, since their rest counts from there; under names from which nobody can tell
which post it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import NamedTuple

from domain.types import (
    Ask,
    AskState,
    Assessment,
    Closed,
    Dropped,
    Intent,
    Message,
    MessageKind,
    MessageState,
    Opportunity,
    OpportunityState,
    Post,
    PostState,
    stand_in,
)
from routing import lifecycle
from routing.history import IN_HAND

_UNSENT = (MessageState.QUEUED, MessageState.DEAD)
_TO_ADVOCATES = (MessageKind.PROMPT, MessageKind.REMINDER, MessageKind.THANKS)


class Why(StrEnum):
    DELETED = "deleted"  # its author or the platform took it away, or made it private
    KEPT_LONG_ENOUGH = "kept long enough"


class Stay(NamedTuple):
    post: Post
    assessment: Assessment
    opportunity: Opportunity
    asks: Sequence[tuple[Ask, Ask]]
    messages: Sequence[tuple[Message, Message]]
    new_messages: Sequence[Message]


def stay(
    post: Post,
    opportunity: Opportunity,
    asks: Sequence[Ask],
    messages: Sequence[Message],
    why: Why,
    now: datetime,
) -> Stay | None:
    """None while a message about it is on its way: what arrives must be known before it can be
    taken back."""
    if any(message.state is MessageState.SENDING for message in messages):
        return None
    key = stand_in(post.key)
    renamed = {ask.key: _ask(ask, key, now) for ask in asks}
    names = {post.key: key, **{old: ask.key for old, ask in renamed.items()}}
    kept = [(message, _message(message, names, why)) for message in messages]
    accepted = {ask.key for ask in asks if ask.state is AskState.ACCEPTED}
    return Stay(
        post=_post(post, key, now),
        assessment=_assessment(key),
        opportunity=_opportunity(opportunity, key, why),
        asks=[(ask, renamed[ask.key]) for ask in asks],
        messages=kept,
        new_messages=list(_taken_back(kept, accepted, why, now)),
    )


def _post(post: Post, key: str, now: datetime) -> Post:
    day = datetime.combine(post.posted_at.astimezone(UTC).date(), time(), UTC)
    return Post(
        platform=post.platform,
        community=post.community,
        external_id=key.rpartition(":")[2],
        posted_at=day,
        fetched_at=now,
        state=PostState.GONE,
    )


def _assessment(key: str) -> Assessment:
    scores = {intent: float(intent is Intent.NONE) for intent in Intent}
    return Assessment(post_key=key, model="", intent=Intent.NONE, score=0.0, scores=scores)


def _opportunity(old: Opportunity, key: str, why: Why) -> Opportunity:
    closed = old.closed_as or (Closed.GONE if why is Why.DELETED else Closed.EXPIRED)
    return old.revised(
        post_key=key,
        topic="",
        intent=Intent.NONE,
        components={},
        score=0.0,
        reason="",
        hot=False,
        state=OpportunityState.CLOSED,
        closed_as=closed,
        note="",
        snoozed_until=None,
    )


def _ask(old: Ask, occasion: str, now: datetime) -> Ask:
    over = lifecycle.dropped(old, Dropped.GONE, now) if old.state in IN_HAND else old
    nothing = {"thread_key": "", "author_key": "", "why": "", "reply_url": ""}
    done = {"due_at": lifecycle.NEVER, "look_at": lifecycle.NEVER}
    return over.revised(occasion=occasion, **nothing, **done)


def _message(old: Message, names: Mapping[str, str], why: Why) -> Message:
    about = {"about": names[old.about], "error": ""}
    if old.state in _UNSENT:
        return old.revised(state=MessageState.SUPPRESSED, **{**about, "error": f"{_SAID[why]}"})
    return old.revised(**about)


def _taken_back(
    kept: Sequence[tuple[Message, Message]], accepted: set[str], why: Why, now: datetime
) -> Iterator[Message]:
    """In Slack a line takes the place of what quoted the post. A mail stays where it is, but one
    who has said yes must not go and look for what is not there any more."""
    for old, new in kept:
        if old.state is not MessageState.SENT or old.kind not in {MessageKind.CARD, *_TO_ADVOCATES}:
            continue
        promised = old.kind is MessageKind.PROMPT and old.about in accepted
        if new.channel == "slack" or (promised and why is Why.DELETED):
            yield Message(
                kind=MessageKind.RECALL,
                about=new.key,
                channel=new.channel,
                recipient=new.recipient,
                created_at=now,
                due_at=now,
            )


_SAID = {Why.DELETED: "the post was deleted", Why.KEPT_LONG_ENOUGH: "the post is no longer kept"}
