"""Queries for X that make no sense are refused, and those that are hardly meant are doubted."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.x_checks import check, doubts, length
from listeners.x_query import parsed, shown


@pytest.mark.parametrize(
    "query",
    [
        "crm",
        "q",
        '"hubspot or pipedrive"',
        '("a crm" OR "b crm") lang:en -is:retweet -is:nullcast -from:OurHandle',
        "{catalogue} -is:retweet -is:nullcast",
        "({catalogue}) (switch OR alternative) -is:retweet",
        "from:ann",
        "#crm",
        "🚀",
        "crm is:reply",
        "crm -#crm",
        '"crm software" -software.com',
        "url:crm.example.com/a-b has:links",
        "crm (is:reply OR is:quote)",
        "conversation_id:12 OR conversation_id:13",
        "(a OR b) -a",
        "crm min_likes:2",
    ],
)
def test_what_x_takes_is_taken(query: str) -> None:
    check(query)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("-spam", "names nothing that a post must have"),
        ("-spam -eggs", "names nothing"),
        ("lang:en", "names nothing"),
        ("is:reply has:links lang:en -spam", "names nothing"),
        ("min_likes:3", "names nothing"),
        ("crm OR lang:en", "`lang:en` names nothing"),
        ("crm OR -sales", "`-sales` names nothing"),
        ("&", "names nothing"),
        ('""', "names nothing"),
        ("crm min_faves:3", "min_likes:"),
        ("crm -(spam OR eggs)", "write -a -b"),
        ("crm -{catalogue}", "would negate a group"),
        ("from:{catalogue}", "stands alone"),
        ('"{catalogue} or"', "stands alone"),
        ("{catalog}", "stands alone"),
        ("(crm", "opened that is not closed"),
        ("crm)", "closed that was not opened"),
        ('"crm', "has no partner"),
        ("crm OR", "nothing beside it"),
        ("OR crm", "nothing beside it"),
        ("a OR OR b", "nothing beside it"),
        ("crm ()", "nothing between"),
        ("   ", "nothing to search for"),
        ("crm -crm", "can never match"),
        ("Crm -cRM", "can never match"),
        ('"crm software" -software', "can never match"),
        ("(a OR b) -a -b", "can never match"),
        ("(crm lang:en) -crm", "can never match"),
        ("crm lang:en lang:de", "can never match"),
        ("crm from:ann from:bob", "can never match"),
        ("crm is:reply -is:reply", "can never match"),
        ("crm is:retweet", "only reposts"),
        ("retweets_of:ann lang:en", "only reposts"),
        ("(crm is:retweet) OR retweets_of:ann", "only reposts"),
        ("(" * 30 + "crm" + ")" * 30, "brackets are open at once"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(query: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check(query)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("a b OR c", r"reads it as `\(a b\) OR c`"),
        ("hubspot OR pipedrive lang:en", r"`hubspot OR \(pipedrive lang:en\)`"),
        ("the", "`the` stands in a great many posts"),
        ("hubspot OR so", "`so` stands"),
        ("(hubspot OR R) lang:en", "`R` stands"),
        ("good software lang:en", "`good software lang:en` stands"),
        ("hubspot or pipedrive", "`or` is no operator"),
        ("hubspot AND pipedrive", "`AND` is no operator"),
    ],
)
def test_what_is_hardly_meant_is_doubted_with_a_remedy(query: str, why: str) -> None:
    check(query)
    assert any(re.search(why, doubt) for doubt in doubts(query))


@pytest.mark.parametrize(
    "query",
    [
        "crm",
        "(hubspot price) OR (zoho price)",
        '("x crm" OR "y crm") lang:en',
        "from:ann OR #hi OR @bo OR $co",
        "{catalogue} -is:retweet",
        '"the best" lang:en',
        "hubspot the",
        "東",
    ],
)
def test_what_is_meant_is_not_doubted(query: str) -> None:
    assert doubts(query) == ()


def test_an_emoji_may_count_as_two() -> None:
    assert (length("abc"), length("é"), length("🚀")) == (3, 1, 2)


@given(st.text(st.sampled_from('ab -:()"{}OR#é\n'), max_size=40))
def test_any_text_is_either_read_or_refused(query: str) -> None:
    try:
        tree = parsed(query)
    except ValueError:
        return
    doubts(query)
    assert parsed(shown(tree))  # what is shown can be read again
