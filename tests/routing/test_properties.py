"""What holds in every world: no gate is ever broken, everybody stands once, sums are sums."""

import random
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.types import (
    Advocate,
    Ask,
    Asker,
    AskKind,
    AskState,
    Assessment,
    Consent,
    Dropped,
    Known,
    Mention,
    Place,
    Post,
    Shortlist,
    Stated,
)
from routing import lifecycle, match
from routing.policy import Policy
from tests.make import DAY, NOW, advocate, ask, assessment, post

NAMES = ("a", "b", "c", "d", "e")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo")


class World(NamedTuple):
    post: Post
    assessment: Assessment
    advocates: tuple[Advocate, ...]
    asks: tuple[Ask, ...]
    policy: Policy
    place: Place
    now: datetime


class Chance(random.Random):
    """Worlds are drawn by a seed, not by strategies: each gate is shut rarely, or all would be."""

    def rarely(self) -> bool:
        return self.random() < 0.07

    def among(self, *things: Any) -> Any:
        return self.choice(things)

    def time(self, first: int = -200, last: int = 200) -> datetime:
        return NOW + timedelta(hours=self.randint(first, last))

    def maybe_time(self) -> datetime | None:
        return self.time() if self.rarely() or self.rarely() else None


def some_advocate(by: Chance, name: str) -> Advocate:
    start = date(2025, 1, 1) if not by.rarely() else NOW.date() + timedelta(by.randint(0, 3))
    kind = AskKind.REVIEW if by.rarely() else AskKind.REPLY
    return advocate(
        name,
        email="" if by.rarely() else f"{name}@customer.example",
        slack_id=by.among("", f"U{name.upper()}1"),
        handles={} if by.rarely() else {"x": name, "reddit": name},
        company=by.among("", "Tidewell") if by.rarely() else "Brook",
        industry=by.among("", "construction", "retail"),
        company_size=by.among("", "2-10", "11-50", "10001+"),
        region=by.among("", "nordics", "uk and ireland"),
        time_zone=by.among(*ZONES),
        languages=by.among(("en",), ("en",), ("de",), ("en", "de")),
        products=by.among((), (Known(product="Fernhill", since=date(2024, 1, 1)),)),
        moved_from=by.among((), ("Tidewell",)),
        use_cases=by.among((), ("sending invoices",)),
        communities=by.among((), ("reddit:r/trades",)),
        consents=(Consent(kind=kind, source="form", given_on=start),),
        max_per_week=by.among(None, None, 0, 1, 3),
        max_per_quarter=by.among(None, None, 1, 3, 6),
        quiet_from=by.among(None, time(12), time(22), time(0)),
        quiet_to=by.among(None, time(6, 30), time(18), time(0)),
        paused_until=by.maybe_time(),
        frozen_until=by.maybe_time(),
        left_at=NOW if by.rarely() else None,
    )


def some_post(by: Chance, n: int) -> Post:
    return post(
        n,
        platform=by.among("reddit", "x", "rss"),
        community=by.among("r/trades", "", "r/crm"),
        author=by.among("asker", "another", "third", "a", ""),
        language=by.among("", "en", "de"),
        thread_id=by.among("t1", "t2", "t3", "", "", ""),
        state="gone" if by.rarely() else "live",
    )


def some_ask(by: Chance, n: int) -> Ask:
    drafted_at = by.time(by.among(-170, -2400), 0)
    state = by.among(*AskState, AskState.DROPPED, AskState.DONE)
    dropped_as = by.among(*Dropped) if state is AskState.DROPPED else None
    was_sent = state is not AskState.DRAFTED and (dropped_as is None or by.random() < 0.5)
    return ask(
        some_post(by, n),
        by.among(*NAMES),
        drafted_at=drafted_at,
        sent_at=drafted_at + timedelta(minutes=5) if was_sent else None,
        state=state,
        dropped_as=dropped_as,
    )


def stated(value: str) -> Stated | None:
    return Stated(text=value, start=0, end=len(value), value=value) if value else None


def some_world(seed: int) -> World:
    by = Chance(seed)
    heard = some_post(by, 0)
    mentions = tuple(
        Mention(name=name, text=name, start=0, end=8, ours=name == "Fernhill")
        for name in ("Fernhill", "Tidewell")
        if by.random() < 0.6
    )
    asker = Asker(
        industry=stated(by.among("", "construction")),
        size=stated(by.among("", "11-50")),
        region=stated(by.among("", "nordics")),
        use_case=stated(by.among("", "invoices by mail")),
    )
    policy = Policy(
        max_per_week=by.randint(1, 3),
        max_per_quarter=by.randint(1, 6),
        rest=timedelta(days=by.randint(0, 14)),
        author_rest=timedelta(days=by.randint(0, 90)),
        max_per_community_week=by.randint(1, 3),
        min_fit=by.among(0.0, 0.05, 0.5),
        shortlist=by.randint(1, 4),
    )
    return World(
        heard,
        assessment(heard, mentions=mentions, asker=asker),
        tuple(some_advocate(by, name) for name in NAMES),
        tuple(some_ask(by, n) for n in range(1, by.randint(1, 8))),
        policy,
        Place(key=heard.place_key, ask=not by.rarely()),
        by.time(0, 23),
    )


def chosen(world: World, order: random.Random | None = None) -> Shortlist:
    people, made = list(world.advocates), list(world.asks)
    if order:
        order.shuffle(people)
        order.shuffle(made)
    return match.shortlist(
        world.post, world.assessment, people, made, world.policy, world.place, world.now
    )


worlds = st.builds(some_world, st.integers(0, 2**32))
LONG = settings(max_examples=200, deadline=None)


