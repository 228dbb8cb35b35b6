"""What a source of kind "reddit" may be told."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import ConfigError
from listeners import reddit
from listeners.base import Given
from listeners.hosts import Hosts
from tests.listeners.played import NOW, SECRETS


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "needs `subreddits` or `search`"),
        ({"search": "  "}, "needs `subreddits` or `search`"),
        ({"subreddits": ["a b"]}, "'a b' is no subreddit's name: write"),
        ({"subreddits": ["crm+hidden"]}, "is no subreddit's name"),
        ({"subreddits": ["crm/new"]}, "is no subreddit's name"),
        ({"subreddits": ["all-sales"]}, "is no subreddit's name"),
        ({"search": "x" * 513}, "has 513 characters and Reddit takes 512"),
        ({"search": "{catalog} crm"}, "knows {catalogue} only, and not {catalog}"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        reddit.Options(name="r", **options)


def test_a_subreddit_may_be_written_as_people_write_it_and_counts_once() -> None:
    said = ["r/CRM", "crm", "/r/sales/", "https://www.reddit.com/r/SaaS/", "u/ann_k-2", "u_bo_l"]
    options = reddit.Options(name="r", subreddits=tuple(said))
    assert options.names == ("CRM", "sales", "SaaS", "u_ann_k-2", "u_bo_l")


@pytest.mark.parametrize(
    ("options", "doubt"),
    [
        ({"subreddits": ["all"]}, "r/all is no subreddit but the whole of Reddit"),
        ({"subreddits": ["crm", "Popular"]}, "r/Popular is no subreddit but what is read most"),
        ({"subreddits": ["friends"]}, "an app does not have"),
        ({"subreddits": ["mod"]}, "an app has none"),
        ({"subreddits": ["CRM", "r/crm"]}, "r/crm stands 2 times in `subreddits`: once is enough"),
        ({"subreddits": [f"sub{n}" for n in range(301)]}, "comments of 301 subreddits are more"),
        ({"subreddits": ["crm"], "every": "1s"}, "120 requests a minute are more than half"),
        ({"search": "42 + 1"}, "has no letters in it"),
        ({"search": "hubspot or pipedrive"}, "`or` in small letters is a word to be found"),
        ({"search": '"this or that" and crm'}, "write AND if the operator is meant"),
    ],
)
def test_what_is_hardly_meant_is_doubted_with_a_remedy(options: dict[str, Any], doubt: str) -> None:
    (said,) = reddit.Options(name="r", **options).doubts()
    assert doubt in said


@pytest.mark.parametrize(
    "options",
    [
        {"subreddits": ["crm", "sales"]},
        {"search": '(hubspot OR pipedrive) AND "this or that" NOT jobs'},
        {"search": "{catalogue} alternative", "subreddits": ["u/ann"]},
    ],
)
def test_what_makes_sense_is_not_doubted(options: dict[str, Any]) -> None:
    assert reddit.Options(name="r", **options).doubts() == ()


def test_a_search_that_cannot_be_filled_in_is_a_problem_of_the_settings() -> None:
    options = reddit.Options(name="r", search="{catalogue} " + "x" * 490)
    known = Given(SECRETS, lambda: NOW, Hosts(), terms=("A rather long name of a product",))
    with pytest.raises(ConfigError, match=r"search: .* at most 512 are taken"):
        reddit.make(options, known)
