from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.errors import StaleError
from domain.types import Closed, Decision, Dismissal, Opportunity, OpportunityState
from routing import review
from tests.make import DAY, HOUR, NOW, opportunity

OPEN = opportunity()
APPROVED = review.approved(OPEN, "Kim", NOW)
DISMISSED = review.dismissed(OPEN, "Kim", Dismissal.ALREADY_ANSWERED, NOW)
GONE = OPEN.revised(state=OpportunityState.CLOSED, closed_as=Closed.GONE)


def test_approving_remembers_who_when_whom_and_why() -> None:
    chosen = review.approved(OPEN, "Kim", NOW, advocate="anna", note="she knows trades")
    assert chosen.state is OpportunityState.APPROVED
    assert (chosen.decided_by, chosen.decided_at) == ("Kim", NOW)
    assert (chosen.chosen, chosen.note) == ("anna", "she knows trades")
    assert chosen.version == OPEN.version + 1


def test_dismissing_closes_with_its_reason() -> None:
    assert DISMISSED.state is OpportunityState.CLOSED
    assert DISMISSED.closed_as is Closed.DISMISSED
    assert DISMISSED.dismissal is Dismissal.ALREADY_ANSWERED


def late(what: str) -> Callable[[Opportunity], Opportunity]:
    return {
        "approve": lambda o: review.approved(o, "Bo", NOW + HOUR),
        "dismiss": lambda o: review.dismissed(o, "Bo", Dismissal.OTHER, NOW + HOUR),
        "claim": lambda o: review.claimed(o, "Bo", NOW + HOUR),
        "release": lambda o: review.released(o, "Bo", NOW + HOUR),
        "snooze": lambda o: review.snoozed(o, "Bo", NOW + DAY, NOW + HOUR),
    }[what]


@pytest.mark.parametrize("what", ["approve", "dismiss", "claim", "release", "snooze"])
@pytest.mark.parametrize(
    ("was", "told"),
    [
        (APPROVED, "Kim approved this at 15:00 UTC"),
        (DISMISSED, "Kim dismissed this at 15:00 UTC (already answered)"),
        (GONE, "This is closed: the post was deleted"),
        (review.expired(OPEN, OPEN.expires_at), "This is closed: nobody took it up in time"),
        (review.answered(APPROVED, NOW), "This is closed: an advocate has answered"),
    ],
)
def test_whoever_is_late_is_told_who_did_what(what: str, was: Opportunity, told: str) -> None:
    with pytest.raises(StaleError, match="^" + told.replace("(", r"\(").replace(")", r"\)") + "$"):
        late(what)(was)


def test_on_another_day_the_day_is_told_too() -> None:
    with pytest.raises(StaleError, match=r"^Kim approved this on 10 March at 15:00 UTC$"):
        review.approved(APPROVED, "Bo", NOW + 2 * DAY)


def test_a_rule_is_called_a_rule() -> None:
    by_rule = opportunity(state=OpportunityState.APPROVED, decided_by="rule", decided_at=NOW)
    with pytest.raises(StaleError, match=r"^A rule approved this"):
        review.dismissed(by_rule, "Bo", Dismissal.OTHER, NOW)


def test_a_claim_is_told_but_keeps_nobody_from_deciding() -> None:
    held = review.claimed(OPEN, "Kim", NOW)
    assert held.claimed_by == "Kim"
    assert review.claimed(held, "Kim", NOW).claimed_by == "Kim"
    assert review.approved(held, "Bo", NOW).decided_by == "Bo"
    with pytest.raises(StaleError, match=r"^Kim is already looking at this$"):
        review.claimed(held, "Bo", NOW)


def test_only_the_holder_releases() -> None:
    held = review.claimed(OPEN, "Kim", NOW)
    assert not review.released(held, "Kim", NOW).claimed_by
    with pytest.raises(StaleError, match="Kim is looking at this, not Bo"):
        review.released(held, "Bo", NOW)
    with pytest.raises(StaleError, match="Nobody holds this"):
        review.released(OPEN, "Bo", NOW)


def test_a_snooze_ends_with_the_opportunity_at_the_latest() -> None:
    assert review.snoozed(OPEN, "Kim", NOW + HOUR, NOW).snoozed_until == NOW + HOUR
    assert review.snoozed(OPEN, "Kim", NOW + 90 * DAY, NOW).snoozed_until == OPEN.expires_at
    with pytest.raises(StaleError, match="has passed"):
        review.snoozed(OPEN, "Kim", NOW, NOW)


def test_a_snooze_lets_go_of_the_own_claim_only() -> None:
    held = review.claimed(OPEN, "Kim", NOW)
    assert not review.snoozed(held, "Kim", NOW + HOUR, NOW).claimed_by
    assert review.snoozed(held, "Bo", NOW + HOUR, NOW).claimed_by == "Kim"


def test_deciding_ends_a_snooze() -> None:
    asleep = review.snoozed(OPEN, "Kim", NOW + HOUR, NOW)
    assert review.approved(asleep, "Kim", NOW).snoozed_until is None


@pytest.mark.parametrize("was", [OPEN, APPROVED])
def test_what_is_open_or_approved_may_end_by_itself(was: Opportunity) -> None:
    assert review.expired(was, was.expires_at).closed_as is Closed.EXPIRED
    assert review.changed(was, NOW).closed_as is Closed.CHANGED
    assert review.locked(was, NOW).closed_as is Closed.LOCKED
    assert review.answered(was, NOW).closed_as is Closed.ANSWERED
    with pytest.raises(StaleError, match="does not expire before"):
        review.expired(was, was.expires_at - timedelta(seconds=1))


def test_nobody_fits_is_noted_and_waits() -> None:
    waiting = review.unserved(APPROVED, "Nobody fits", NOW)
    assert waiting.state is OpportunityState.APPROVED
    assert waiting.note == "Nobody fits"
    with pytest.raises(StaleError):
        review.unserved(OPEN, "Nobody fits", NOW)


def test_a_verdict_is_what_a_person_decided() -> None:
    yes, no = review.verdict(APPROVED, "Kim", NOW), review.verdict(DISMISSED, "Kim", NOW)
    assert (yes.decision, yes.reason) == (Decision.APPROVED, None)
    assert (no.decision, no.reason) == (Decision.DISMISSED, Dismissal.ALREADY_ANSWERED)
    assert review.verdict(review.answered(APPROVED, NOW), "Kim", NOW).decision == Decision.APPROVED
    with pytest.raises(StaleError):
        review.verdict(review.expired(OPEN, OPEN.expires_at), "Kim", NOW)


def test_names_are_made_harmless() -> None:
    assert review.approved(OPEN, "Kim\n<b>", NOW).decided_by == "Kim <b>"
    assert review.approved(OPEN, "  ", NOW).decided_by == "Somebody"


def test_what_people_decided_stays_when_a_post_is_judged_anew() -> None:
    fresh = opportunity(topic="Tidewell", reason="Weighs Tidewell", score=0.6, hot=True)
    anew = review.judged_anew(APPROVED, fresh, NOW)
    assert (anew.topic, anew.reason, anew.score, anew.hot) == (
        "Tidewell",
        "Weighs Tidewell",
        0.6,
        True,
    )
    assert (anew.state, anew.decided_by) == (OpportunityState.APPROVED, "Kim")
    with pytest.raises(StaleError):
        review.judged_anew(DISMISSED, fresh, NOW)
