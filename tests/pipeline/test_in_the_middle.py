"""Things that happen in the middle of others: people change, leave, are erased; threads and
channels fail; a process dies between two statements."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.errors import DeliveryError, SourceError
from domain.types import AskState, Closed, Dropped, MessageState
from notifiers.base import Address, Letter
from pipeline import notify
from routing import review
from tests.make import DAY, HOUR, advocate, ask, post
from tests.pipeline.world import POLICY, World, world_of

QUESTION = post(1)


@pytest.fixture
def world() -> Iterator[World]:
    with world_of("sqlite://") as made:
        made.source.posts = [QUESTION]
        yield made


@pytest.fixture
def drafted(world: World) -> World:
    """Somebody is chosen; the mail is not out yet."""
    world.once()
    world.approve(QUESTION)
    world.step("route", "prompt")
    return world


def changed(world: World, **changes: object) -> None:
    who = world.store.advocate(world.the_ask().advocate)
    assert who
    assert world.store.swap((who, who.revised(**changes)))


@pytest.mark.parametrize(
    ("changes", "dropped_as"),
    [
        ({"left_at": QUESTION.posted_at}, Dropped.LEFT),
        ({"consents": ()}, Dropped.NOT_ALLOWED),
        ({"email": "", "slack_id": ""}, Dropped.NOT_ALLOWED),
        ({"frozen_until": QUESTION.posted_at + 90 * DAY}, Dropped.NOT_ALLOWED),
    ],
)
def test_what_an_advocate_decides_before_the_mail_is_out_is_kept(
    drafted: World, changes: dict[str, object], dropped_as: Dropped
) -> None:
    chosen = drafted.the_ask()
    changed(drafted, **changes)
    drafted.step("notify")
    assert drafted.email.sent == []
    assert len(drafted.slack.sent) == 1  # the card; never a prompt into the team's channel
    after = drafted.store.ask(chosen.key)
    assert after
    assert after.dropped_as is dropped_as


def test_no_reminder_goes_to_one_who_has_withdrawn(drafted: World) -> None:
    drafted.step("notify")
    changed(drafted, consents=())
    drafted.later(POLICY.answer_within)
    drafted.step("follow_up", "notify")
    assert len(drafted.email.sent) == 1


def test_an_opportunity_closed_meanwhile_asks_nobody(drafted: World) -> None:
    old = drafted.store.opportunity(QUESTION.key)
    assert old
    drafted.store.swap((old, review.locked(old, drafted.now)))
    drafted.step("notify")
    assert drafted.email.sent == []
    [dropped] = drafted.asks(AskState.DROPPED)
    assert dropped.dropped_as is Dropped.CLOSED


def test_an_advocate_erased_while_being_chosen_leaves_nothing_behind(world: World) -> None:
    late = ask(QUESTION, "nobody", drafted_at=world.now, due_at=world.now)
    world.store.add_ask(late)
    world.step("prompt", "notify")
    assert world.store.asks() == []
    assert world.email.sent == []


def test_a_thread_that_can_never_be_read_does_not_hold_an_ask_for_ever(drafted: World) -> None:
    drafted.step("notify")
    first = drafted.the_ask()
    drafted.source.error = SourceError("403: private now")
    for _ in range(8):
        drafted.later(DAY)
        drafted.step("follow_up", "notify")
    gone = drafted.store.ask(first.key)
    assert gone
    assert gone.dropped_as is Dropped.SILENT


def test_a_draft_whose_mail_is_written_down_as_sent_is_not_left_a_draft(drafted: World) -> None:
    [queued] = drafted.store.messages(states=[MessageState.QUEUED])
    sent = queued.revised(state=MessageState.SENT, sent_at=drafted.now)
    drafted.store.swap((queued, sent))  # and here the ask's half was lost
    drafted.later(HOUR)
    drafted.step("prompt")
    assert drafted.the_ask().state is AskState.SENT


def test_words_that_cannot_be_made_do_not_hold_up_the_others(
    drafted: World, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaks:
        def opportunity(self, key: str) -> str:
            return f"http://board.example/o/{key}"

        def ask(self, key: str) -> str:
            raise ZeroDivisionError(key)

        def unsubscribe(self, who: str) -> str:
            return f"http://board.example/u/{who}"

    object.__setattr__(drafted.kit, "links", Breaks())
    drafted.source.posts.append(post(2, text="And which of them for two?"))
    drafted.later(drafted.source.every)
    drafted.step("listen", "classify", "notify")
    assert f"card:{post(2).key}" in drafted.slack.keys
    [waits] = drafted.store.messages(states=[MessageState.QUEUED])
    assert "ZeroDivisionError" in waits.error
    assert "cannot be written" in caplog.text


def test_a_notifier_that_breaks_makes_a_dead_letter_and_no_hole(world: World) -> None:
    class Breaks(type(world.slack)):  # type: ignore[misc]
        def send(self, to: Address, letter: Letter) -> str:
            raise KeyError("ts")

    world.slack.__class__ = Breaks
    world.once()
    [dead] = world.store.messages(states=[MessageState.DEAD])
    assert "KeyError" in dead.error


def test_a_silent_channel_is_asked_once_a_round(world: World) -> None:
    world.source.posts = [post(n, text=f"And for {n} people?") for n in range(1, 6)]
    world.slack.errors = [DeliveryError("no answer", unknown=True)]
    world.once()
    assert world.slack.sent == []
    notify.recover(world.kit, world.now, claimed_before=world.now)
    world.step("notify")
    assert len(world.slack.sent) == len(set(world.slack.keys)) == 5


def test_after_a_week_without_power_nothing_old_is_asked() -> None:
    with world_of("sqlite://") as world:
        world.source.posts = [QUESTION]
        world.once()
        world.approve(QUESTION)
        world.step("route", "prompt")
        world.later(POLICY.expire_after + timedelta(hours=1))
        world.once(times=2)
        assert world.email.sent == []
        closed = world.store.opportunity(QUESTION.key)
        assert closed
        assert closed.closed_as is Closed.EXPIRED


def test_a_pause_is_no_reason_to_wait_for_weeks_while_others_could_help() -> None:
    people = [advocate("anna"), advocate("bo")]
    with world_of("sqlite://", *people) as world:
        world.source.posts = [QUESTION]
        world.once()
        world.approve(QUESTION)
        world.step("route", "prompt")
        first = world.the_ask().advocate
        changed(world, paused_until=world.now + 3 * DAY)
        world.once(times=2)
        assert [k for k in world.email.keys if k.startswith("prompt")] == [
            f"prompt:{QUESTION.key}@{'bo' if first == 'anna' else 'anna'}"
        ]


def test_one_who_answers_late_is_not_followed_by_a_second(drafted: World) -> None:
    drafted.step("notify")
    first = drafted.the_ask()
    drafted.later(POLICY.answer_within)
    drafted.step("follow_up", "notify")
    drafted.later(POLICY.answer_within)
    drafted.step("follow_up")  # silent: let go
    drafted.reply(QUESTION, f"{first.advocate}_r")  # and then they write after all
    drafted.step("route", "prompt", "notify")
    assert {ask.advocate for ask in drafted.store.asks()} == {first.advocate}
    closed = drafted.store.opportunity(QUESTION.key)
    assert closed
    assert closed.closed_as is Closed.ANSWERED


def test_only_those_whom_a_channel_reaches_are_weighed() -> None:
    in_slack = advocate("cy", slack_id="U0CY", email="")
    with world_of("sqlite://", advocate("anna"), advocate("bo"), in_slack) as world:
        object.__setattr__(world.kit.settings, "notifiers", {"slack": world.slack})
        world.source.posts = [QUESTION]
        world.once()
        world.approve(QUESTION)
        world.once(times=3)
        assert [ask.advocate for ask in world.store.asks()] == ["cy"]
        assert world.slack.sent[-1][0].slack == "U0CY"
