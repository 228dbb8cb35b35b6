"""What the pipeline sees: plain characters, each where it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.reading import LIMIT, lower, plain, storable


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("it\u2019s \u201cfine\u201d", 'it\'s "fine"'),
        ("\uff28ubSpot", "HubSpot"),
        ("\U0001d5db\U0001d5ee", "Ha"),
        ("a\u00a0b\u200bc\u202ed\tb\x00", "a b c d b "),
        ("line\nends stay", "line\nends stay"),
        ("\ufb01 keeps its place", "\ufb01 keeps its place"),
        ("\ud800half", " half"),
    ],
)
def test_characters_are_made_plain(text: str, seen: str) -> None:
    assert plain(text) == seen


def test_endless_words_are_parted() -> None:
    assert max(map(len, plain("?!" * 3000).split())) < 200
    assert plain("a" * 200) == "a" * 200


@given(st.text())
def test_every_character_keeps_its_place(text: str) -> None:
    seen = plain(text)
    assert len(seen) == min(len(text), LIMIT)
    assert len(lower(seen)) == len(seen)
    assert len(storable(text)) == len(text)
    storable(text).encode()


def test_lower_case_keeps_its_length_where_unicode_would_grow() -> None:
    assert lower("\u0130A") == "\u0130a"
