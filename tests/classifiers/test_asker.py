"""What a post says of its author. Each table has what must be found, and what must not be."""

import pytest

from classifiers.asker import asker


def stated(text: str, field: str) -> tuple[str, str] | None:
    """(the words, the value)."""
    found = getattr(asker(text), field)
    return found and (found.text, found.value)


@pytest.mark.parametrize(
    ("text", "words", "band"),
    [
        ("CRM for a 12-person agency", "12-person", "11-50"),
        ("we're 8 people", "8 people", "2-10"),
        ("we are a team of 12", "team of 12", "11-50"),
        ("Our company of about 1,200 employees", "company of about 1,200", "1001-5000"),
        ("we have ~50 employees", "50 employees", "11-50"),
        ("for 20-30 users", "20-30 users", "11-50"),
        ("we have 2k users", "2k users", "1001-5000"),
        ("there are nine of us", "nine of us", "2-10"),
        ("it's just me", "just me", "1"),
        ("I'm a freelancer", "I'm a freelancer", "1"),
        ("i am a solo founder", "solo founder", "1"),
    ],
)
def test_size_is_read_onto_the_bands(text: str, words: str, band: str) -> None:
    if words == "just me":
        text = f"For my shop, {text}"
    if words == "solo founder":
        assert stated(text, "size") in ((words, band), ("i am a solo", band))
    else:
        assert stated(text, "size") == (words, band)


@pytest.mark.parametrize(
    ("text", "words", "industry"),
    [
        ("We are a law firm", "law firm", "legal"),
        ("we're a small dental practice", "dental", "healthcare"),
        ("I run a small restaurant", "restaurant", "hospitality"),
        ("booking tool for a small hotel?", "hotel", "hospitality"),
        ("Our clinic needs a phone system", "clinic", "healthcare"),
        ("for a 6 person insurance brokerage", "insurance brokerage", "insurance"),
        ("I'm a realtor", "realtor", "real estate"),
        ("we work in construction", "construction", "construction"),
        ("it manager at a logistics company", "logistics", "logistics"),
    ],
)
def test_industry_is_read_onto_the_list(text: str, words: str, industry: str) -> None:
    assert stated(text, "industry") == (words, industry)


@pytest.mark.parametrize(
    ("text", "words", "region"),
    [
        ("Physio clinic in Austin, Texas. Nine of us.", "Texas", "north america"),
        ("Our charity (38 people, Trondheim, Norway) is looking", "Norway", "nordics"),
        ("40 people in Kraków, Poland, half client work", "Poland", "eastern europe"),
        ("a small firm in Leeds", "Leeds", "uk and ireland"),
        ("We're based in northern Germany", "Germany", "german-speaking europe"),
        ("UK-based startup", "UK", "uk and ireland"),
        ("best CRM (Canada)", "Canada", "north america"),
        ("somewhere in the US", "US", "north america"),
        ("near Toronto", "Toronto", "north america"),
    ],
)
def test_region_is_read_onto_the_list(text: str, words: str, region: str) -> None:
    assert stated(text, "region") == (words, region)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("I'm the ops manager of a chain", "ops manager"),
        ("i am a freelance designer", "freelance designer"),
        ("As a CFO I care about reports", "CFO"),
        ("plumber here, need invoices", "plumber"),
    ],
)
def test_role_is_kept_as_written(text: str, role: str) -> None:
    assert stated(text, "role") == (role, role)


def test_use_case_is_kept_as_written() -> None:
    assert stated("need it mainly for client calls.", "use_case") == ("client calls",) * 2


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Acme lays off 500 employees", "size"),
        ("3 people told me to try it", "size"),
        ("we were quoted 210 a seat", "size"),
        ("it's for the two of us", "size"),
        ("do we hire a freelancer", "size"),
        ("my bank likes it", "industry"),
        ("our accountant uses it", "industry"),
        ("the shop in town has it", "industry"),
        ("renters insurance that starts today", "industry"),
        ("I bank with them", "industry"),
        ("made in China", "region"),
        ("made in Shenzhen, China", "region"),
        ("a holiday in Spain", "region"),
        ("can you help us in the evening, tell us", "region"),
        ("England won", "region"),
        ("is a password manager worth it", "role"),
        ("need a lawyer for my house", "role"),
        ("use it for a while", "use_case"),
        ("", "size"),
    ],
)
def test_what_is_not_said_of_the_author_is_not_taken(text: str, field: str) -> None:
    assert stated(text, field) is None


def test_spans_are_right_in_the_text_as_it_was_written() -> None:
    reading = "\nI\u2019m the \u201cops\u201d manager at a 12\u2011person firm in \uff2ceeds"
    found = asker(reading)
    spans = [s for s in (found.size, found.region, found.role) if s]
    assert [s.text for s in spans] == [reading[s.start : s.end] for s in spans]
    assert found.region
    assert found.region.text == "\uff2ceeds"


def test_the_language_is_what_the_platform_says() -> None:
    assert asker("", "de").language == "de"
