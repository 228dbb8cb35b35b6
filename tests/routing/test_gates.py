"""Each gate that protects people: when it is shut, what is said, and when it opens again."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.types import (
    Advocate,
    Ask,
    AskKind,
    AskState,
    Consent,
    Dropped,
    Mention,
    Passed,
    Place,
    Post,
    PostState,
)
from routing import gates
from routing.history import History
from routing.policy import Policy
from tests.make import DAY, NOW, advocate, ask, mention, post

HERE = post()
PLACE = Place(key=HERE.place_key)
EASY = Policy(max_per_week=50, max_per_quarter=50, rest=timedelta(0))  # to see one gate alone
WEEK = timedelta(days=7)


def passed(
    somebody: Advocate | None = None,
    heard: Post = HERE,
    asks: Sequence[Ask] = (),
    policy: Policy = EASY,
    **given: Any,
) -> Passed | None:
    facts: dict[str, Any] = {"mentions": (), "place": PLACE, "now": NOW, **given}
    history = History.of(asks, heard)
    case = gates.Case(post=heard, policy=policy, history=history, **facts)
    return gates.passed(somebody or advocate(), case)


def why_not(*args: Any, **given: Any) -> str:
    found = passed(*args, **given)
    return found.why_not if found else ""


def until(*args: Any, **given: Any) -> datetime | None:
    found = passed(*args, **given)
    assert found is not None
    return found.until


def asked(days_ago: float, who: str = "anna", n: int = 90, **given: Any) -> Ask:
    """An earlier ask about something else: another post, thread, author and community."""
    at = NOW - timedelta(days=days_ago)
    other = post(n, community=f"r/other{n}")
    return ask(other, who, **{"drafted_at": at, "sent_at": at, "state": AskState.DONE, **given})


def test_with_all_gates_open_nothing_is_said() -> None:
    assert passed(policy=Policy()) is None


# The person


def test_who_left_is_never_asked() -> None:
    assert why_not(advocate(left_at=NOW - DAY)) == "Asked not to be written to any more"


def test_who_cannot_be_reached_is_not_asked() -> None:
    assert why_not(advocate(email="")) == "Has neither an e-mail address nor a Slack id"
    assert not why_not(advocate(email="", slack_id="U012ABC"))


def agreed(kind: AskKind, given_on: date) -> tuple[Consent, ...]:
    return (Consent(kind=kind, source="form", given_on=given_on),)


@pytest.mark.parametrize(
    ("consents", "said"),
    [
        ((), "Has not agreed to be asked for this (reply)"),
        (agreed(AskKind.REVIEW, date(2025, 1, 1)), "Has not agreed to be asked for this (reply)"),
        (agreed(AskKind.REPLY, date(2026, 4, 1)), "Agreed only from 1 April on"),
        (agreed(AskKind.REPLY, NOW.date()), ""),
    ],
)
def test_consent_is_for_this_kind_of_ask_and_not_from_tomorrow(
    consents: tuple[Consent, ...], said: str
) -> None:
    assert why_not(advocate(consents=consents)) == said


def test_consent_starts_with_the_day_where_the_advocate_lives() -> None:
    tomorrow = agreed(AskKind.REPLY, NOW.date() + DAY)
    sydney = advocate(consents=tomorrow, time_zone="Australia/Sydney", quiet_from=None)
    no_night = Policy(quiet_from_hour=8, quiet_to_hour=8)
    assert passed(sydney, policy=no_night) is None  # it is tomorrow there already
    london = advocate(consents=tomorrow)
    assert until(london, policy=no_night) == datetime(2026, 3, 11, tzinfo=UTC)


def test_other_kinds_of_ask_need_their_own_consent() -> None:
    assert why_not(kind=AskKind.REVIEW) == "Has not agreed to be asked for this (review)"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("paused_until", "Paused until 12 March"),
        ("frozen_until", "Frozen until 12 March (renewal or open ticket)"),
    ],
)
def test_a_pause_and_a_freeze_hold_until_they_end(field: str, said: str) -> None:
    end = NOW + 2 * DAY
    anna = advocate()
    assert why_not(anna.revised(**{field: end})) == said
    assert until(anna.revised(**{field: end})) == end
    assert passed(anna.revised(**{field: NOW})) is None


def test_at_night_nobody_is_asked() -> None:
    tokyo = advocate(time_zone="Asia/Tokyo")
    assert why_not(tokyo) == "Quiet hours until 08:00 (Asia/Tokyo)"
    assert until(tokyo) == datetime(2026, 3, 10, 23, 0, tzinfo=UTC)


# The post and its place


def test_nothing_is_made_of_a_post_that_is_gone() -> None:
    assert why_not(heard=post(state=PostState.GONE)) == "The post is gone"


def test_where_nobody_may_be_asked_nobody_is() -> None:
    closed = Place(key="reddit:r/trades", ask=False)
    assert why_not(place=closed) == "Nobody is asked to reply in reddit:r/trades"


def test_the_asker_is_not_asked() -> None:
    assert why_not(heard=post(author="ANNA_R")) == "Asked this question themselves"
    assert not why_not(heard=post(author=""))


@pytest.mark.parametrize(
    ("company", "ours", "said"),
    [
        ("Tidewell", False, "Works for Tidewell, which the post names"),
        ("tidewell Ltd.", False, "Works for Tidewell, which the post names"),
        ("Tidewell", True, ""),
        ("Tidewater", False, ""),
        ("", False, ""),
    ],
)
def test_a_rivals_employee_is_not_asked(company: str, ours: bool, said: str) -> None:
    named = (mention(HERE, "Tidewell", ours=ours),)
    assert why_not(advocate(company=company), mentions=named) == said


@pytest.mark.parametrize(
    ("platform", "said"),
    [
        ("reddit", "Has no account on Reddit that we know of"),
        ("x", "Has no account on X that we know of"),
        ("hackernews", "Has no account on Hacker News that we know of"),
        ("linkedin", "Has no account on LinkedIn that we know of"),
        ("rss", ""),
        ("discourse", ""),
    ],
)
def test_an_account_is_needed_where_only_members_answer(platform: str, said: str) -> None:
    assert why_not(advocate(handles={}), heard=post(platform=platform)) == said


@pytest.mark.parametrize(
    ("asked_in", "spoken", "said"),
    [
        ("de", ("en",), "Writes en, not de"),
        ("de", ("en", "fr"), "Writes en and fr, not de"),
        ("de-AT", ("en", "de"), ""),
        ("en", ("en-GB",), ""),
        ("", ("fr",), ""),
        ("und", ("fr",), ""),
        ("qme", ("fr",), ""),
        ("iw", ("he",), ""),
    ],
)
def test_a_language_has_to_be_shared_where_it_is_known(
    asked_in: str, spoken: tuple[str, ...], said: str
) -> None:
    assert why_not(advocate(languages=spoken), heard=post(language=asked_in)) == said


# What was asked before


@pytest.mark.parametrize(
    "state", [AskState.DRAFTED, AskState.SENT, AskState.ACCEPTED, AskState.DONE]
)
def test_never_two_on_one_thread(state: AskState) -> None:
    by_bo = ask(HERE, "bo", state=state)
    assert "Another, bo, was asked about this thread" in why_not(asks=[by_bo])
    comment = post(2, thread_id=HERE.thread_id, author="another")
    assert "Another, bo, was asked about this thread" in why_not(heard=comment, asks=[by_bo])


def test_when_the_one_before_said_no_the_next_may_be_asked() -> None:
    by_bo = ask(HERE, "bo", state=AskState.DROPPED, dropped_as=Dropped.DECLINED, sent_at=NOW)
    assert passed(asks=[by_bo]) is None


@pytest.mark.parametrize("state", list(AskState))
def test_nobody_is_asked_twice_about_one_thread(state: AskState) -> None:
    before = ask(HERE, "anna", state=state, drafted_at=NOW - 80 * DAY)
    assert why_not(asks=[before]).startswith("Was already asked about this thread")
    comment = post(2, thread_id=HERE.thread_id, author="another")
    assert why_not(heard=comment, asks=[before]).startswith("Was already asked about this thread")


def test_never_two_on_one_author() -> None:
    elsewhere = post(2, community="r/other", author=HERE.author)
    at = NOW - 10 * DAY
    by_bo = ask(elsewhere, "bo", state=AskState.DONE, drafted_at=at, sent_at=at)
    assert why_not(asks=[by_bo]) == "Another, bo, was asked about this author 10 days ago"
    assert until(asks=[by_bo]) == at + EASY.author_rest
    assert passed(asks=[by_bo], now=at + EASY.author_rest) is None
    refused = by_bo.model_copy(update={"state": AskState.DROPPED, "dropped_as": Dropped.SILENT})
    assert passed(asks=[refused]) is None


def test_the_same_advocate_may_meet_an_author_again_but_not_twice_at_once() -> None:
    elsewhere = post(2, community="r/other", author=HERE.author)
    mine = ask(elsewhere, "anna", state=AskState.DONE, drafted_at=NOW - 10 * DAY)
    assert passed(asks=[mine]) is None
    in_hand = mine.model_copy(update={"state": AskState.SENT})
    assert why_not(asks=[in_hand]) == "Is being asked about this author"


def test_an_unknown_author_is_nobodys_second() -> None:
    nameless = post(author="", author_id="")
    other = post(2, author="", author_id="", community="r/other")
    assert passed(heard=nameless, asks=[ask(other, "bo", state=AskState.DONE)]) is None


def test_a_community_has_its_own_limit() -> None:
    policy = EASY.model_copy(update={"max_per_community_week": 2})
    two = [ask(post(n), f"x{n}", drafted_at=NOW - n * DAY) for n in (2, 3)]
    assert passed(asks=two[:1], policy=policy) is None
    assert (
        why_not(asks=two, policy=policy) == "The week's limit of two in reddit:r/trades is reached"
    )
    assert until(asks=two, policy=policy) == NOW - 3 * DAY + WEEK
    other_case = [a.model_copy(update={"place_key": "reddit:R/Trades"}) for a in two]
    assert why_not(asks=other_case, policy=policy)


def test_a_platform_without_communities_has_no_such_limit_but_hacker_news_is_one() -> None:
    def of(platform: str, community: str = "") -> tuple[Post, list[Ask]]:
        posts = [post(n, platform=platform, community=community) for n in range(9)]
        return posts[0], [ask(p, f"x{p.external_id}") for p in posts[1:]]

    heard, asks = of("x")
    assert passed(heard=heard, asks=asks) is None
    heard, asks = of("hackernews", "Ask HN")
    plain, _ = of("hackernews")
    assert "limit of two in" in why_not(heard=heard, asks=asks)
    assert "limit of two in" in why_not(heard=plain, asks=asks)


@pytest.mark.parametrize(
    ("days_ago", "own", "policy", "said"),
    [
        ((3,), None, Policy(rest=timedelta(0)), "Asked once in 7 days, which is the limit"),
        ((3,), 5, Policy(rest=timedelta(0)), "Asked once in 7 days, which is the limit"),
        ((3,), 1, EASY, "Asked once in 7 days, which is the limit"),
        ((1, 3), 2, EASY, "Asked twice in 7 days, which is the limit"),
        ((3,), 2, EASY, ""),
        ((7,), 1, EASY, ""),
        ((), 0, EASY, "Wants no asks at all"),
    ],
)
def test_the_smaller_of_the_two_weekly_limits_holds(
    days_ago: tuple[int, ...], own: int | None, policy: Policy, said: str
) -> None:
    asks = [asked(d, n=50 + d) for d in days_ago]
    assert why_not(advocate(max_per_week=own), asks=asks, policy=policy) == said


def test_a_week_is_free_again_when_the_oldest_that_counts_is_a_week_old() -> None:
    asks = [asked(d, n=50 + d) for d in (1, 3, 5)]
    assert until(advocate(max_per_week=2), asks=asks) == NOW - 3 * DAY + WEEK


def test_a_quarter_is_thirteen_weeks_back_from_now() -> None:
    policy = EASY.model_copy(update={"max_per_quarter": 2})
    asks = [asked(d, n=d) for d in (10, 60, 92)]
    assert why_not(asks=asks, policy=policy) == "Asked twice in 13 weeks, which is the limit"
    assert until(asks=asks, policy=policy) == NOW - 60 * DAY + 91 * DAY
    assert passed(asks=asks[1:], policy=policy) is None


def test_rest_comes_between_two_asks() -> None:
    policy = Policy(max_per_week=50, max_per_quarter=50, rest=timedelta(days=7))
    assert why_not(asks=[asked(2)], policy=policy) == "Last asked 2 days ago, rests until 15 March"
    assert until(asks=[asked(2)], policy=policy) == NOW + 5 * DAY
    assert passed(asks=[asked(7)], policy=policy) is None


@pytest.mark.parametrize(
    ("ask_before", "counts"),
    [
        pytest.param(asked(1, state=AskState.SENT), True, id="sent"),
        pytest.param(asked(1, state=AskState.DRAFTED, sent_at=None), True, id="about to be sent"),
        pytest.param(asked(1, kind=AskKind.REVIEW), True, id="of another kind"),
        pytest.param(
            asked(1, state=AskState.DROPPED, dropped_as=Dropped.DECLINED), True, id="declined"
        ),
        pytest.param(
            asked(1, state=AskState.DROPPED, dropped_as=Dropped.CLOSED, sent_at=None),
            False,
            id="dropped before it was sent",
        ),
        pytest.param(
            asked(1, state=AskState.DROPPED, dropped_as=Dropped.UNDELIVERABLE, sent_at=None),
            True,
            id="could not be delivered",
        ),
        pytest.param(asked(1, "bo"), False, id="somebody else's"),
    ],
)
def test_what_counts_as_having_been_asked(ask_before: Ask, counts: bool) -> None:
    assert (passed(asks=[ask_before], policy=Policy()) is not None) == counts


# Several at once


def test_every_shut_gate_is_named_and_the_last_end_holds() -> None:
    somebody = advocate(paused_until=NOW + 2 * DAY, frozen_until=NOW + 5 * DAY)
    assert why_not(somebody) == (
        "Paused until 12 March; frozen until 15 March (renewal or open ticket)"
    )
    assert until(somebody) == NOW + 5 * DAY


def test_what_does_not_end_by_itself_has_no_end() -> None:
    somebody = advocate(paused_until=NOW + 2 * DAY, consents=())
    assert until(somebody) is None


def test_a_day_in_another_year_is_told_with_its_year() -> None:
    assert why_not(advocate(paused_until=NOW + 400 * DAY)) == "Paused until 14 April 2027"


def test_mentions_of_nobody_change_nothing() -> None:
    nameless = Mention(name="", text="", start=0, end=0)
    assert passed(advocate(company=""), mentions=(nameless,)) is None
