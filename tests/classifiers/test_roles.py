"""What part a named product plays in a post."""

import pytest

from classifiers.matching import Finder
from classifiers.roles import roles
from domain.types import Intent
from tests.classifiers.conftest import CATALOGUE

FINDER = Finder(CATALOGUE)


def parts(text: str, intent: Intent) -> list[str]:
    return [role.value for role in roles(text, FINDER.find(text), intent)]


@pytest.mark.parametrize(
    ("text", "intent", "expected"),
    [
        ("Fernhill or Tidewell?", "compare", ["candidate", "candidate"]),
        ("Fernhill vs Tidewell for 5 people", "compare", ["candidate", "candidate"]),
        ("thinking of Fernhill", "validate", ["candidate"]),
        ("should i get fernhill", "validate", ["candidate"]),
        ("is Fernhill worth it", "validate", ["candidate"]),
        ("moving from Tidewell to Fernhill", "switch", ["current", "candidate"]),
        ("we're leaving Tidewell", "switch", ["current"]),
        ("alternatives to Tidewell?", "switch", ["current"]),
        ("a Tidewell alternative please", "switch", ["current"]),
        ("currently on Tidewell", "recommend", ["current"]),
        ("we use Tidewell and hate it", "recommend", ["current"]),
        ("our Tidewell is slow", "recommend", ["current"]),
        ("Tidewell just raised prices", "switch", ["current"]),
        ("ruled out Tidewell already", "recommend", ["rejected"]),
        ("anything but Tidewell", "recommend", ["rejected"]),
        ("Tidewell is too expensive for us", "recommend", ["rejected"]),
        ("no Tidewell, no Fernhill", "recommend", ["rejected", "rejected"]),
        ("Tidewell had an outage", "none", ["other"]),
        ("need a crm, any tips?", "recommend", ["other"]),
        ("", "none", []),
    ],
)
def test_the_words_around_a_name_tell_its_part(text: str, intent: str, expected: list[str]) -> None:
    assert parts(text, Intent(intent)) == expected


def test_a_name_in_a_list_shares_the_part_of_the_one_before_it() -> None:
    text = "We use Fernhill, Tidewell and Oakbase"
    assert parts(text, Intent.RECOMMEND) == ["current", "current", "current"]


def test_a_cue_in_another_sentence_does_not_count() -> None:
    assert parts("We are leaving. Fernhill?", Intent.VALIDATE) == ["candidate"]
