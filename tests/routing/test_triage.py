from datetime import timedelta
from typing import Any

import pytest

from domain.types import Intent, Mention, OpportunityState, Post, PostState, Role
from routing import triage
from routing.policy import Policy
from tests.make import DAY, HOUR, NOW, assessment, mention, post

POLICY = Policy()
ASKED = post()
OURS = mention(ASKED, "Fernhill", ours=True)
RIVAL = mention(ASKED, "Tidewell")


def judged(score: float = 0.9, **given: Any) -> Any:
    return assessment(ASKED, score, **{"mentions": (OURS, RIVAL), **given})


def named(name: str, role: Role = Role.CANDIDATE, *, ours: bool = False) -> Mention:
    return Mention(name=name, text=name, start=0, end=len(name), role=role, ours=ours)


def test_a_fresh_question_about_us_is_an_opportunity() -> None:
    found = triage.opportunity(ASKED, judged(0.86), POLICY, NOW)
    assert found is not None
    assert found.key == ASKED.key
    assert found.topic == "Fernhill"
    assert found.state is OpportunityState.OPEN
    assert found.hot
    assert found.reason == "Weighs Fernhill against Tidewell; 86 % sure"
    assert found.expires_at == NOW + POLICY.expire_after
    assert not found.decided_by


@pytest.mark.parametrize(
    ("heard", "thought"),
    [
        pytest.param(ASKED, judged(0.49), id="probably no buying question"),
        pytest.param(post(posted_at=NOW - 4 * DAY), judged(), id="too old"),
        pytest.param(post(state=PostState.GONE), judged(), id="deleted"),
        pytest.param(ASKED, judged(mentions=()), id="names nothing of the catalogue"),
        pytest.param(post(author="Anna_R"), judged(), id="written by an advocate"),
    ],
)
def test_is_let_go(heard: Any, thought: Any) -> None:
    own = {"reddit:anna_r"}
    assert triage.opportunity(heard, thought, POLICY, NOW, own_handles=own) is None


