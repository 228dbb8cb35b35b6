"""What the letters say: to a reviewer, and to an advocate."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.players import slack_rules
from domain.types import AskState, Closed, Dismissal, Dropped, OpportunityState, Place, PostState
from notifiers import advocates, messages
from notifiers.base import Letter
from tests.notifiers import world


def test_the_card_names_all_that_a_reviewer_needs() -> None:
    said = world.card().text
    for expected in (
        *("r/dentistry (Reddit)", "found 2 h later", "87 %", "decides by Friday", "14 of us"),
        *("Nadia Flores", "Tomasz Lis", "Grace Okafor", "moved from Saddle", "Never asked before"),
        *("Last asked 21 January 2026", "one ask this quarter", world.BOARD, world.post().url),
    ):
        assert expected in " ".join(said.split())


def _actions(letter: Letter) -> dict[str, Any]:
    found = {}
    for block in letter.blocks:
        for element in (block.get("accessory"), *(block.get("elements") or ())):
            if element and "action_id" in element:
                found[element["action_id"]] = element
    return found


def test_the_cards_buttons_carry_the_key_and_never_the_posts_words() -> None:
    actions = _actions(world.card())
    assert [*actions] == [
        "ask:a1",
        "ask:a2",
        "ask:a3",
        "approve",
        "dismiss",
        "snooze",
        "claim",
        "open",
    ]
    keyed = [a["value"] for a in actions.values() if "value" in a]
    assert keyed == ["reddit::1abcde"] * 6
    assert [o["value"] for o in actions["dismiss"]["options"]] == [r.value for r in Dismissal]
    assert actions["open"]["url"] == world.BOARD


def test_a_key_too_long_for_a_button_leaves_the_way_to_the_board() -> None:
    letter = world.card(opportunity=world.opportunity(post_key="rss:" + "k" * 2_100))
    assert [*_actions(letter)] == ["open"]
    assert not [*slack_rules.problems([dict(block) for block in letter.blocks])]


def test_a_card_where_nobody_fits_says_so_and_asks_nobody() -> None:
    letter = world.letters()["card, nobody fits"]
    assert "Nobody fits. We weighed 37 advocates" in letter.text
    assert [*_actions(letter)] == ["dismiss", "snooze", "claim", "open"]


def test_a_card_of_a_place_that_forbids_it_asks_nobody() -> None:
    forbidden = world.SHORTLIST.model_copy(
        update={"place": Place(key="reddit:r/dentistry", ask=False)}
    )
    letter = world.card(shortlist=forbidden)
    assert "Nobody may be asked here." in letter.text
    assert not [name for name in _actions(letter) if name.startswith(("ask", "approve"))]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"claimed_by": "Robin"}, "Claimed by Robin."),
        (
            {"snoozed_until": world.NOW + timedelta(hours=3)},
            "Snoozed until Mon 2 March, 17:10 (UTC).",
        ),
    ],
)
def test_an_open_card_tells_who_claimed_it_and_can_still_be_decided(
    changes: dict[str, Any], said: str
) -> None:
    letter = world.card(opportunity=world.opportunity(**changes))
    assert said in letter.text
    assert "approve" in _actions(letter)


_STATE = OpportunityState
_AT = {"decided_by": "Robin", "decided_at": world.NOW}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": _STATE.APPROVED, **_AT}, "Approved by Robin, Mon 2 March, 14:10 (UTC)."),
        (
            {
                "state": _STATE.CLOSED,
                "closed_as": Closed.DISMISSED,
                "dismissal": Dismissal.WRONG_PLACE,
                "note": "mods are strict",
                **_AT,
            },
            "by Robin, Mon 2 March, 14:10 (UTC). The place would not like it. “mods are strict”",
        ),
        ({"state": _STATE.CLOSED, "closed_as": Closed.EXPIRED}, "the time to answer has passed."),
        ({"state": _STATE.CLOSED, "closed_as": Closed.ANSWERED, **_AT}, "A peer has answered."),
        ({"state": _STATE.CLOSED, "closed_as": Closed.GONE}, "Closed: the post was deleted."),
    ],
)
def test_a_decided_card_says_who_did_what_and_offers_nothing_more(
    changes: dict[str, Any], said: str
) -> None:
    letter = world.card(opportunity=world.opportunity(**changes))
    assert said in " ".join(letter.text.split())
    assert [*_actions(letter)] == ["open"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Nadia Flores is asked next."),
        ({"state": AskState.SENT, "sent_at": world.NOW}, "Nadia Flores was asked, Mon 2 March"),
        ({"state": AskState.ACCEPTED, "answered_at": world.NOW}, "Nadia Flores said yes, Mon 2"),
        ({"state": AskState.DROPPED, "dropped_as": Dropped.DECLINED}, "said no to this one."),
        ({"state": AskState.DONE, "reply_url": "https://r.example/1"}, "says the reply is there."),
        ({"state": AskState.DONE, "verified": True, "up_after_day": True}, "Still up after a day."),
    ],
)
def test_a_card_tells_what_became_of_each_ask(changes: dict[str, Any], said: str) -> None:
    letter = world.card(opportunity=world.approved(), asks=[world.ask(**changes)])
    assert said in " ".join(letter.text.split())


@pytest.mark.parametrize("reason", Dropped)
def test_every_way_an_ask_ends_has_words(reason: Dropped) -> None:
    ended = world.ask(state=AskState.DROPPED, dropped_as=reason)
    assert re.search(
        r"Nadia Flores \w+", world.card(opportunity=world.approved(), asks=[ended]).text
    )


def test_nothing_of_a_deleted_post_stays_on_its_card() -> None:
    gone = world.post(state=PostState.GONE)
    letter = world.card(post=gone)
    everything = f"{letter.subject}{letter.text}{letter.html}{letter.blocks}"
    for word in ("Saddle or Slotwren", "molar_bear", "14 of us", gone.url, "Leeds"):
        assert word not in everything
    assert [*_actions(letter)] == ["open"]
    digested = world.digest(gone)
    assert "Saddle or Slotwren" not in digested.text


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("customer", "I am a customer of Kingwren, and they pointed me to this thread."),
        ("employee", "I work at Kingwren."),
        ("partner", "I work with Kingwren as a partner, and they pointed me to this thread."),
        ("investor", "I am an investor in Kingwren, and they pointed me to this thread."),
    ],
)
def test_the_disclosure_says_what_the_advocate_is(kind: str, line: str) -> None:
    letter = world.prompt(advocate=world.advocate(kind=kind))
    assert line in " ".join(letter.text.split())


def test_the_prompt_says_when_in_the_advocates_own_time() -> None:
    letter = world.prompt(advocate=world.advocate(time_zone="America/New_York"))
    assert "Tue 3 March, 09:10 (America/New York)" in " ".join(letter.text.split())


def test_the_prompt_offers_four_answers_on_one_page_and_a_way_out() -> None:
    letter = world.prompt()
    for choice in advocates.CHOICES:
        assert f"{world.PAGE}&choose={choice}" in letter.text
    assert [*_actions(letter)] == ["yes", "not_this", "not_now", "pause"]
    assert letter.unsubscribe_url == world.STOP
    assert world.STOP in letter.text


def test_the_prompt_shows_the_advocates_own_facts_where_asking_is_allowed() -> None:
    fact = "eleven no-shows a week"
    assert fact in world.prompt().text
    forbidding = Place(key="reddit:r/dentistry", ask=False)
    assert fact not in world.prompt(place=forbidding).text


@pytest.mark.parametrize(("asks", "nth"), [(1, "first"), (3, "third"), (12, "12th"), (22, "22nd")])
def test_the_prompt_tells_how_often_this_person_was_asked(asks: int, nth: str) -> None:
    assert f"the {nth} time this quarter" in world.prompt(asks_this_quarter=asks).text


def test_without_a_name_the_company_is_called_by_its_product() -> None:
    letter = world.prompt(company=messages.Company(products=("Slotwren",)))
    assert "customer of Slotwren" in " ".join(letter.text.split())


def test_a_long_digest_lists_a_dozen_and_counts_the_rest() -> None:
    letter = world.digest(count=40)
    assert "28 more stand on the board." in letter.text
    assert not [*slack_rules.problems([dict(block) for block in letter.blocks])]


def test_keys_are_those_of_the_messages() -> None:
    keys = {name: letter.key for name, letter in world.letters().items()}
    assert keys["card"] == "card:reddit::1abcde"
    assert keys["prompt"] == "prompt:reddit::1abcde@a1"
    assert keys["reminder"] == "reminder:reddit::1abcde@a1:1"
    assert keys["thanks"] == "thanks:reddit::1abcde@a1"


def test_the_page_of_all_letters_is_true() -> None:
    page = (Path(__file__).parents[2] / "docs" / "messages.md").read_text()
    shown = {name: letter.text for name, letter in world.letters().items() if "claimed" not in name}
    stale = [name for name, text in shown.items() if f"```text\n{text.strip()}\n```" not in page]
    assert not stale, f"docs/messages.md shows other words than these letters have: {stale}"


def test_a_private_message_is_quoted_in_no_letter() -> None:
    private = world.post(
        title="", text="Between us: we leave Saddle.", author="Ann", metrics={"private": 1}
    )
    for name, letter in world.letters(private).items():
        assert "Between us" not in letter.model_dump_json(), name
    assert "A private message" in world.card(post=private).text
    assert "“dental practice”" not in world.card(post=private).text


def test_a_card_names_every_other_place_where_the_same_was_asked() -> None:
    others = [world.post(community=f"r/place{n}") for n in range(10)]
    said = " ".join(world.card(elsewhere=others).text.split())
    assert "Asked in other places too: r/place0 (Reddit)" in said
    assert "and 2 more." in said


def test_a_card_tells_that_its_post_was_edited() -> None:
    assert "Edited since" in world.card(post=world.post(state=PostState.EDITED)).text


def test_what_is_no_longer_kept_is_not_called_deleted() -> None:
    over = world.ask(state=AskState.DONE)
    assert world.recall(ask=over).subject == "This is over"
    assert "Thank you" not in world.recall(ask=over).text
