from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import StaleError
from domain.types import Ask, AskState, Candidate, Dropped
from routing import lifecycle
from routing.lifecycle import NEVER, NEXT
from routing.policy import Policy
from tests.make import DAY, HOUR, NOW, post

POLICY = Policy()
HEARD = post()
DRAFTED = lifecycle.drafted(
    Candidate(advocate="anna", fit=0.5, components={"rested": 0.5}, why="Same region"),
    HEARD,
    wave=2,
    now=NOW,
)
SENT = lifecycle.sent(DRAFTED, POLICY, NOW)
ACCEPTED = lifecycle.accepted(SENT, POLICY, NOW + HOUR)
TOLD = lifecycle.replied(ACCEPTED, url="https://r.example/1", verified=False, now=NOW + DAY)
SEEN = lifecycle.replied(ACCEPTED, url="https://r.example/1", verified=True, now=NOW + DAY)
DECLINED = lifecycle.declined(SENT, NOW + HOUR)


def test_a_draft_remembers_the_post_the_fit_and_the_wave() -> None:
    assert DRAFTED.key == f"{HEARD.key}@anna"
    assert DRAFTED.thread_key == HEARD.thread_key
    assert DRAFTED.author_key == HEARD.author_key
    assert DRAFTED.place_key == "reddit:r/trades"
    assert (DRAFTED.fit, DRAFTED.why, DRAFTED.wave) == (0.5, "Same region", 2)
    assert DRAFTED.due_at == NOW


def test_from_the_draft_to_a_reply_that_is_still_up_after_a_week() -> None:
    assert SENT.due_at == NOW + POLICY.answer_within
    assert ACCEPTED.due_at == NOW + HOUR + POLICY.reply_within
    assert SEEN.due_at == NOW + 2 * DAY
    after_day = lifecycle.looked_after_day(SEEN, True, NOW + 2 * DAY)
    assert after_day.due_at == NOW + 8 * DAY
    after_week = lifecycle.looked_after_week(after_day, False, NOW + 8 * DAY)
    assert after_week.due_at == NEVER
    assert (after_week.up_after_day, after_week.up_after_week) == (True, False)
    assert after_week.state is AskState.DONE


def test_no_answer_is_one_reminder_and_then_the_end() -> None:
    with pytest.raises(StaleError, match="There is time for an answer until"):
        lifecycle.unanswered(SENT, POLICY, SENT.due_at - timedelta(seconds=1))
    reminded = lifecycle.unanswered(SENT, POLICY, SENT.due_at)
    assert (reminded.state, reminded.reminders) == (AskState.SENT, 1)
    assert reminded.due_at == SENT.due_at + POLICY.answer_within
    over = lifecycle.unanswered(reminded, POLICY, reminded.due_at)
    assert over.dropped_as is Dropped.SILENT
    assert over.due_at == NEVER


def test_without_reminders_silence_ends_at_once() -> None:
    over = lifecycle.unanswered(SENT, Policy(max_reminders=0), SENT.due_at)
    assert over.dropped_as is Dropped.SILENT


def test_a_yes_without_a_reply_ends() -> None:
    over = lifecycle.unanswered(ACCEPTED, POLICY, ACCEPTED.due_at)
    assert over.dropped_as is Dropped.NO_REPLY


@pytest.mark.parametrize("was", [DRAFTED, SENT, ACCEPTED])
def test_postponing_changes_only_when_it_is_looked_at(was: Ask) -> None:
    later = lifecycle.postponed(was, NOW + DAY)
    assert later == was.model_copy(update={"due_at": NOW + DAY, "version": was.version + 1})


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lifecycle.declined, Dropped.DECLINED),
        (lifecycle.not_now, Dropped.NOT_NOW),
        (lifecycle.paused, Dropped.PAUSED),
        (lifecycle.left, Dropped.LEFT),
    ],
)
@pytest.mark.parametrize("was", [DRAFTED, SENT, ACCEPTED])
def test_every_no_is_taken_at_any_time(answer: Callable[..., Ask], why: Dropped, was: Ask) -> None:
    over = answer(was, NOW + 2 * HOUR)
    assert (over.state, over.dropped_as) == (AskState.DROPPED, why)
    assert over.sent_at is not None  # whoever says no was asked, and it counts for their rest
    assert over.answered_at is not None


def test_a_yes_counts_even_where_we_died_before_noting_that_it_was_sent() -> None:
    accepted = lifecycle.accepted(DRAFTED, POLICY, NOW)
    assert (accepted.state, accepted.sent_at) == (AskState.ACCEPTED, NOW)
    with pytest.raises(StaleError):
        lifecycle.sent(accepted, POLICY, NOW)


