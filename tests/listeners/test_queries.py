"""Queries made of the catalogue's names."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.queries import CATALOGUE, bare, packed, phrase

TEMPLATE = f"{CATALOGUE} -is:retweet lang:en"
REST = len(TEMPLATE.replace(CATALOGUE, "()"))

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("HubSpot", "HubSpot"),
        ("Zoho CRM", '"Zoho CRM"'),
        ("monday.com", '"monday com"'),
        ("AT&T", '"AT T"'),
        ('say "hi"', '"say hi"'),
        ("(x) -y", '"x y"'),
        ("lang:en", '"lang en"'),
        ("Crème brûlée", '"Crème brûlée"'),
        ("or", '"or"'),
        ("salesforce\n®", "salesforce"),
        ("東京", "東京"),
        ("🚀", "🚀"),
        ("++", ""),
    ],
)
def test_names_are_written_so_that_nothing_in_them_is_an_operator(name: str, written: str) -> None:
    assert phrase(name) == written


def test_a_few_names_make_one_query() -> None:
    assert packed(TEMPLATE, ["HubSpot", "Zoho CRM"], 512) == (
        '(HubSpot OR "Zoho CRM") -is:retweet lang:en',
    )


def test_the_joiner_and_the_quoting_are_the_platforms_own() -> None:
    found = packed(f"{CATALOGUE}!", ["a b", "c"], 99, quote=lambda t: f"'{t}'", joiner=" | ")
    assert found == ("('a b' | 'c')!",)


def test_names_that_are_searched_alike_count_as_one() -> None:
    assert packed(CATALOGUE, ["Hub-Spot", "hub spot", "HUB/SPOT"], 99) == ('("HUB SPOT")',)


def test_a_template_without_the_catalogue_is_the_query() -> None:
    assert packed("crm lang:en", ["HubSpot"], 99) == ("crm lang:en",)


@pytest.mark.parametrize(
    ("template", "terms", "remedy"),
    [
        (TEMPLATE, (), r"add \[\[catalogue.products\]\]"),
        (TEMPLATE, ("++",), "there are none"),
        (f"{CATALOGUE} {CATALOGUE}", ("a",), "only once"),
        (
            TEMPLATE,
            ("a", "b" * 90),
            "the name b+ fits into no query: .* 112 characters, at most 100",
        ),
        ("c" * 101, (), "has 101 characters"),
    ],
)
def test_what_cannot_be_packed_is_refused_with_a_remedy(
    template: str, terms: tuple[str, ...], remedy: str
) -> None:
    with pytest.raises(ValueError, match=remedy):
        packed(template, terms, 100)


@settings(max_examples=200)
@given(terms=st.lists(names, max_size=60), longest=st.integers(REST + 35, REST + 200))
def test_every_name_stands_in_exactly_one_query_and_none_is_too_long(
    terms: list[str], longest: int
) -> None:
    wanted = {phrase(term).casefold() for term in terms} - {""}
    if not wanted:
        with pytest.raises(ValueError, match="there are none"):
            packed(TEMPLATE, terms, longest)
        return
    queries = packed(TEMPLATE, terms, longest)
    assert all(len(query) <= longest for query in queries)
    ends = TEMPLATE.removeprefix(CATALOGUE)
    assert all(query.startswith("(") and query.endswith(f"){ends}") for query in queries)
    inside = [part for q in queries for part in q[1 : -len(ends) - 1].split(" OR ")]
    assert sorted(part.casefold() for part in inside) == sorted(wanted)


@given(names)
def test_what_is_left_of_a_name_is_stable(name: str) -> None:
    assert bare(bare(name)) == bare(name)
    assert not set(bare(name)) & set('"():-\n\t')


@settings(max_examples=20)
@given(st.lists(st.text("abcdefgh", min_size=6, max_size=8), min_size=40, unique=True))
def test_no_query_has_room_for_the_first_name_of_the_next(terms: list[str]) -> None:
    queries = packed(CATALOGUE, terms, 60)
    for one, following in pairwise(queries):
        first = following[1:-1].split(" OR ")[0]
        assert len(one) + len(f" OR {first}") > 60
