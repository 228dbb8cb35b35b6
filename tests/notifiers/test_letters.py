"""What every letter keeps to, whatever strangers write."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from demo.players import slack_rules
from notifiers import blocks
from notifiers.base import Letter
from tests.notifiers import schema, world

_SCHEMAS = Path(__file__).parents[3] / "shared/samples/slack/blockkit_schema"

_NASTY = st.sampled_from(
    [
        *(
            "<!channel>",
            "<@U1>",
            "<https://bad.example|ours>",
            "&&&&",
            "&amp;",
            "*b*",
            "_i_",
            "~s~",
        ),
        *("`c`", "```", "\n", "\r\n", "\u202e", "\u2066", "\u200b", "=cmd()", "<script>x</script>"),
        *("> q", "@here", ":bomb:", " ", "\x00", "\ud800", "Ünïcödé", "字" * 40, "w" * 400),
    ]
)
hostile = st.lists(_NASTY | st.text(max_size=20), max_size=60).map("".join)


def _flat(said: Any) -> list[str]:
    """Every string that Slack would read as its markup."""
    if isinstance(said, dict):
        own = [said["text"]] if said.get("type") == "mrkdwn" else []
        return [*own, *(text for value in said.values() for text in _flat(value))]
    return [text for value in said for text in _flat(value)] if isinstance(said, list) else []


def _fits_slack(letter: Letter) -> None:
    said = [dict(block) for block in letter.blocks]
    assert not [*slack_rules.problems(said)]
    assert len(said) <= blocks.MAX_BLOCKS
    assert blocks.total_text(said) <= blocks.MAX_TEXT
    for block in Block.parse_all(said):
        block.validate_json()


@pytest.mark.parametrize(("name", "letter"), world.letters().items())
def test_every_letter_fits_into_slack_and_its_models(name: str, letter: Letter) -> None:
    _fits_slack(letter)


@pytest.mark.skipif(not _SCHEMAS.is_dir(), reason="Slack's schema is not beside this checkout")
@pytest.mark.parametrize(("name", "letter"), world.letters().items())
def test_every_letter_has_the_shape_of_slacks_own_types(name: str, letter: Letter) -> None:
    root = json.loads((_SCHEMAS / "slack_types_3.2.0.lenient.schema.json").read_text())
    said = json.loads(json.dumps(list(letter.blocks)))
    known = {"$ref": "#/definitions/KnownBlock"}
    found = [problem for block in said for problem in schema.problems(block, known, root)]
    assert not found


@given(title=hostile, text=hostile, who=hostile, place=hostile)
@settings(max_examples=40, deadline=None)
def test_hostile_posts_stay_within_slacks_limits_and_never_become_markup(
    title: str, text: str, who: str, place: str
) -> None:
    asked = world.post(title=title, text=text, author=who, community=place)
    for letter in world.letters(asked).values():
        _fits_slack(letter)
        for said in _flat([dict(block) for block in letter.blocks]):
            assert set(re.findall(r"<(.)", said)) <= {"h", "!"}
            assert not re.findall(r"<!(?!date\^)", said)
            assert not re.findall(r"<https?://bad", said)
            assert not re.findall(r"&(?!amp;|lt;|gt;)", said)
        assert "\n" not in letter.subject
        assert "<script>" not in letter.html
        everything = f"{letter.subject}{letter.text}{letter.html}{letter.blocks}"
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\ud800]", everything)


@given(said=hostile, limit=st.integers(20, 200))
@settings(max_examples=80, deadline=None)
def test_shortened_markup_never_ends_in_half_an_entity(said: str, limit: int) -> None:
    done = blocks.fitted(said, limit, blocks.escape_marks)
    assert len(done) <= limit
    assert not re.search(r"&(?!amp;|lt;|gt;)", done)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("*Free* money", "*\u200bFree*\u200b money"),
        ("snake_case and 2*3", "snake_case and 2*3"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("`code`", "`\u200bcode`\u200b"),
    ],
)
def test_markers_of_strangers_lose_their_power(said: str, shown: str) -> None:
    assert blocks.escape_marks(said) == shown


@pytest.mark.parametrize(("name", "letter"), world.letters().items())
def test_no_letter_shouts(name: str, letter: Letter) -> None:
    assert "!" not in letter.subject + letter.text
    page = re.sub(
        r"<!--.*?-->|<!doctype html>|<style>.*?</style>", "", letter.html, flags=re.DOTALL
    )
    assert "!" not in page


@pytest.mark.parametrize("name", ["prompt", "reminder", "thanks"])
@pytest.mark.parametrize(
    "word", ["upvote", "vote", "reward", "gift", "points", "positive", "praise"]
)
def test_no_letter_to_advocates_asks_for_votes_or_praise_or_offers_pay(
    name: str, word: str
) -> None:
    said = world.letters()[name].text.lower()
    assert not re.search(rf"\b{word}", said)


@pytest.mark.parametrize(("name", "letter"), world.letters().items())
def test_text_and_html_say_the_same(name: str, letter: Letter) -> None:
    page = re.sub(r"<(title|style)>.*?</\1>", "", letter.html, flags=re.DOTALL)
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    address = re.compile(r"https://\S+")
    assert _letters_only(address.sub("", letter.text)) == _letters_only(shown)
    links = {html.unescape(link) for link in re.findall(r'href="([^"]+)"', page)}
    assert set(address.findall(letter.text)) == links


def _letters_only(said: str) -> str:
    return re.sub(r"\W+", "", said)