@LONG
@given(worlds)
def test_everybody_stands_exactly_once(world: World) -> None:
    found = chosen(world)
    named = [c.advocate for c in found.shortlist] + [p.advocate for p in found.others]
    assert sorted(named) == sorted(NAMES)
    assert all(c.why for c in found.shortlist)
    assert all(p.why_not and "\n" not in p.why_not for p in found.others)
    assert all(p.until is None or p.until > world.now for p in found.others)
    assert len(found.shortlist) <= world.policy.shortlist


@LONG
@given(worlds)
def test_the_components_sum_to_the_fit(world: World) -> None:
    for candidate in chosen(world).shortlist:
        assert abs(sum(candidate.components.values()) - candidate.fit) < 1e-9
        assert all(0 <= part <= 1 for part in candidate.components.values())


@LONG
@given(worlds, st.integers(0, 99))
def test_the_order_of_the_input_changes_nothing(world: World, seed: int) -> None:
    assert chosen(world, random.Random(seed)) == chosen(world)


def test_the_worlds_are_worth_looking_at() -> None:
    """Somebody may be asked in a fifth of them, and every gate is shut in some."""
    found = [chosen(some_world(seed)) for seed in range(300)]
    assert sum(bool(f.shortlist) for f in found) > 60
    reasons = {r for f in found for p in f.others for r in p.why_not.lower().split("; ")}
    assert {r.split(" ", maxsplit=1)[0] for r in reasons} >= {
        *("asked", "has", "agreed", "nobody", "works", "writes", "was", "another,", "is"),
        *("paused", "frozen", "wants", "last", "the", "quiet", "would", "too"),
    }


@LONG
@given(worlds)
def test_no_gate_is_ever_broken(world: World) -> None:
    by_id = {a.id: a for a in world.advocates}
    for candidate in chosen(world).shortlist:
        assert_may_be_asked(by_id[candidate.advocate], world)


def assert_may_be_asked(a: Advocate, w: World) -> None:
    """The gates once more, told in another way than the product's."""
    here = w.now.astimezone(ZoneInfo(a.time_zone))
    assert w.place.ask
    assert w.post.state != "gone"
    assert a.email or a.slack_id
    assert a.left_at is None
    assert any(c.kind == "reply" and c.given_on <= here.date() for c in a.consents)
    assert not a.paused_until or a.paused_until <= w.now
    assert not a.frozen_until or a.frozen_until <= w.now
    assert not is_quiet(a, here, w.policy)
    assert not w.post.language or w.post.language in a.languages
    assert w.post.platform == "rss" or a.handles.get(w.post.platform)
    assert not w.post.author or a.handles.get(w.post.platform) != w.post.author
    assert not any(m.name == a.company and not m.ours for m in w.assessment.mentions)
    mine = [k for k in w.asks if k.advocate == a.id]
    felt = [
        w.now - (k.sent_at or k.drafted_at)
        for k in mine
        if k.sent_at or k.state == "drafted" or k.dropped_as == "undeliverable"
    ]
    weekly = min(w.policy.max_per_week, 99 if a.max_per_week is None else a.max_per_week)
    quarterly = min(
        w.policy.max_per_quarter, 99 if a.max_per_quarter is None else a.max_per_quarter
    )
    assert sum(age < 7 * DAY for age in felt) < weekly
    assert sum(age < 91 * DAY for age in felt) < quarterly
    assert all(age >= w.policy.rest for age in felt)
    assert not any(k.thread_key == w.post.thread_key for k in mine)
    live = [k for k in w.asks if k.state != "dropped"]
    assert not any(k.thread_key == w.post.thread_key for k in live)
    at_author = [k for k in live if w.post.author_key and k.author_key == w.post.author_key]
    assert not any(k.state != "done" for k in at_author)
    for k in at_author:
        age = w.now - (k.sent_at or k.drafted_at)
        assert k.advocate == a.id or age >= w.policy.author_rest
    if w.post.community:
        ages = [
            w.now - (k.sent_at or k.drafted_at) for k in live if k.place_key == w.post.place_key
        ]
        assert sum(age < 7 * DAY for age in ages) < w.policy.max_per_community_week


def is_quiet(a: Advocate, here: datetime, policy: Policy) -> bool:
    begins = a.quiet_from if a.quiet_from is not None else time(policy.quiet_from_hour)
    ends = a.quiet_to if a.quiet_to is not None else time(policy.quiet_to_hour)
    wall = here.time()
    if begins <= ends:
        return begins <= wall < ends
    return wall >= begins or wall < ends


@LONG
@given(worlds, st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_day_after_day_of_routing_breaks_no_gate(world: World, gaps: list[int]) -> None:
    """Whatever comes, one after the other: each ask is drafted, rechecked, sent and answered."""
    made: list[Ask] = []
    now = world.now
    by_id = {a.id: a for a in world.advocates}
    for n, gap in enumerate(gaps):
        now += timedelta(hours=gap)
        heard = post(100 + n, author=f"asker{n % 3}", thread_id=f"t{n % 4}")
        at = world._replace(post=heard, asks=tuple(made), now=now, place=Place(key=heard.place_key))
        for candidate in chosen(at).shortlist[:1]:
            drafted = lifecycle.drafted(candidate, heard, wave=1, now=now)
            somebody = by_id[candidate.advocate]
            assert_may_be_asked(somebody, at)
            assert (
                match.still_allowed(drafted, heard, somebody, made, at.policy, at.place, now)
                is None
            )
            made.append(lifecycle.sent(drafted, at.policy, now))
    assert len({k.thread_key for k in made}) == len(made)
    assert len({k.key for k in made}) == len(made)