@pytest.mark.parametrize("score", [0.0, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("mentions", [(), (RIVAL,), (OURS,)])
def test_the_components_sum_to_the_score(score: float, mentions: tuple[Mention, ...]) -> None:
    policy = Policy(open_above=0, require_catalogue=False)
    found = triage.opportunity(ASKED, judged(score, mentions=mentions), policy, NOW)
    assert found is not None
    assert sum(found.components.values()) == pytest.approx(found.score, abs=1e-9)
    assert 0 <= found.score <= 1
    assert set(found.components) == {"intent", "catalogue", "freshness"}


def test_at_the_limits_it_still_counts() -> None:
    old = post(posted_at=NOW - POLICY.fresh_for)
    found = triage.opportunity(old, judged(POLICY.open_above), POLICY, NOW)
    assert found is not None
    assert found.components["freshness"] == 0


def test_freshness_falls_evenly() -> None:
    def heard(age: timedelta) -> Post:
        return post(posted_at=NOW - age, fetched_at=NOW)

    ages = (timedelta(0), POLICY.fresh_for / 2, POLICY.fresh_for)
    found = [triage.opportunity(heard(a), judged(), POLICY, NOW) for a in ages]
    assert [o and round(o.components["freshness"], 4) for o in found] == [0.15, 0.075, 0]


def test_who_buys_without_asking_for_advice_counts_less() -> None:
    asks = triage.opportunity(ASKED, judged(intent=Intent.RECOMMEND), POLICY, NOW)
    buys = triage.opportunity(ASKED, judged(intent=Intent.PURCHASE), POLICY, NOW)
    assert asks is not None
    assert buys is not None
    assert buys.components["intent"] == pytest.approx(asks.components["intent"] / 2)
    assert asks.hot
    assert not buys.hot


def test_a_post_dated_in_the_future_counts_from_when_it_was_heard_and_hurries_nobody() -> None:
    policy = Policy(approve_above=0.6)
    early = post(posted_at=NOW + 2 * DAY, fetched_at=NOW - HOUR)
    found = triage.opportunity(early, judged(), policy, NOW)
    assert found is not None
    assert found.components["freshness"] < policy.triage_freshness
    assert not found.hot
    assert found.state is OpportunityState.OPEN


def test_clocks_that_differ_a_little_change_nothing() -> None:
    soon = post(posted_at=NOW + timedelta(minutes=3), fetched_at=NOW)
    found = triage.opportunity(soon, judged(), POLICY, NOW)
    assert found is not None
    assert found.hot
    assert found.components["freshness"] == pytest.approx(Policy().triage_freshness)


@pytest.mark.parametrize(
    ("approve_above", "score", "state"),
    [
        (1.0, 1.0, OpportunityState.OPEN),
        (0.9, 0.99, OpportunityState.APPROVED),
        (0.9, 0.5, OpportunityState.OPEN),
    ],
)
def test_a_rule_approves_only_where_the_company_wants_it(
    approve_above: float, score: float, state: OpportunityState
) -> None:
    policy = Policy(approve_above=approve_above)
    found = triage.opportunity(post(posted_at=NOW), judged(score), policy, NOW)
    assert found is not None
    assert found.state is state
    assert (found.decided_by == triage.BY_RULE) == (state is OpportunityState.APPROVED)


@pytest.mark.parametrize(
    ("mentions", "topic"),
    [
        ([named("Tidewell"), named("Fernhill", ours=True)], "Fernhill"),
        ([named("Oldbook", Role.REJECTED), named("Tidewell", Role.CURRENT)], "Tidewell"),
        ([named("invoicing", Role.OTHER)], "invoicing"),
    ],
)
def test_the_topic_is_ours_then_what_is_weighed_then_the_category(
    mentions: list[Mention], topic: str
) -> None:
    found = triage.opportunity(ASKED, judged(mentions=tuple(mentions)), POLICY, NOW)
    assert found is not None
    assert found.topic == topic


A, B, C = named("A"), named("B"), named("C")
USED, REJECTED, FIELD = named("U", Role.CURRENT), named("R", Role.REJECTED), named("F", Role.OTHER)


@pytest.mark.parametrize(
    ("intent", "mentions", "said"),
    [
        (Intent.COMPARE, (A, B, C), "Weighs A against B and C"),
        (Intent.COMPARE, (A,), "Weighs A against others"),
        (Intent.COMPARE, (), "Compares what to get"),
        (Intent.RECOMMEND, (), "Asks what to get"),
        (Intent.RECOMMEND, (FIELD,), "Asks what to get, names F"),
        (Intent.RECOMMEND, (A, USED), "Asks what to get, names A, has used U"),
        (Intent.VALIDATE, (A,), "Asks whether A is worth it"),
        (Intent.VALIDATE, (), "Asks whether it is worth it"),
        (Intent.SWITCH, (USED, A), "Wants to leave U, perhaps to A"),
        (Intent.SWITCH, (REJECTED,), "Wants to leave R"),
        (Intent.SWITCH, (), "Wants to leave what they use"),
        (Intent.PURCHASE, (A,), "Is about to buy A, asks for no advice"),
        (Intent.NONE, (A,), "May be a buying question, names A"),
    ],
)
def test_the_reason_says_what_the_asker_wants(
    intent: Intent, mentions: tuple[Mention, ...], said: str
) -> None:
    policy = Policy(require_catalogue=False)
    found = triage.opportunity(ASKED, judged(intent=intent, mentions=mentions), policy, NOW)
    assert found is not None
    assert found.reason.startswith(f"{said}; 90 % sure")


def test_a_name_from_the_post_cannot_break_the_line() -> None:
    hostile = named("Evil\n<!channel>\u202e" + "x" * 100)
    found = triage.opportunity(ASKED, judged(mentions=(hostile,)), POLICY, NOW)
    assert found is not None
    assert "\n" not in found.reason
    assert "\u202e" not in found.topic
    assert len(found.topic) <= 40