def test_a_told_link_may_be_corrected_and_verified_but_not_undone() -> None:
    corrected = lifecycle.replied(
        TOLD, url="https://r.example/2", verified=False, now=NOW + 2 * DAY
    )
    assert corrected.reply_url == "https://r.example/2"
    verified = lifecycle.replied(corrected, url="", verified=True, now=NOW + 2 * DAY)
    assert verified.verified
    assert verified.reply_url == "https://r.example/2"
    assert verified.reply_at == TOLD.reply_at
    with pytest.raises(StaleError, match="already seen, thank you"):
        lifecycle.replied(verified, url="https://r.example/3", verified=False, now=NOW)


def test_a_reply_without_a_yes_is_a_reply() -> None:
    done = lifecycle.replied(SENT, url="https://r.example/1", verified=True, now=NOW + HOUR)
    assert (done.state, done.answered_at) == (AskState.DONE, NOW + HOUR)


def test_only_a_web_address_is_a_link() -> None:
    with pytest.raises(ValidationError, match="http or https"):
        lifecycle.replied(SENT, url="javascript:alert(1)", verified=False, now=NOW)


def test_looking_comes_once() -> None:
    looked = lifecycle.looked_after_day(SEEN, True, NOW + 2 * DAY)
    with pytest.raises(StaleError):
        lifecycle.looked_after_day(looked, False, NOW + 3 * DAY)
    with pytest.raises(StaleError):
        lifecycle.looked_after_day(ACCEPTED, True, NOW)


@pytest.mark.parametrize(
    ("was", "told"),
    [
        (DECLINED, "This ask is over: it was declined"),
        (lifecycle.dropped(SENT, Dropped.GONE, NOW), "This ask is over: the question was deleted"),
        (SEEN, "The reply to this was already seen, thank you"),
        (ACCEPTED, "This ask was already answered with yes"),
    ],
)
def test_whoever_is_late_is_told_how_it_stands(was: Ask, told: str) -> None:
    with pytest.raises(StaleError, match=f"^{told}$"):
        lifecycle.accepted(was, POLICY, NOW)


@pytest.mark.parametrize("was", [SENT, ACCEPTED, TOLD])
def test_looking_for_the_reply_changes_only_when_to_look_again(was: Ask) -> None:
    again = lifecycle.looked(was, NOW + HOUR)
    assert again == was.model_copy(update={"look_at": NOW + HOUR, "version": was.version + 1})


def test_a_link_that_is_never_confirmed_is_taken_as_told() -> None:
    done = lifecycle.taken_as_told(TOLD)
    assert (done.state, done.verified, done.due_at) == (AskState.DONE, False, NEVER)


def test_a_new_link_is_looked_for_again() -> None:
    done = lifecycle.taken_as_told(TOLD)
    again = lifecycle.replied(done, url="https://r.example/2", verified=False, now=NOW + 3 * DAY)
    assert (again.look_at, again.due_at) == (None, NOW + 4 * DAY)


def test_every_end_has_words() -> None:
    assert set(lifecycle.ENDS) == set(Dropped)


# What may follow what, whoever does what in which order

MOVES: tuple[Callable[[Ask], Ask], ...] = (
    lambda a: lifecycle.sent(a, POLICY, NOW),
    lambda a: lifecycle.postponed(a, NOW + DAY),
    lambda a: lifecycle.unanswered(a, POLICY, a.due_at),
    lambda a: lifecycle.accepted(a, POLICY, NOW),
    lambda a: lifecycle.declined(a, NOW),
    lambda a: lifecycle.paused(a, NOW),
    lambda a: lifecycle.replied(a, url="https://r.example/1", verified=False, now=NOW),
    lambda a: lifecycle.replied(a, url="", verified=True, now=NOW),
    lambda a: lifecycle.dropped(a, Dropped.CLOSED, NOW),
    lambda a: lifecycle.looked_after_day(a, True, NOW),
    lambda a: lifecycle.looked_after_week(a, False, NOW),
    lambda a: lifecycle.looked(a, NOW + HOUR),
    lifecycle.taken_as_told,
)


def walk(moves: list[int]) -> Iterator[tuple[Ask, Ask]]:
    ask = DRAFTED
    for move in moves:
        try:
            became = MOVES[move](ask)
        except StaleError:
            continue
        yield ask, became
        ask = became


@given(st.lists(st.integers(0, len(MOVES) - 1), max_size=12))
def test_only_legal_moves_whatever_the_order(moves: list[int]) -> None:
    for was, became in walk(moves):
        assert became.state in NEXT[was.state]
        assert became.version == was.version + 1
        assert became.key == was.key
        assert (became.dropped_as is not None) == (became.state is AskState.DROPPED)
        assert became.reminders <= POLICY.max_reminders
        assert became.verified or not was.verified  # what we saw ourselves is never unseen
        if became.state in (AskState.SENT, AskState.ACCEPTED, AskState.DONE):
            assert became.sent_at is not None
        if became.state is AskState.DONE:
            assert became.reply_at is not None
