"""What an advocate does at the desk, without a door."""

from datetime import timedelta

import pytest

from console.answering import link_problem
from console.desk import Choice, ReplyLinkError
from domain.errors import StaleError
from domain.types import AskState, Dropped, MessageKind, MessageState, Post
from tests.console.house import House
from tests.make import NOW, ask, message, post


@pytest.mark.parametrize(
    ("choice", "state", "dropped_as", "action"),
    [
        ("yes", AskState.ACCEPTED, None, "accepted"),
        ("not_this", AskState.DROPPED, Dropped.DECLINED, "declined"),
        ("not_now", AskState.DROPPED, Dropped.NOT_NOW, "not_now"),
        ("pause", AskState.DROPPED, Dropped.PAUSED, "paused"),
        ("leave", AskState.DROPPED, Dropped.LEFT, "left"),
    ],
)
def test_an_answer_is_kept_and_the_card_tells_it(
    house: House, choice: Choice, state: AskState, dropped_as: Dropped | None, action: str
) -> None:
    asked = house.asked()
    house.store.queue([message(asked.occasion, channel="slack", state=MessageState.SENT)])
    became = house.desk.answer(asked.key, choice)
    assert (became.state, became.dropped_as) == (state, dropped_as)
    assert house.store.ask(asked.key) == became
    assert [(e.actor, e.action) for e in house.store.events(asked.key)] == [
        ("advocate:anna", action)
    ]
    assert [m.about for m in house.store.messages() if m.kind is MessageKind.REDRAW] == [
        asked.occasion
    ]


def test_pausing_and_leaving_are_heard_whatever_became_of_the_ask(house: House) -> None:
    asked = house.asked(state="dropped", dropped_as="silent")
    with pytest.raises(StaleError, match="no answer came in time"):
        house.desk.answer(asked.key, "yes")
    assert house.desk.answer(asked.key, "pause") == asked
    anna = house.store.advocate("anna")
    assert anna
    assert anna.paused_until == NOW + timedelta(days=30)
    assert house.desk.answer(asked.key, "leave") == asked
    anna = house.store.advocate("anna")
    assert anna
    assert anna.left_at == NOW


def test_leaving_ends_all_that_is_under_way(house: House) -> None:
    sent = house.asked(1)
    draft, done = ask(post(2)), ask(post(3), state="done", reply_at=NOW)
    house.store.add_ask(draft)
    house.store.add_ask(done)
    assert house.desk.leave("anna")
    became = {a.key: (a.state, a.dropped_as, a.sent_at) for a in house.store.asks()}
    assert became == {
        sent.key: (AskState.DROPPED, Dropped.LEFT, NOW),
        draft.key: (AskState.DROPPED, Dropped.LEFT, None),
        done.key: (AskState.DONE, None, None),
    }
    assert house.desk.leave("anna")  # twice is once
    assert len(house.store.events("advocate:anna")) == 1


def test_a_told_reply_waits_to_be_verified(house: House) -> None:
    asked = house.asked(state="accepted", answered_at=NOW)
    url = "https://old.reddit.com/r/trades/comments/1/_/c9/"
    became = house.desk.told_reply(asked.key, f" {url}\n")
    assert (became.state, became.reply_url, became.verified) == ("done", url, False)
    assert house.desk.told_reply(asked.key, url.replace("c9", "c8")).reply_url.endswith("c8/")
    with pytest.raises(ReplyLinkError, match=r"leads to evil\.example"):
        house.desk.told_reply(asked.key, "https://evil.example/c9")


REDDIT = post(1)
X = post(2, platform="x", url="https://x.com/ann/status/1")
FORUM = post(3, platform="rss", url="https://forum.example/t/4")
NOWHERE = post(4, platform="hackernews", url="")


@pytest.mark.parametrize(
    ("heard", "url"),
    [
        (REDDIT, "https://www.reddit.com/r/trades/comments/1/_/c9/"),
        (REDDIT, "http://reddit.com/r/trades/comments/1/_/c9"),
        (REDDIT, "https://OLD.reddit.com:443/r/trades/comments/1/_/c9"),
        (X, "https://twitter.com/anna/status/2"),
        (X, "https://mobile.twitter.com/anna/status/2?s=20"),
        (FORUM, "https://forum.example/t/4"),
        (NOWHERE, "https://news.ycombinator.com/item?id=2"),
        (post(5, platform="rss", url=""), "https://anywhere.example/"),
    ],
)
def test_links_that_may_be_the_reply(heard: Post, url: str) -> None:
    assert link_problem(url, heard) == ""


@pytest.mark.parametrize(
    ("heard", "url", "why"),
    [
        (REDDIT, "", "no web address"),
        (REDDIT, "see my profile", "no web address"),
        (REDDIT, "javascript:alert(1)", "no web address"),
        (REDDIT, "https://reddit.com:port/", "no web address"),
        (REDDIT, "https://[reddit.com/", "no web address"),
        (REDDIT, "https://www.reddit.com/" + "a" * 2000, "no web address"),
        (REDDIT, "https://www.reddit.com\\@evil.example/", "no web address"),
        (REDDIT, "https://www.reddit.com/\u202ec9", "no web address"),
        (REDDIT, "https://www.reddit.com@evil.example/", "leads to evil.example"),
        (REDDIT, "https://evilreddit.com/r/trades", "leads to evilreddit.com"),
        (REDDIT, "https://reddit.com.evil.example/", "leads to reddit.com.evil.example"),
        (REDDIT, REDDIT.url, "address of the question"),
        (X, "https://www.reddit.com/r/trades/comments/1/_/c9/", "stands on x.com"),
        (NOWHERE, "https://evil.example/", "stands on news.ycombinator.com"),
    ],
)
def test_links_that_cannot_be_the_reply(heard: Post, url: str, why: str) -> None:
    assert why in link_problem(url, heard)
