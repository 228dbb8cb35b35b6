"""The chain, step by step, with a fake source, model and channels on a real SQLite."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.errors import ClassifierError, DeliveryError, SourceError
from domain.types import (
    AskState,
    Closed,
    Dropped,
    MessageKind,
    MessageState,
    OpportunityState,
)
from pipeline import notify
from pipeline.steps import attempt, once
from routing import delivery
from routing.health import ALARM_AFTER
from tests.fakes import FakeListener
from tests.make import DAY, HOUR, advocate, post
from tests.pipeline.world import POLICY, World, world_of

QUESTION = post(1)
PRAISE = post(2, title="Fernhill is great", text="Best thing we bought this year.")


@pytest.fixture
def world() -> Iterator[World]:
    with world_of("sqlite://") as made:
        made.source.posts = [QUESTION, PRAISE]
        yield made


@pytest.fixture
def asked(world: World) -> World:
    """Somebody was asked: the mail is out."""
    world.once()
    world.approve(QUESTION)
    world.once()
    return world


def test_a_question_becomes_a_card_and_an_ordinary_post_does_not(world: World) -> None:
    world.once()
    [opportunity] = world.store.opportunities(OpportunityState.OPEN)
    assert opportunity.key == QUESTION.key
    assert world.slack.keys == [f"card:{QUESTION.key}"]
    assert world.email.keys == []


def test_nobody_is_asked_before_a_person_has_approved(world: World) -> None:
    world.once(times=3)
    assert world.store.asks() == []


def test_an_approved_question_reaches_one_advocate_once(asked: World) -> None:
    asked.once(times=3)
    ask = asked.the_ask()
    assert ask.state is AskState.SENT
    assert asked.email.keys == [f"prompt:{ask.key}"]
    [(to, letter)] = asked.email.sent
    assert to.email == f"{ask.advocate}@customer.example"
    assert letter.unsubscribe_url == f"http://board.example/u/{ask.advocate}"


def test_the_reply_is_seen_by_its_handle_and_thanked_once(asked: World) -> None:
    ask = asked.the_ask()
    asked.answer_yes(ask)
    asked.later(HOUR)
    asked.reply(QUESTION, f"{ask.advocate}_R".upper())
    asked.once(times=3)
    done = asked.the_ask()
    assert (done.state, done.verified) == (AskState.DONE, True)
    assert asked.email.keys == [f"prompt:{ask.key}", f"thanks:{ask.key}"]
    closed = asked.store.opportunity(QUESTION.key)
    assert closed
    assert closed.closed_as is Closed.ANSWERED


def test_a_reply_without_a_word_to_us_is_seen_before_the_reminder(asked: World) -> None:
    asked.reply(QUESTION, f"{asked.the_ask().advocate}_r")
    asked.later(POLICY.answer_within)
    asked.once()
    assert asked.the_ask().state is AskState.DONE
    assert not any("reminder" in key for key in asked.email.keys)


def test_silence_brings_one_reminder_then_the_next_advocate(asked: World) -> None:
    first = asked.the_ask()
    asked.later(POLICY.answer_within)
    asked.once(times=2)
    asked.later(POLICY.answer_within)
    asked.once(times=3)
    second = asked.the_ask()
    assert {first.advocate, second.advocate} == {"anna", "bo"}
    assert asked.email.keys == [
        f"prompt:{first.key}",
        f"reminder:{first.key}:1",
        f"prompt:{second.key}",
    ]
    dropped = asked.store.ask(first.key)
    assert dropped
    assert dropped.dropped_as is Dropped.SILENT
    assert second.wave == 2


def test_a_no_goes_to_the_next_and_after_all_have_said_no_the_card_says_so(asked: World) -> None:
    asked.decline(asked.the_ask())
    asked.once()
    asked.decline(asked.the_ask())
    asked.once(times=2)
    assert asked.asks(AskState.DRAFTED, AskState.SENT) == []
    kept = asked.store.opportunity(QUESTION.key)
    assert kept
    assert (kept.state, kept.note) == (
        OpportunityState.APPROVED,
        "Nobody fits: somebody for the recruiting list",
    )
    assert asked.slack.updated


def test_yes_without_a_reply_is_let_go_when_its_time_is_over(asked: World) -> None:
    ask = asked.the_ask()
    asked.answer_yes(ask)
    asked.later(POLICY.reply_within + HOUR)
    asked.step("follow_up")
    gone = asked.store.ask(ask.key)
    assert gone
    assert gone.dropped_as is Dropped.NO_REPLY


def test_a_reply_is_looked_for_at_the_pace_of_the_policy(asked: World) -> None:
    asked.answer_yes(asked.the_ask())
    asked.step("follow_up")
    asked.reply(QUESTION, f"{asked.the_ask().advocate}_r")
    asked.step("follow_up")
    assert asked.the_ask().state is AskState.ACCEPTED
    asked.later(POLICY.look_every)
    asked.step("follow_up")
    assert asked.the_ask().state is AskState.DONE


def test_a_reply_is_looked_at_again_after_a_day_and_a_week(asked: World) -> None:
    asked.answer_yes(asked.the_ask())
    asked.reply(QUESTION, f"{asked.the_ask().advocate}_r")
    asked.step("follow_up")
    asked.later(DAY)
    asked.step("follow_up")
    asked.source.in_thread.clear()  # taken down
    asked.later(6 * DAY)
    asked.step("follow_up")
    done = asked.the_ask()
    assert (done.up_after_day, done.up_after_week) == (True, False)


def test_a_question_nobody_decided_closes_by_itself(world: World) -> None:
    world.once()
    world.later(POLICY.expire_after)
    world.once()
    closed = world.store.opportunity(QUESTION.key)
    assert closed
    assert closed.closed_as is Closed.EXPIRED


def test_a_pause_between_choosing_and_sending_is_kept(world: World) -> None:
    world.once()
    world.approve(QUESTION)
    world.step("route", "prompt")
    ask = world.the_ask()
    who = world.store.advocate(ask.advocate)
    assert who
    world.store.swap((who, who.revised(paused_until=world.now + 90 * DAY)))
    world.step("notify")
    assert world.email.sent == []
    dropped = world.store.ask(ask.key)
    assert dropped
    assert dropped.dropped_as is Dropped.NOT_ALLOWED


def test_quiet_hours_hold_a_mail_back_until_morning() -> None:
    sleeper = advocate("cy", time_zone="Australia/Sydney")  # 02:00 there
    with world_of("sqlite://", sleeper) as world:
        world.source.posts = [QUESTION]
        world.once()
        world.approve(QUESTION)
        world.once()
        assert world.store.asks() == []
        world.later(7 * HOUR)
        world.once()
        assert world.email.keys == [f"prompt:{QUESTION.key}@cy"]


def test_where_nobody_can_be_written_to_nobody_is_used_up(world: World) -> None:
    object.__setattr__(world.kit.settings, "notifiers", {"log": world.slack})
    world.once()
    world.approve(QUESTION)
    world.once()
    assert world.store.asks() == []
    kept = world.store.opportunity(QUESTION.key)
    assert kept
    assert kept.note == "Nobody can be written to: set up [email] or [slack]"


# ------------------------------------------------------------------ failures


def test_a_broken_source_waits_longer_and_does_not_stop_the_others() -> None:
    broken = FakeListener(name="broken", error=SourceError("429", retry_after=2 * HOUR))
    buggy = FakeListener(name="buggy", error=KeyError("title"))
    with world_of("sqlite://", more_sources=[broken, buggy]) as world:
        world.source.posts = [QUESTION]
        assert world.step("listen") == 1
        due = world.store.source("broken").due_at
        assert due
        assert due >= world.now + 2 * HOUR
        assert "429" in world.store.source("broken").last_error
        assert "title" in world.store.source("buggy").last_error
        assert world.store.source("trades").failures == 0
        world.step("listen")
        assert broken.reads == 1


def test_ops_is_told_once_of_a_source_that_keeps_failing() -> None:
    with world_of("sqlite://") as world:
        world.source.error = SourceError("503 from the platform")
        for _ in range(ALARM_AFTER + 2):
            world.step("listen", "notify")
            due = world.store.source("trades").due_at
            assert due
            world.now = due
        [(_, letter)] = world.slack.sent
        assert "503 from the platform" in letter.text


def test_a_model_that_cannot_run_leaves_posts_waiting(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.classifier.error = ClassifierError("model: damaged; run `make train`")
    done = once(world.kit, world.now)
    assert (done["listen"], done["classify"], done["notify"]) == (2, None, 0)
    assert len(world.store.posts_to_assess(10)) == 2
    assert "step=classify waits: model: damaged; run `make train`" in caplog.text


def test_a_bug_in_a_step_stops_that_step_only(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.step("listen")
    world.classifier.error = ZeroDivisionError("oh")
    with caplog.at_level(logging.ERROR):
        assert attempt("classify", world.kit, world.now) is None
    assert "step=classify is broken" in caplog.text


def test_a_channel_that_is_down_is_tried_again_later_and_says_it_once(world: World) -> None:
    world.slack.errors = [DeliveryError("ratelimited", retry_after=timedelta(minutes=3))]
    world.once()
    assert world.slack.sent == []
    world.later(timedelta(minutes=2))
    world.step("notify")
    assert world.slack.sent == []
    world.later(timedelta(minutes=1))
    world.step("notify")
    assert world.slack.keys == [f"card:{QUESTION.key}"]


def test_a_dead_address_ends_the_ask_and_the_next_advocate_is_asked(world: World) -> None:
    world.once()
    world.approve(QUESTION)
    world.email.errors = [DeliveryError("550 no such user", permanent=True)]
    world.once(times=2)
    [dropped] = world.asks(AskState.DROPPED)
    assert dropped.dropped_as is Dropped.UNDELIVERABLE
    [dead] = world.store.messages(states=[MessageState.DEAD])
    assert dead.error == "550 no such user"
    assert world.email.keys == [f"prompt:{world.the_ask().key}"]


def test_a_message_is_given_up_after_so_many_tries_and_ops_can_retry_it(world: World) -> None:
    world.slack.errors = [DeliveryError("500")] * POLICY.max_delivery_failures
    world.once()
    for _ in range(POLICY.max_delivery_failures):
        world.later(2 * HOUR)
        world.step("notify")
    [dead] = world.store.messages(states=[MessageState.DEAD])
    assert dead.kind is MessageKind.CARD
    assert world.store.swap((dead, delivery.retried(dead, world.now)))
    world.step("notify")
    assert world.slack.keys == [f"card:{QUESTION.key}"]


# ------------------------------------------------------------------ crashes


def test_slack_is_asked_after_a_crash_and_nothing_is_said_twice(world: World) -> None:
    world.slack.lost_answer = True
    world.once()
    assert [m.state for m in world.store.messages()] == [MessageState.SENDING]
    notify.recover(world.kit, world.now, claimed_before=world.now)
    world.once()
    [card] = world.store.messages()
    assert (card.state, card.provider_id) == (MessageState.SENT, "slack:1")
    assert len(world.slack.sent) == 1


def test_what_slack_never_got_is_sent_after_a_crash(world: World) -> None:
    world.step("listen", "classify")
    [card] = world.store.messages()
    claimed = card.revised(state=MessageState.SENDING, claimed_at=world.now, attempts=1)
    world.store.swap((card, claimed))  # and here the process died
    world.step("notify")
    assert world.slack.sent == []  # its sender may be alive
    notify.recover(world.kit, world.now, claimed_before=world.now)
    world.step("notify")
    assert world.slack.keys == [f"card:{QUESTION.key}"]


def test_a_mail_whose_fate_nobody_knows_counts_as_sent(world: World) -> None:
    world.email.can_be_asked = False
    world.email.lost_answer = True
    world.once()
    world.approve(QUESTION)
    world.once()
    ask = world.the_ask()
    assert ask.state is AskState.DRAFTED
    notify.recover(world.kit, world.now, claimed_before=world.now)
    world.once(times=2)
    assert world.the_ask().state is AskState.SENT
    assert world.email.keys == [f"prompt:{ask.key}"]


def test_an_answer_that_comes_before_we_wrote_down_the_sending_wins(world: World) -> None:
    world.email.lost_answer = True
    world.once()
    world.approve(QUESTION)
    world.once()
    world.answer_yes(world.the_ask())  # the mail is there, and they are quick
    notify.recover(world.kit, world.now, claimed_before=world.now)
    assert world.the_ask().state is AskState.ACCEPTED
    assert all(m.state is not MessageState.SENDING for m in world.store.messages())
