"""What stays of a forgotten post: that people worked on it, and nothing that tells which it was."""

import json
from typing import Any

import pytest

from domain.types import (
    FORGOTTEN,
    Ask,
    AskState,
    Closed,
    Dropped,
    Message,
    MessageKind,
    MessageState,
    OpportunityState,
    Post,
    stand_in,
)
from routing import forgetting
from routing.forgetting import Stay, Why
from tests.make import DAY, NOW, ask, message, opportunity, post

SECRETIVE = post(
    77,
    external_id="t3_zq77",
    thread_id="t3_zq77",
    url="https://www.reddit.com/r/trades/comments/zq77/",
    author="quillfeather",
    author_id="t2_quill",
    title="Fernhill or Brackwater for a quarry?",
    text="We run a slate quarry in Nantlle.",
)
TELLTALE = ("zq77", "quill", "quarry", "slate", "nantlle", "brackwater")
WORTH = opportunity(
    SECRETIVE, topic="Brackwater", reason="Weighs Brackwater", note="a quarry, ask Ann"
)


def asked(state: AskState, **given: Any) -> Ask:
    return ask(
        SECRETIVE, why="also runs a quarry", reply_url=f"{SECRETIVE.url}x/", **given
    ).revised(state=state)


def said(kind: MessageKind, about: str, state: MessageState, **given: Any) -> Message:
    return message(about, kind=kind, state=state, error="zq77 cannot be sent", **given)


def stay(*asks: Ask, messages: tuple[Message, ...] = (), why: Why = Why.DELETED) -> Stay:
    found = forgetting.stay(SECRETIVE, WORTH, asks, messages, why, NOW)
    assert found
    return found


def words(found: Stay) -> str:
    values = [found.post, found.assessment, found.opportunity, *found.new_messages]
    values += [new for _, new in (*found.asks, *found.messages)]
    return json.dumps([v.model_dump(mode="json") for v in values]).lower()


@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("state", AskState)
def test_nothing_tells_which_post_it_was(state: AskState, why: Why) -> None:
    one = asked(state)
    found = stay(
        one,
        messages=(
            said(MessageKind.CARD, WORTH.key, MessageState.SENT, channel="slack"),
            said(MessageKind.PROMPT, one.key, MessageState.SENT, channel="slack", recipient="anna"),
            said(MessageKind.REMINDER, one.key, MessageState.QUEUED, recipient="anna"),
        ),
        why=why,
    )
    assert not [word for word in TELLTALE if word in words(found)]


def test_what_stays_goes_by_a_name_that_follows_from_the_key() -> None:
    found = stay(asked(AskState.SENT))
    assert found.post.key == found.opportunity.key == stand_in(SECRETIVE.key)
    assert FORGOTTEN in found.post.key
    [(_, new)] = found.asks
    assert new.key == f"{stand_in(SECRETIVE.key)}@anna"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (AskState.DRAFTED, AskState.DROPPED),
        (AskState.SENT, AskState.DROPPED),
        (AskState.ACCEPTED, AskState.DROPPED),
        (AskState.DONE, AskState.DONE),
        (AskState.DROPPED, AskState.DROPPED),
    ],
)
def test_an_ask_in_hand_ends_and_one_that_is_over_stays_so(
    before: AskState, after: AskState
) -> None:
    [(_, new)] = stay(asked(before)).asks
    assert new.state is after
    assert (new.dropped_as is Dropped.GONE) == (before not in (AskState.DONE, AskState.DROPPED))
    assert (new.thread_key, new.author_key, new.why, new.reply_url) == ("", "", "", "")


def test_that_somebody_was_asked_still_counts_for_their_rest() -> None:
    [(_, new)] = stay(asked(AskState.SENT, sent_at=NOW - DAY)).asks
    assert (new.advocate, new.sent_at, new.place_key) == ("anna", NOW - DAY, "reddit:r/trades")


@pytest.mark.parametrize(
    ("closed_as", "why", "after"),
    [
        (None, Why.DELETED, Closed.GONE),
        (Closed.ANSWERED, Why.DELETED, Closed.ANSWERED),
        (Closed.DISMISSED, Why.KEPT_LONG_ENOUGH, Closed.DISMISSED),
    ],
)
def test_how_an_opportunity_ended_stays(closed_as: Closed | None, why: Why, after: Closed) -> None:
    state = OpportunityState.CLOSED if closed_as else OpportunityState.OPEN
    old = WORTH.revised(state=state, closed_as=closed_as)
    found = forgetting.stay(SECRETIVE, old, (), (), why, NOW)
    assert found
    assert (found.opportunity.state, found.opportunity.closed_as) == (
        OpportunityState.CLOSED,
        after,
    )


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.DEAD])
def test_what_was_not_sent_is_not_sent_any_more(state: MessageState) -> None:
    found = stay(messages=(said(MessageKind.CARD, WORTH.key, state),))
    [(_, new)] = found.messages
    assert (new.state, new.error) == (MessageState.SUPPRESSED, "the post was deleted")
    assert found.new_messages == []


def test_while_something_about_it_is_on_its_way_it_waits() -> None:
    on_its_way = said(MessageKind.CARD, WORTH.key, MessageState.SENDING)
    assert forgetting.stay(SECRETIVE, WORTH, (), (on_its_way,), Why.DELETED, NOW) is None


def taken_back(channel: str, ask_state: AskState, why: Why = Why.DELETED) -> list[str]:
    one = asked(ask_state)
    sent = (
        said(MessageKind.CARD, WORTH.key, MessageState.SENT, channel="slack"),
        said(MessageKind.PROMPT, one.key, MessageState.SENT, channel=channel, recipient="anna"),
    )
    found = stay(one, messages=sent, why=why)
    assert {m.kind for m in found.new_messages} <= {MessageKind.RECALL}
    return [f"{m.channel}:{m.about.partition(':')[0]}" for m in found.new_messages]


def test_slack_shows_a_line_instead_and_who_promised_by_mail_is_told() -> None:
    assert taken_back("slack", AskState.SENT) == ["slack:card", "slack:prompt"]
    assert taken_back("email", AskState.SENT) == ["slack:card"]
    assert taken_back("email", AskState.ACCEPTED) == ["slack:card", "email:prompt"]
    assert taken_back("email", AskState.ACCEPTED, Why.KEPT_LONG_ENOUGH) == ["slack:card"]


def test_a_post_that_is_told_by_its_day_only() -> None:
    found = stay()
    assert isinstance(found.post, Post)
    assert found.post.posted_at.time().isoformat() == "00:00:00"
    assert found.post.community == "r/trades"
