"""A post that its author takes back leaves us too, wherever it has got to by then."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Storage
from domain.errors import DeliveryError, SourceError
from domain.types import (
    Ask,
    AskState,
    Closed,
    Dropped,
    MessageKind,
    MessageState,
    OpportunityState,
    Post,
    PostState,
    stand_in,
)
from listeners.base import Batch
from listeners.meter import Meter
from pipeline import sweep
from routing.forgetting import Why
from tests.fakes import FakeMetered, FakeRechecker
from tests.make import DAY, HOUR, advocate, post
from tests.pipeline.world import World, world_of

QUESTION = post(
    1, text="We are a slate quarry in Nantlle. Which of the two?", author="quillfeather"
)
CHATTER = post(2, title="Nice weather", text="Nothing else to say about it today.")
TRACES = ("quarry", "Nantlle", "quillfeather", "t3_1", "comments/1")


@pytest.fixture
def source() -> FakeRechecker:
    return FakeRechecker(posts=[QUESTION, CHATTER])


@pytest.fixture
def world(source: FakeRechecker, tmp_path: Path) -> Iterator[World]:
    with world_of(f"sqlite:///{tmp_path}/goodword.db", source=source) as made:
        yield made


def delete(world: World, *posts: Post) -> None:
    assert isinstance(world.source, FakeRechecker)
    world.source.gone |= {p.key for p in posts}


def edit(world: World, old: Post, **changes: object) -> None:
    assert isinstance(world.source, FakeRechecker)
    said = {"state": PostState.EDITED, **changes}
    world.source.edited[old.key] = old.model_copy(update=said)


def sent(world: World) -> Ask:
    """Somebody was asked: the mail is out."""
    world.once()
    world.approve(QUESTION)
    world.once()
    return world.the_ask()


def ended(world: World) -> Ask:
    [ask] = world.store.asks()
    return ask


def on_disk(tmp_path: Path) -> list[str]:
    said = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    return [trace for trace in TRACES if trace.encode() in said]


def test_an_open_card_becomes_a_line_and_nothing_is_left(world: World, tmp_path: Path) -> None:
    world.once()
    delete(world, QUESTION)
    world.later(25 * HOUR)
    world.once(times=2)
    [(where, letter)] = world.slack.updated
    assert where == "slack:1"
    assert letter.subject == "This post was deleted"
    assert not [trace for trace in TRACES if trace in letter.model_dump_json()]
    gone = world.store.opportunity(QUESTION.key)
    assert gone
    assert (gone.state, gone.closed_as) == (OpportunityState.CLOSED, Closed.GONE)
    assert on_disk(tmp_path) == []


def test_an_unsent_mail_is_suppressed(world: World, tmp_path: Path) -> None:
    world.once()
    world.approve(QUESTION)
    world.step("route", "prompt")
    world.later(HOUR)
    delete(world, QUESTION)
    world.step("notify")
    assert world.email.sent == []
    ask = ended(world)
    assert (ask.state, ask.dropped_as) == (AskState.DROPPED, Dropped.GONE)
    prompt = world.store.message(f"prompt:{ask.key}")
    assert prompt
    assert (prompt.state, prompt.error) == (MessageState.SUPPRESSED, "the post was deleted")
    assert on_disk(tmp_path) == []


def test_a_sent_ask_is_dropped_with_its_reason_and_nobody_else_is_asked(
    world: World, tmp_path: Path
) -> None:
    before = sent(world)
    delete(world, QUESTION)
    world.later(25 * HOUR)
    world.once(times=3)
    ask = ended(world)
    assert (ask.advocate, ask.dropped_as) == (before.advocate, Dropped.GONE)
    assert world.email.keys == [f"prompt:{before.key}"]  # no reminder, no second advocate
    assert on_disk(tmp_path) == []
    assert world.store.ask(before.key) == ask  # the link in the mail still leads somewhere


def test_who_said_yes_by_mail_is_told_once(world: World) -> None:
    ask = sent(world)
    world.answer_yes(ask)
    delete(world, QUESTION)
    world.later(25 * HOUR)
    world.once(times=3)
    (_, letter) = world.email.sent[-1]
    assert letter.subject == "This question was taken back"
    assert "Thank you for having said yes" in letter.text
    assert not [trace for trace in TRACES if trace in letter.text]
    assert len(world.email.sent) == 2


def test_who_was_asked_in_slack_sees_a_line_in_its_place(source: FakeRechecker) -> None:
    anna = advocate("anna", slack_id="U1")
    with world_of("sqlite://", anna, source=source) as world:
        sent(world)
        delete(world, QUESTION)
        world.later(25 * HOUR)
        world.once(times=2)
        subjects = {letter.subject for _, letter in world.slack.updated}
        assert {"This post was deleted", "This question was taken back"} <= subjects
        assert not any("quarry" in letter.text for _, letter in world.slack.updated[-2:])


def test_a_line_that_cannot_be_put_there_is_tried_again(world: World) -> None:
    world.once()
    delete(world, QUESTION)
    world.later(25 * HOUR)
    world.slack.errors = [DeliveryError("down"), DeliveryError("lost", unknown=True)]
    world.once()
    for _ in range(2):
        world.later(HOUR)
        world.once()
    assert [letter.subject for _, letter in world.slack.updated] == ["This post was deleted"]


def test_posts_are_looked_at_within_the_platforms_time(world: World) -> None:
    world.once()
    assert isinstance(world.source, FakeRechecker)
    world.source.asked_about.clear()
    world.later(22 * HOUR)
    world.step("sweep")
    assert world.source.asked_about == []
    world.later(HOUR)
    world.step("sweep")
    assert world.source.asked_about == [CHATTER.key]
    world.later(HOUR)
    world.step("sweep")
    assert world.source.asked_about == [CHATTER.key, QUESTION.key]


def test_a_platform_that_does_not_answer_makes_nothing_gone(world: World) -> None:
    sent(world)
    delete(world, QUESTION)
    world.source.error = SourceError("down")
    world.later(30 * HOUR)
    world.step("sweep")
    assert world.store.post(QUESTION.key) == QUESTION
    world.source.error = None
    world.step("sweep")
    assert world.store.post(QUESTION.key) == QUESTION  # it is left alone for a while
    world.later(timedelta(minutes=6))
    world.step("sweep")
    assert ended(world).dropped_as is Dropped.GONE


def test_nobody_is_sent_where_nobody_can_see_whether_the_post_is_there(world: World) -> None:
    world.once()
    world.approve(QUESTION)
    world.step("route", "prompt")
    world.later(2 * HOUR)
    world.source.error = SourceError("down")
    world.step("notify")
    assert world.email.sent == []
    world.source.error = None
    world.later(timedelta(minutes=3))
    world.step("notify")
    assert len(world.email.sent) == 1


def test_a_post_that_was_just_seen_is_not_looked_at_again(world: World) -> None:
    assert isinstance(world.source, FakeRechecker)
    fresh = QUESTION.model_copy(update={"fetched_at": world.now, "posted_at": world.now - HOUR})
    world.source.posts = [fresh]
    world.once()
    assert world.slack.keys == [f"card:{QUESTION.key}"]
    assert world.source.asked_about == []


def test_what_is_on_its_way_is_waited_for(world: World) -> None:
    world.once()
    world.approve(QUESTION)
    world.step("route", "prompt")
    world.email.errors = [DeliveryError("lost", unknown=True)]
    world.step("notify")
    delete(world, QUESTION)
    world.later(HOUR)
    assert not sweep.forget(world.kit, QUESTION.key, Why.DELETED, world.now)
    world.later(24 * HOUR)
    world.email.can_be_asked = True
    world.once(times=2)
    assert ended(world).state is AskState.DROPPED


def test_an_edited_post_is_judged_anew_and_its_card_says_what_it_says_now(world: World) -> None:
    world.once()
    edit(world, QUESTION, title="Fernhill or Tidewell, or none?")
    world.later(25 * HOUR)
    world.once(times=2)
    (_, letter) = world.slack.updated[-1]
    assert "Fernhill or Tidewell, or none?" in letter.text
    assert "Edited since it was written" in letter.text
    still = world.store.opportunity(QUESTION.key)
    assert still
    assert still.state is OpportunityState.OPEN


def test_a_post_that_asks_nothing_any_more_is_closed(world: World) -> None:
    world.once()
    edit(world, QUESTION, title="Solved", text="We took the other one.")
    world.later(25 * HOUR)
    world.once(times=2)
    closed = world.store.opportunity(QUESTION.key)
    assert closed
    assert closed.closed_as is Closed.CHANGED
    assert "asks nothing any more" in world.slack.updated[-1][1].text


def test_an_edit_found_just_before_sending_is_judged_before_anybody_is_sent(world: World) -> None:
    world.once()
    world.approve(QUESTION)
    world.step("route", "prompt")
    edit(world, QUESTION, title="Solved", text="We took the other one.")
    world.later(HOUR)
    world.step("notify")
    assert world.email.sent == []
    world.later(HOUR)
    world.once()
    assert world.email.sent == []
    assert ended(world).dropped_as is Dropped.CLOSED


def test_people_at_work_are_not_disturbed_by_an_edit(world: World) -> None:
    sent(world)
    edit(world, QUESTION, title="Solved", text="We took the other one.")
    world.later(25 * HOUR)
    world.step("sweep", "classify")
    kept = world.store.opportunity(QUESTION.key)
    assert kept
    assert kept.state is OpportunityState.APPROVED


def test_where_nobody_may_answer_any_more_nobody_is_asked(world: World) -> None:
    world.once()
    edit(world, QUESTION, state=PostState.LIVE, metrics={"locked": 1})
    world.later(25 * HOUR)
    world.step("sweep")
    closed = world.store.opportunity(QUESTION.key)
    assert closed
    assert closed.closed_as is Closed.LOCKED


def test_where_nobody_may_answer_is_no_opportunity(world: World) -> None:
    world.source.posts = [QUESTION.model_copy(update={"metrics": {"locked": 1}})]
    world.once()
    assert world.store.opportunities(OpportunityState.OPEN) == []


def test_what_nothing_came_of_is_kept_a_week_and_the_rest_for_longer(world: World) -> None:
    world.once()
    world.later(7 * DAY + HOUR)
    world.once()
    assert world.store.post(CHATTER.key) is None
    assert world.store.post(QUESTION.key) == QUESTION
    world.later(83 * DAY)
    world.once(times=2)
    kept = world.store.opportunity(QUESTION.key)
    assert kept
    assert (kept.key, kept.closed_as) == (stand_in(QUESTION.key), Closed.EXPIRED)
    assert world.slack.updated[-1][1].subject == "This post is no longer kept"


def test_how_long_is_kept_is_the_operators_to_say() -> None:
    source = FakeRechecker(posts=[CHATTER])
    with world_of("sqlite://", source=source) as world:
        object.__setattr__(
            world.kit.settings, "storage", Storage(keep_unmatched=timedelta(hours=2))
        )
        world.once()
        world.later(2 * HOUR)
        assert world.step("sweep") == 1
        assert world.store.post(CHATTER.key) is None


def test_where_looking_costs_money_what_nothing_came_of_is_let_go_instead() -> None:
    source = FakeMetered(posts=[QUESTION, CHATTER], forgets_within=24 * HOUR)
    with world_of("sqlite://", source=source) as world:
        world.once()
        world.later(24 * HOUR)
        world.once()
        assert world.store.post(CHATTER.key) is None
        assert source.asked_about == [QUESTION.key] * source.asked_about.count(QUESTION.key)
        today, month = world.kit.billed(source, world.now)
        assert month == 2 + len(source.asked_about)
        assert today == 1


def test_a_cap_that_is_reached_pauses_the_source_and_is_told_once() -> None:
    source = FakeMetered(posts=[QUESTION, CHATTER], meter=Meter(per_day=2))
    with world_of("sqlite://", source=source) as world:
        world.once()
        kept = world.store.source(source.name)
        assert kept.budget_left == 0
        assert kept.failures == 0
        alarms = [m for m in world.store.messages() if m.kind is MessageKind.ALARM]
        assert len(alarms) == 1


def test_the_same_asked_in_two_places_is_one_opportunity(world: World) -> None:
    long = (
        "We are a plumbing firm of 12 people in Leeds and outgrow our spreadsheets, which of the "
        "two would you get, and what was it like to move your customers over?"
    )
    first = post(10, text=long)
    again = post(11, text=f"{long} Thanks!", community="r/smallbusiness", author=first.author)
    world.source.posts = [first]
    world.once()
    world.source.posts = [first, again]
    world.later(HOUR)
    world.once(times=2)
    [o] = world.store.opportunities(OpportunityState.OPEN)
    assert o.key == first.key
    assert "Asked in other places too: r/smallbusiness (Reddit)" in world.slack.updated[-1][1].text
    delete(world, first)
    world.later(25 * HOUR)
    world.once(times=2)
    [o] = world.store.opportunities(OpportunityState.OPEN)
    assert o.key == again.key


def test_a_source_that_says_what_was_taken_away_is_believed_at_once(tmp_path: Path) -> None:
    class Tells(FakeRechecker):
        told: tuple[str, ...] = ()

        def fetch(self, cursor: str | None) -> Batch:
            return super().fetch(cursor)._replace(gone=self.told)

    source = Tells(posts=[QUESTION])
    with world_of(f"sqlite:///{tmp_path}/goodword.db", source=source) as world:
        world.once()
        source.told = (QUESTION.key, "reddit::t3_never_heard")
        world.later(HOUR)
        world.once()
        assert world.slack.updated[-1][1].subject == "This post was deleted"
        assert world.store.post(QUESTION.key) != QUESTION
