from datetime import date

import pytest
from pydantic import ValidationError

from routing.place import DEFAULTS, UNKNOWN, PlaceRule, community, community_of, place
from tests.make import post


@pytest.mark.parametrize("platform", [name for name in DEFAULTS if ":" not in name])
def test_every_platform_we_know_wants_openness_and_facts(platform: str) -> None:
    found = place(platform, {})
    assert found.ask
    assert found.disclose
    assert found.facts_only
    assert found.note


@pytest.mark.parametrize(
    ("key", "links"),
    [
        ("reddit:r/crm", False),
        ("hackernews", False),
        ("x", True),
        ("rss", False),
        ("mumble", False),
    ],
)
def test_links_are_rarely_welcome(key: str, links: bool) -> None:
    assert place(key, {}).links is links


def test_an_unknown_place_is_a_careful_one() -> None:
    assert place("mumble:room", {}).note == UNKNOWN.note


def test_the_teams_rule_goes_before_the_platforms_and_that_before_the_defaults() -> None:
    rules = {
        "reddit": PlaceRule(links=True, note="ours for all of Reddit"),
        "reddit:r/CRM": PlaceRule(
            ask=False, rules_url="https://reddit.example/rules", read_on=date(2026, 1, 5)
        ),
    }
    found = place("reddit:r/crm", rules)
    assert not found.ask
    assert found.links
    assert found.note == "ours for all of Reddit"
    assert found.read_on == date(2026, 1, 5)
    assert found.key == "reddit:r/crm"
    assert place("reddit:r/other", rules).ask
    assert not place("hackernews", rules).links


def test_an_empty_note_is_a_note_too() -> None:
    assert not place("reddit", {"reddit": PlaceRule(note="")}).note


def test_a_misspelt_rule_is_refused() -> None:
    with pytest.raises(ValidationError, match="link"):
        PlaceRule.model_validate({"link": True})
    with pytest.raises(ValidationError, match="http or https"):
        PlaceRule(rules_url="javascript:alert(1)")


@pytest.mark.parametrize(
    ("platform", "name", "key"),
    [
        ("reddit", "r/CRM", "reddit:r/crm"),
        ("x", "", ""),
        ("hackernews", "", "hackernews"),
        ("hackernews", "Ask HN", "hackernews"),
    ],
)
def test_a_post_and_the_ask_about_it_name_one_community(platform: str, name: str, key: str) -> None:
    heard = post(platform=platform, community=name)
    assert community(heard) == key
    assert community_of(heard.place_key) == key


def test_nobody_is_asked_to_answer_a_private_message_unless_the_team_says_so() -> None:
    assert not place("linkedin:messages", {}).ask
    assert place("linkedin", {}).ask
    assert place("linkedin:messages", {"linkedin:messages": PlaceRule(ask=True)}).ask
