"""What may stand in the catalogue, and how its names are found in a text."""

from typing import Any

import pytest
from pydantic import ValidationError

from classifiers.catalogue import Catalogue
from classifiers.matching import Finder
from classifiers.reading import plain
from tests.classifiers.conftest import CATALOGUE

FINDER = Finder(CATALOGUE)


def found(text: str) -> list[tuple[str, str]]:
    """(as written, as in the catalogue) of each name."""
    return [(text[n.start : n.end], n.name) for n in FINDER.find(plain(text))]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Is Fernhill any good?", "Fernhill"),
        ("is fernhill any good?", "fernhill"),
        ("FERNHILL IS DOWN", "FERNHILL"),
        ("Fernhill's price", "Fernhill"),
        ("Fernhill\u2019s price", "Fernhill"),
        ("three Fernhills later", "Fernhill"),
        ("love it #fernhill", "fernhill"),
        ("love it #FernHill", "FernHill"),
        ("@fernhill why", "fernhill"),
        ("fern hill or not", "fern hill"),
        ("fern-hill or not", "fern-hill"),
        ("Fernhill/Excel", "Fernhill"),
        ("Excel+Fernhill", "Fernhill"),
        ("(Fernhill)", "Fernhill"),
        ("_Fernhill_", "Fernhill"),
        ("a Fernhill-like tool", "Fernhill"),
        ("see fernhill.com", "fernhill"),
        ("see https://www.fernhill.com/pricing", "fernhill"),
        (
            "\uff26\uff45\uff52\uff4e\uff48\uff49\uff4c\uff4c please",
            "\uff26\uff45\uff52\uff4e\uff48\uff49\uff4c\uff4c",
        ),
        ("\U0001f600\U0001f600 Fernhill \U0001f600", "Fernhill"),
    ],
)
def test_a_name_is_found_in_every_dress(text: str, written: str) -> None:
    assert found(text) == [(written, "Fernhill")]


@pytest.mark.parametrize(
    "text",
    [
        "fernhilly weather",
        "the xfernhill",
        "mail ann@fernhill.com",
        "https://news.example.com/fernhill",
        "https://example.com/?q=fernhill&x=1",
        "fern\nhill",
        "",
        "\n",
    ],
)
def test_part_of_a_word_or_of_an_address_is_not_the_name(text: str) -> None:
    assert found(text) == []


def test_the_longest_of_overlapping_names_counts() -> None:
    assert found("Oakbase CRM or Oakbase") == [
        ("Oakbase CRM", "Oakbase CRM"),
        ("Oakbase", "Oakbase"),
    ]


def test_names_may_end_in_signs() -> None:
    assert found("is Millpond+ worth it, or millpond") == [("Millpond+", "Millpond+")]


def test_only_our_own_products_are_ours() -> None:
    assert [n.ours for n in FINDER.find("Fernhill or Tidewell")] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "need a chatbot, is drift ok?",
        "drift for our web site?",
        "Drift? asking for live chat",
        "thinking of #drift",
        "hey @drift",
        "we want Drift on the page",
        "drift.com is down",
    ],
)
def test_an_ambiguous_name_counts_where_something_speaks_for_it(text: str) -> None:
    assert [name for _, name in found(text)] == ["Drift"]


@pytest.mark.parametrize(
    "text",
    [
        "you get the drift",
        "the drift of things",
        "Drift away with me",
        "So. Drift happens",
        "Continental Drift Explained for our web site",
        "a chatbot that models snow drift",
        "How Houses Drift Down The Hill",
        "anti-drift for the web site",
    ],
)
def test_an_ambiguous_name_does_not_count_otherwise(text: str) -> None:
    assert found(text) == []


def test_a_rival_of_its_category_speaks_for_an_ambiguous_name() -> None:
    products = [
        {"name": "Drift", "category": "chat", "other_sense": ["snow"]},
        {"name": "Burble", "category": "chat"},
        {"name": "Hammer", "category": "tool"},
    ]
    finder = Finder(Catalogue.model_validate({"products": products}))
    assert [n.name for n in finder.find("drift or burble?")] == ["Drift", "Burble"]
    assert [n.name for n in finder.find("drift or hammer?")] == ["Hammer"]


def test_a_category_is_named_once_and_only_where_no_product_is() -> None:
    text = "need a crm, what CRMs do you use? also project management"
    assert found(text) == [("crm", "CRM"), ("project management", "project management")]
    assert found("need a crm like Fernhill") == [("Fernhill", "Fernhill")]


@pytest.mark.parametrize(
    ("products", "problem"),
    [
        ([], "at least 1"),
        ([{"name": "A1"}, {"name": "a1"}], "'a1' stands for both 'A1' and 'a1'"),
        ([{"name": "A1", "aliases": ["B"]}, {"name": "B"}], "'B' stands for both 'A1' and 'B'"),
        ([{"name": "A1", "aliases": ["x-y", "X Y"]}], "'A1' lists 'X Y' twice"),
        ([{"name": "++"}], "holds no letter and no digit"),
        ([{"name": "A1", "aliases": ["!"]}], "holds no letter and no digit"),
        ([{"name": ""}], "at least 1 character"),
        ([{"name": "A1", "alias": "x"}], "Extra inputs"),
    ],
)
def test_a_wrong_catalogue_is_refused_with_the_reason(
    products: list[dict[str, Any]], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem.replace("+", r"\+")):
        Catalogue.model_validate({"products": products})


def test_ten_thousand_names_are_searched_fast_enough_to_be_used() -> None:
    products = [{"name": f"Product{n} Cloud"} for n in range(10_000)]
    finder = Finder(Catalogue.model_validate({"products": products}))
    assert [n.name for n in finder.find("is product77 cloud ok")] == ["Product77 Cloud"]
