"""What went wrong when two things happened at once, or in an order that nobody had thought of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from domain.types import (
    Assessment,
    Closed,
    Dismissal,
    MessageKind,
    OpportunityState,
    Post,
    PostState,
    Source,
)
from listeners.base import Batch, Rechecked
from listeners.meter import Meter
from pipeline import sweep
from routing import review
from routing.forgetting import Why
from storage.store import Read
from tests.fakes import FakeClassifier, FakeListener, FakeMetered, FakeRechecker
from tests.make import DAY, HOUR, advocate, post
from tests.pipeline.world import World, world_of

LONG = (
    "We are a plumbing firm of twelve people in Leeds and outgrow our spreadsheets, which of the "
    "two would you get, and what was it like to move your customers over?"
)


@dataclass
class Interrupted(FakeClassifier):
    """Something happens while it reads."""

    meanwhile: Callable[[], object] = lambda: None

    def assess(self, posts: Sequence[Post]) -> list[Assessment]:
        self.meanwhile()
        return super().assess(posts)


@pytest.fixture
def world() -> Iterator[World]:
    source = FakeRechecker(posts=[post(1)])
    with world_of("sqlite://", source=source, classifier=Interrupted()) as made:
        yield made


def meanwhile(world: World, act: Callable[[], object]) -> None:
    assert isinstance(world.classifier, Interrupted)
    world.classifier.meanwhile = act


def opened(world: World) -> set[str]:
    return {o.key for o in world.store.opportunities(OpportunityState.OPEN)}


def test_a_post_forgotten_while_it_is_judged_leaves_nothing(world: World) -> None:
    world.step("listen")
    meanwhile(world, lambda: sweep.forget(world.kit, post(1).key, Why.DELETED, world.now))
    world.step("classify", "notify")
    assert opened(world) == set()
    assert world.store.assessment(post(1).key) is None
    assert world.store.messages() == []


def test_a_post_edited_while_it_is_judged_is_judged_by_what_it_says_now(world: World) -> None:
    world.step("listen")
    solved = post(1, title="Solved", text="We took the other one.", state=PostState.EDITED)

    def edit() -> None:
        meanwhile(world, lambda: None)
        world.store.save_reads([Read(Source(name="trades"), [solved])])

    meanwhile(world, edit)
    world.step("classify")
    assert opened(world) == set()
    assert world.store.posts_to_assess(10) == []


def test_a_question_that_is_edited_into_what_another_says_stays_itself(world: World) -> None:
    first, again = post(1, text=LONG), post(2, text=f"{LONG} Thanks!")
    world.source.posts = [first, again]
    world.once()
    edited = first.model_copy(update={"text": f"{LONG} Thanks!", "state": PostState.EDITED})
    world.store.save_reads([Read(world.store.source("trades"), [edited])])
    world.once()
    assert opened(world) == {first.key}
    assert world.store.item(first.key)
    assert [p.key for p in world.store.repeats(first.key)] == [again.key]
    assert world.store.repeats(again.key) == []


def test_a_notice_is_told_once_although_only_known_posts_come(world: World) -> None:
    class Repeating(FakeListener):
        def fetch(self, cursor: str | None) -> Batch:
            return Batch((post(1),), cursor, notices=("r/x is banned: take it out",))

    with world_of("sqlite://", source=Repeating()) as repeating:
        for _ in range(12):
            repeating.step("listen")
            repeating.later(timedelta(minutes=5))
        kinds = [m.kind for m in repeating.store.messages()]
        assert kinds.count(MessageKind.ALARM) == 1


def test_posts_that_cannot_be_looked_at_do_not_keep_the_others_from_it() -> None:
    @dataclass
    class Blind(FakeRechecker):
        blind: set[str] = field(default_factory=set)

        def recheck(self, posts: Sequence[Post]) -> Rechecked:
            found = super().recheck(posts)
            return Rechecked(tuple(p for p in found.posts if p.key not in self.blind))

    posts = [post(n, text=f"Question {n}?") for n in range(250)]
    source = Blind(posts=posts, blind={p.key for p in posts[:240]})
    with world_of("sqlite://", source=source) as made:
        made.step("listen")
        made.later(30 * HOUR)
        for _ in range(4):
            made.step("sweep")
        assert set(source.asked_about) == {p.key for p in posts}
        assert len(source.asked_about) == 250  # each once: an hour has to pass


def test_what_costs_money_is_not_looked_at_before_it_is_let_go() -> None:
    source = FakeMetered(
        posts=[post(1, text="Nothing of interest here", title="")], forgets_within=24 * HOUR
    )
    with world_of("sqlite://", source=source) as made:
        made.once()
        for _ in range(30):
            made.later(HOUR)
            made.step("sweep")
        assert source.asked_about == []
        assert made.store.post(post(1).key) is None


def test_posts_of_a_source_that_was_renamed_are_looked_at_all_the_same() -> None:
    source = FakeRechecker(posts=[post(1)])
    with world_of("sqlite://", source=source) as made:
        made.once()
        source.name = "renamed"
        source.gone.add(post(1).key)
        made.later(30 * HOUR)
        made.step("sweep")
        assert made.store.post(post(1).key) != post(1)


@pytest.mark.parametrize("closed_as", [Closed.LOCKED, Closed.CHANGED, Closed.EXPIRED])
def test_a_question_asked_anew_is_no_repetition_of_one_that_nothing_came_of(
    world: World, closed_as: Closed
) -> None:
    world.source.posts = [post(1, text=LONG)]
    world.once()
    old = world.store.opportunity(post(1).key)
    assert old
    world.store.swap((old, old.revised(state=OpportunityState.CLOSED, closed_as=closed_as)))
    world.source.posts = [*world.source.posts, post(2, text=LONG)]
    world.later(HOUR)
    world.once()
    assert opened(world) == {post(2).key}


def test_what_was_dismissed_does_not_come_back_by_its_crosspost(world: World) -> None:
    first, again = post(1, text=LONG), post(2, text=f"{LONG} Thanks!")
    world.source.posts = [first, again]
    world.once()
    old = world.store.opportunity(first.key)
    assert old
    no = review.dismissed(old, "kim", Dismissal.NOT_BUYING, world.now)
    world.store.swap((old, no))
    assert sweep.forget(world.kit, first.key, Why.DELETED, world.now)
    world.once()
    assert opened(world) == set()


def test_an_heir_that_goes_with_the_first_inherits_nothing(world: World) -> None:
    posts = [post(n, text=LONG, title="", posted_at=world.now) for n in (1, 2, 3)]
    posts = [p.model_copy(update={"text": p.text.replace("?", ".")}) for p in posts]
    world.source.posts = posts
    world.once()
    assert len(world.store.repeats(posts[0].key)) == 2
    kept = posts[2].model_copy(update={"fetched_at": world.now + 20 * DAY})
    world.store.forget_unmatched(kept.fetched_at, world.now, limit=2)
    assert world.store.heads({kept.key}) == {kept.key: ""}
    assert world.store.posts_to_assess(10)


def test_an_earlier_version_that_was_forgotten_does_not_come_back_as_a_later_one(
    world: World,
) -> None:
    world.once()
    assert sweep.forget(world.kit, post(1).key, Why.DELETED, world.now)
    later = post(2, state=PostState.EDITED)
    read = Read(Source(name="trades"), [later], earlier={later.key: (post(1).key,)})
    assert world.store.save_reads([read]) == [0]


def test_an_advocate_whose_id_holds_an_at_sign_is_sent_nowhere_that_is_gone() -> None:
    source = FakeRechecker(posts=[post(1)])
    with world_of("sqlite://", advocate("ann@work"), source=source) as made:
        made.once()
        made.approve(post(1))
        made.step("route", "prompt")
        source.gone.add(post(1).key)
        made.later(HOUR)
        made.step("notify")
        assert made.email.sent == []
        assert made.store.ask(f"{post(1).key}@ann@work")  # its link still leads somewhere


def test_a_cap_that_is_raised_counts_at_once() -> None:
    source = FakeMetered(posts=[post(1)], meter=Meter(per_month=1))
    with world_of("sqlite://", source=source) as made:
        made.step("listen")
        until = made.now + 20 * DAY
        capped = made.store.source("trades").model_copy(update={"due_at": until, "budget_left": 0})
        made.store.save_reads([Read(capped)])
        made.later(DAY)
        made.step("listen")
        assert source.reads == 1
        source.meter.per_month = 10
        made.step("listen")
        assert source.reads == 2


def test_a_clock_that_was_wrong_does_not_silence_a_source_for_ever(world: World) -> None:
    world.step("listen")
    ahead = world.store.source("trades").model_copy(
        update={"due_at": world.now + 600 * DAY, "heard_at": world.now + 600 * DAY}
    )
    world.store.save_reads([Read(ahead)])
    world.source.posts = [*world.source.posts, post(2)]
    world.later(HOUR)
    assert world.step("listen") == 1


def test_what_is_said_to_be_gone_while_a_message_is_on_its_way_is_not_lost(world: World) -> None:
    world.once()
    world.store.doubt(post(1).key)
    assert isinstance(world.source, FakeRechecker)
    world.source.gone.add(post(1).key)
    world.step("sweep")
    assert world.store.post(post(1).key) != post(1)
