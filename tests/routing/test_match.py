"""Whom do we ask? Cases told in words: the asker, some advocates, and whom we expect and why."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest

from domain.types import (
    Advocate,
    Ask,
    Asker,
    AskState,
    Assessment,
    Dropped,
    Known,
    Mention,
    Place,
    Shortlist,
    Stated,
)
from routing import match
from routing.policy import Policy
from tests.make import DAY, HOUR, NOW, advocate, ask, assessment, mention, post

HERE = post()
PLACE = Place(key=HERE.place_key)
FERNHILL = mention(HERE, "Fernhill", ours=True)
TIDEWELL = mention(HERE, "Tidewell")


class Product(NamedTuple):
    name: str
    category: str
    ours: bool


CATALOGUE = (
    Product("Fernhill", "job management", ours=True),
    Product("Fernhill Pay", "payments", ours=True),
    Product("Fernhill Plan", "job management", ours=True),
    Product("Tidewell", "job management", ours=False),
)


def stated(value: str) -> Stated:
    return Stated(text=value, start=0, end=len(value), value=value)


def asker(**said: str) -> Asker:
    return Asker(**{name: stated(value) for name, value in said.items()})


PLUMBER = asker(industry="construction", size="11-50", region="uk and ireland")


def judged(who: Asker = PLUMBER, mentions: Sequence[Mention] = (FERNHILL, TIDEWELL)) -> Assessment:
    return assessment(HERE, asker=who, mentions=tuple(mentions))


def shortlist(
    advocates: Sequence[Advocate],
    thought: Assessment | None = None,
    asks: Sequence[Ask] = (),
    policy: Policy | None = None,
    **given: Any,
) -> Shortlist:
    options = {"catalogue": CATALOGUE, **given}
    policy = policy or Policy()
    return match.shortlist(
        HERE, thought or judged(), advocates, asks, policy, PLACE, NOW, **options
    )


def first(*advocates: Advocate, **given: Any) -> str:
    found = shortlist(advocates, **given).shortlist
    return found[0].advocate if found else ""


def why(somebody: Advocate, **given: Any) -> str:
    return shortlist([somebody], **given).shortlist[0].why


def asked(who: str, days_ago: float, n: int = 50) -> Ask:
    at = NOW - timedelta(days=days_ago)
    other = post(n, community="r/elsewhere")
    return ask(other, who, drafted_at=at, sent_at=at, state=AskState.DONE)


def plain(name: str, **given: Any) -> Advocate:
    """Knows our product, and has nothing else in common with anybody."""
    return advocate(name, **{"products": (Known(product="Fernhill"),), **given})


# Whom a plumber of twelve people in Leeds, who weighs Fernhill against Tidewell, should hear


def test_a_peer_of_the_same_trade_and_size_comes_before_all_others() -> None:
    peer = plain("peer", industry="construction", company_size="11-50")
    local = plain("local", region="uk and ireland")
    member = plain("member", communities=("reddit:r/trades",))
    giant = plain("giant", industry="construction", company_size="10001+")
    assert first(giant, member, local, peer) == "peer"


def test_the_survey_orders_peer_community_region() -> None:
    peer = plain("c", industry="construction", company_size="11-50")
    member = plain("b", communities=("reddit:R/Trades",))
    local = plain("a", region="uk and ireland")
    found = shortlist([local, member, peer])
    assert [c.advocate for c in found.shortlist] == ["c", "b", "a"]


def test_a_similar_size_comes_before_a_very_different_one() -> None:
    near = plain("near", industry="construction", company_size="51-200")
    far = plain("a_far", industry="construction", company_size="10001+")
    assert first(far, near) == "near"


def test_who_knows_the_product_comes_before_who_does_not() -> None:
    knows = plain("knows")
    other = advocate("an_other", products=(Known(product="Fernhill Pay"),))
    assert first(other, knows) == "knows"


def test_who_left_the_rival_that_is_named_comes_before_who_left_another() -> None:
    assert first(plain("a", moved_from=("Oldbook",)), plain("b", moved_from=("tidewell",))) == "b"


def test_the_same_use_case_counts_by_its_words() -> None:
    quotes = plain("quotes", use_cases=("sending quotes and invoices on site",))
    stock = plain("a_stock", use_cases=("stock taking",))
    thought = judged(asker(use_case="invoices for small jobs on site"))
    assert first(stock, quotes, thought=thought) == "quotes"


def test_of_two_alike_the_longer_user_is_asked() -> None:
    new = advocate("a_new", products=(Known(product="Fernhill", since=date(2026, 1, 1)),))
    old = advocate("old", products=(Known(product="Fernhill", since=date(2022, 1, 1)),))
    assert first(new, old) == "old"


def test_of_two_alike_the_rested_one_is_asked() -> None:
    asks = [asked("a_tired", 9)]
    assert first(plain("a_tired"), plain("fresh"), asks=asks) == "fresh"


def test_of_two_alike_the_less_often_asked_one_is_asked() -> None:
    asks = [asked("a", 20), asked("a", 40, 51), asked("a", 60, 52), asked("b", 20, 53)]
    assert first(plain("a"), plain("b"), asks=asks) == "b"


def test_a_better_fit_may_be_a_little_more_tired() -> None:
    peer = plain("peer", industry="construction", company_size="11-50")
    assert first(plain("fresh"), peer, asks=[asked("peer", 20)]) == "peer"


# What the post does not state


def test_what_the_post_does_not_state_counts_against_nobody() -> None:
    full = plain("full", industry="construction", region="uk and ireland", company_size="11-50")
    bare = plain("bare")
    found = shortlist([full, bare], judged(Asker())).shortlist
    assert found[0].fit == found[1].fit
    assert not {"peer", "region", "use_case"} & set(found[0].components)
    assert "not stated: industry, size, region, use case" in found[0].told


def test_a_trade_alone_is_compared_without_size() -> None:
    peer = plain("peer", industry="construction")
    found = shortlist([peer], judged(asker(industry="construction"))).shortlist[0]
    assert found.components["peer"] > 0
    assert "not stated: size, region, use case" in found.told


def test_a_perfect_match_has_a_fit_of_one() -> None:
    twin = advocate(
        industry="construction",
        company_size="11-50",
        region="uk and ireland",
        communities=("reddit:r/trades",),
        moved_from=("Tidewell",),
    )
    found = shortlist([twin]).shortlist[0]
    assert found.fit == pytest.approx(1.0)
    assert sum(found.components.values()) == pytest.approx(found.fit, abs=1e-9)
    assert found.why == (
        "Same industry (construction) and size (11-50); active in r/trades; "
        "same region (uk and ireland); uses Fernhill since 2022; moved from Tidewell"
    )
    assert found.told == f"{found.why}; not stated: use case"


@pytest.mark.parametrize(
    ("somebody", "said"),
    [
        (
            plain("a", industry="construction", company_size="10001+"),
            "Same industry (construction);",
        ),
        (plain("a", company_size="11-50"), "Same size (11-50);"),
        (plain("a", company_size="51-200"), "Similar size (51-200);"),
        (
            plain("a", industry="construction", company_size="2-10"),
            "Same industry (construction), similar size (2-10);",
        ),
        (plain("a"), "Uses Fernhill"),
    ],
)
def test_why_says_what_they_have_in_common(somebody: Advocate, said: str) -> None:
    assert why(somebody).startswith(said)


# Which product


def test_a_category_is_served_by_whoever_knows_our_product_in_it() -> None:
    field = Mention(name="job management", text="job management", start=0, end=14)
    pays = advocate("a_pays", products=(Known(product="Fernhill Pay"),))
    assert first(pays, plain("knows"), thought=judged(Asker(), [field])) == "knows"


def test_a_rival_alone_asks_for_our_products_of_its_category() -> None:
    pays = advocate("a_pays", products=(Known(product="Fernhill Pay"),))
    assert first(pays, plain("knows"), thought=judged(Asker(), [TIDEWELL])) == "knows"


def test_a_neighbouring_product_counts_half() -> None:
    plans = advocate("plans", products=(Known(product="Fernhill Plan"),))
    found = shortlist([plans, plain("knows")]).shortlist
    parts = {c.advocate: c.components["product"] for c in found}
    assert parts["plans"] == pytest.approx(parts["knows"] / 2)


def test_without_a_catalogue_only_what_is_named_counts() -> None:
    found = shortlist([plain("a")], judged(Asker(), [TIDEWELL]), catalogue=()).others
    assert "Too little in common" in found[0].why_not


# Nobody, somebody, everybody


def test_rest_alone_makes_nobody_fit() -> None:
    stranger = advocate("stranger", products=())
    found = shortlist([stranger])
    assert not found.shortlist
    assert found.others[0].why_not == "Too little in common with what is asked (0.00)"


def test_where_the_post_states_nothing_at_all_anybody_may_help() -> None:
    elsewhere = post(platform="rss", community="")
    thought = assessment(elsewhere)
    found = match.shortlist(elsewhere, thought, [advocate(products=())], [], Policy(), PLACE, NOW)
    assert [c.advocate for c in found.shortlist] == ["anna"]


def test_the_others_are_told_that_better_ones_come_first() -> None:
    found = shortlist([plain(f"a{n}") for n in range(5)])
    assert len(found.shortlist) == 3
    assert [p.why_not for p in found.others] == ["Would fit too (0.28), three come first"] * 2


def test_the_reviewers_choice_comes_first_where_it_is_allowed() -> None:
    crowd = [plain(f"a{n}", industry="construction") for n in range(5)]
    found = shortlist([*crowd, advocate("zoe", products=())], chosen="zoe")
    assert found.shortlist[0].advocate == "zoe"
    asleep = shortlist([*crowd, plain("zoe", paused_until=NOW + DAY)], chosen="zoe")
    assert "zoe" not in [c.advocate for c in asleep.shortlist]
    assert ("zoe", "Paused until 11 March") in [(p.advocate, p.why_not) for p in asleep.others]


def test_equals_are_ordered_by_rest_and_then_by_id() -> None:
    no_rest = Policy(weight_rested=0, shortlist=4)
    asks = [asked("b", 20), asked("c", 60, 51)]
    found = shortlist([plain(n) for n in "dcba"], asks=asks, policy=no_rest)
    assert [c.advocate for c in found.shortlist] == ["a", "d", "c", "b"]


def test_a_candidate_carries_what_the_card_shows() -> None:
    asks = [asked("a", 20), asked("a", 60, 51), asked("a", 95, 52)]
    found = shortlist([plain("a")], asks=asks).shortlist[0]
    assert found.last_asked == NOW - 20 * DAY
    assert found.asks_this_quarter == 2


# Just before sending


MINE = ask(HERE, "anna", drafted_at=NOW - HOUR)


def still(
    mine: Ask = MINE, somebody: Advocate | None = None, asks: Sequence[Ask] = (), **given: Any
) -> str:
    where = given.get("place", PLACE)
    heard = given.get("heard", HERE)
    found = match.still_allowed(
        mine, heard, somebody or advocate(), [mine, *asks], Policy(), where, NOW
    )
    return found.why_not if found else ""


def test_an_ask_does_not_stand_in_its_own_way() -> None:
    assert not still()


@pytest.mark.parametrize(
    ("somebody", "said"),
    [
        (advocate(paused_until=NOW + DAY), "Paused until 11 March"),
        (advocate(left_at=NOW), "Asked not to be written to any more"),
        (advocate(consents=()), "Has not agreed to be asked for this (reply)"),
        (advocate(time_zone="Asia/Tokyo"), "Quiet hours until 08:00 (Asia/Tokyo)"),
    ],
)
def test_what_changed_since_the_draft_holds_the_ask_back(somebody: Advocate, said: str) -> None:
    assert still(somebody=somebody) == said


def test_so_does_a_place_that_was_closed_or_a_post_that_is_gone() -> None:
    assert still(place=Place(key="reddit:r/trades", ask=False))
    assert still(heard=post(state="gone"))


def test_of_two_drafted_at_once_the_first_goes() -> None:
    other = ask(post(9, community="r/elsewhere"), "anna", drafted_at=NOW - 2 * HOUR)
    assert "Asked once in 7 days" in still(asks=[other])
    assert not still(other, asks=[MINE])


def test_one_that_was_sent_meanwhile_counts() -> None:
    at = NOW - HOUR / 2
    other = ask(
        post(9, community="r/elsewhere"),
        "anna",
        drafted_at=at,
        sent_at=at,
        state=AskState.SENT,
    )
    assert "rests until" in still(asks=[other])


def test_a_reminder_is_no_new_ask_but_respects_the_person() -> None:
    sent = MINE.model_copy(update={"state": AskState.SENT, "sent_at": NOW - DAY})
    later = ask(post(9, community="r/elsewhere"), "anna", state=AskState.SENT, sent_at=NOW)
    assert not still(sent, asks=[later])
    assert still(sent, advocate(paused_until=NOW + DAY))


def test_the_second_wave_is_not_stopped_by_the_first() -> None:
    before = ask(HERE, "bo", state=AskState.DROPPED, dropped_as=Dropped.SILENT, sent_at=NOW - DAY)
    assert not still(asks=[before])
