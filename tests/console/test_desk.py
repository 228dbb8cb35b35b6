"""What all doors do, without a door."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from console.desk import Desk, Shelf, snoozes
from domain.errors import StaleError
from domain.types import (
    Dismissal,
    MessageKind,
    MessageState,
    Opportunity,
    OpportunityState,
)
from routing.place import PlaceRule
from tests.console.house import House
from tests.make import DAY, HOUR, NOW, advocate, message, opportunity, post

KEY = post(1).key


def test_a_decision_is_kept_with_its_event_its_verdict_and_the_card_drawn_again(
    house: House,
) -> None:
    house.heard()
    house.store.queue([message(KEY, channel="slack", state=MessageState.SENT)])
    became = house.desk.approve(KEY, "Kim")
    assert house.store.opportunity(KEY) == became
    assert (became.state, became.decided_by, became.chosen) == ("approved", "Kim", "")
    assert [(e.actor, e.action) for e in house.store.events(KEY)] == [("Kim", "approved")]
    assert [(v.reviewer, v.decision) for v in house.store.verdicts()] == [("Kim", "approved")]
    [again] = [m for m in house.store.messages() if m.kind is MessageKind.REDRAW]
    assert (again.about, again.turn, again.channel) == (KEY, became.version, "slack")


@pytest.mark.parametrize("channel", ["log", None])
def test_a_card_that_slack_does_not_show_is_not_drawn_again(
    house: House, channel: str | None
) -> None:
    house.heard()
    house.store.queue([message(KEY, channel=channel)] if channel else [])
    house.desk.claim(KEY, "Kim")
    assert not [m for m in house.store.messages() if m.kind is MessageKind.REDRAW]


DECISIONS: dict[str, Callable[[Desk, str], Opportunity]] = {
    "approve": lambda desk, who: desk.approve(KEY, who),
    "dismiss": lambda desk, who: desk.dismiss(KEY, who, Dismissal.NOT_OURS),
    "claim": lambda desk, who: desk.claim(KEY, who),
    "snooze": lambda desk, who: desk.snooze(KEY, who, NOW + HOUR),
    "release": lambda desk, who: desk.release(KEY, who),
}


@pytest.mark.parametrize("second", DECISIONS.values(), ids=DECISIONS)
@pytest.mark.parametrize(("first", "told"), [("approve", "approved"), ("dismiss", "dismissed")])
def test_who_is_second_is_told_who_was_first_and_changes_nothing(
    house: House, first: str, told: str, second: Callable[[Desk, str], Opportunity]
) -> None:
    house.heard()
    became = DECISIONS[first](house.desk, "Kim")
    with pytest.raises(StaleError, match=f"Kim {told} this at 15:00 UTC"):
        second(house.desk, "Lee")
    assert house.store.opportunity(KEY) == became
    assert len(house.store.events(KEY)) == 1


def test_of_many_who_decide_at_once_one_wins_and_all_others_are_told(house: House) -> None:
    house.heard()

    def decide(n: int) -> str:
        try:
            house.desk.approve(KEY, f"reviewer {n}")
        except StaleError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(decide, range(24)))
    kept = house.store.opportunity(KEY)
    assert kept
    assert told.count("") == 1
    assert set(told) == {"", f"{kept.decided_by} approved this at 15:00 UTC"}
    assert len(house.store.events(KEY)) == len(house.store.verdicts()) == 1


def test_a_claim_that_comes_in_between_does_not_stop_a_decision(house: House) -> None:
    house.heard()
    house.desk.claim(KEY, "Kim")
    assert house.desk.approve(KEY, "Lee").claimed_by == "Kim"
    assert [e.action for e in house.store.events(KEY)] == ["claimed", "approved"]


def test_claiming_twice_is_claiming_once(house: House) -> None:
    house.heard()
    house.desk.claim(KEY, "Kim")
    house.desk.claim(KEY, "Kim")
    assert len(house.store.events(KEY)) == 1
    with pytest.raises(StaleError, match="Kim is already looking"):
        house.desk.claim(KEY, "Lee")
    assert house.desk.release(KEY, "Kim").claimed_by == ""


def test_the_advocate_whom_a_reviewer_chose_is_kept(house: House) -> None:
    house.heard()
    house.store.add_advocates([advocate("anna"), advocate("bo")])
    assert house.desk.approve(KEY, "Kim", "bo").chosen == "bo"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"paused_until": NOW + DAY}, "Bo cannot be asked now: Paused until 11 March"),
        ({"consents": ()}, "Bo cannot be asked now: Has not agreed"),
        ({"handles": {}}, "Bo cannot be asked now: Has no account on Reddit"),
        ({"id": "somebody else"}, "no such advocate"),
    ],
)
def test_nobody_can_be_chosen_whom_the_gates_protect(
    house: House, changes: dict[str, object], why: str
) -> None:
    house.heard()
    house.store.add_advocates([advocate("bo").model_copy(update=changes)])
    with pytest.raises(StaleError, match=why):
        house.desk.approve(KEY, "Kim", "bo")
    assert house.store.opportunity(KEY) == opportunity()


def test_what_is_not_there_any_more_is_said_so(house: House) -> None:
    with pytest.raises(StaleError, match="no such opportunity"):
        house.desk.approve("reddit::t3_404", "Kim")
    with pytest.raises(StaleError, match="no longer keep"):
        house.desk.answer("reddit::t3_404@anna", "yes")
    with pytest.raises(StaleError, match="no such message"):
        house.desk.retry("card:x", "Kim")
    assert house.desk.view("reddit::t3_404") is None
    assert house.desk.asked("reddit::t3_404@anna") is None
    assert house.desk.leave("nobody") is False


def test_the_queue_keeps_states_and_platforms_apart(house: House) -> None:
    house.heard(1, score=0.7)
    house.heard(2, score=0.9, snoozed_until=NOW + HOUR)
    house.heard(3, state=OpportunityState.APPROVED)
    house.heard(4, post=post(4, platform="x"), hot=True)

    def on(shelf: Shelf, platform: str = "") -> list[str]:
        return [i.post.external_id for i in house.desk.queue(shelf, platform)[0]]

    assert on(Shelf.OPEN) == ["t3_4", "t3_1"]
    assert on(Shelf.OPEN, "x") == ["t3_4"]
    assert on(Shelf.SNOOZED) == ["t3_2"]
    assert on(Shelf.APPROVED) == ["t3_3"]
    assert on(Shelf.CLOSED) == []


def test_the_queue_has_pages(house: House) -> None:
    for n in range(120):
        house.heard(n)
    pages = [house.desk.queue(page=n) for n in (1, 2, 3, 4)]
    assert [(len(items), more) for items, more in pages] == [
        (50, True),
        (50, True),
        (20, False),
        (0, False),
    ]
    assert len({i.post.key for items, _ in pages for i in items}) == 120


def test_a_view_says_of_every_advocate_why_or_why_not(house: House) -> None:
    house.heard()
    ready = [advocate(f"a{n}", communities=("reddit:r/trades",)) for n in range(5)]
    house.store.add_advocates([*ready, advocate("paused", paused_until=NOW + DAY)])
    view = house.desk.view(KEY)
    assert view
    assert len(view.shortlist.shortlist) == 3
    assert len(view.eligible) == 2
    assert {p.advocate for p in view.shortlist.others} == {"paused", *(a.id for a in view.eligible)}
    assert not {p.advocate for p in view.shortlist.others} & {
        c.advocate for c in view.shortlist.shortlist
    }


def test_where_nobody_may_be_asked_nobody_is_eligible(house: House) -> None:
    house.heard()
    house.store.add_advocates([advocate()])
    desk = Desk(store=house.store, clock=house.clock, places={"reddit": PlaceRule(ask=False)})
    view = desk.view(KEY)
    assert view
    assert (view.shortlist.shortlist, view.eligible) == ((), [])


def test_tomorrow_is_the_next_morning_where_the_reviewers_work() -> None:
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)  # already the 11th in Auckland
    until = snoozes(late, ZoneInfo("Pacific/Auckland"))["tomorrow"]
    assert until.astimezone(ZoneInfo("Pacific/Auckland")).date().day == 12
    assert until.astimezone(ZoneInfo("Pacific/Auckland")).time() == time(9)
