"""What may be done in a community: the team's own rules, else careful defaults.

The defaults follow the platforms' rules on organised replies: one person, who says who they are,
never a vote asked for, nothing given in return.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.types import Place, Post, Url

# Platforms that are one community by themselves, whatever part of them a post stands in.
ONE_COMMUNITY = frozenset({"hackernews"})


class PlaceRule(BaseModel):
    """One `[places."reddit:r/crm"]` table. What it leaves out is taken from the platform's table
    (`[places.reddit]`), and then from the defaults below."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask: bool | None = None
    disclose: bool | None = None
    links: bool | None = None
    facts_only: bool | None = None
    rules_url: Url | None = None
    read_on: date | None = None
    note: str | None = None


UNKNOWN = PlaceRule(note="Nobody of the team has read the rules of this place yet: be careful.")

DEFAULTS: Mapping[str, PlaceRule] = {
    "reddit": PlaceRule(
        note="Say at once that you are a customer. No links, no requests for votes; read the "
        "community's own rules first, many remove what looks like advertising.",
    ),
    "hackernews": PlaceRule(
        rules_url="https://news.ycombinator.com/newsguidelines.html",
        note="Only first-hand experience, plainly told. Comments and votes must not be solicited: "
        "write only if you would have written anyway.",
    ),
    "x": PlaceRule(
        links=True,
        note="Say in the reply itself that you are a customer. Nothing is given in return for it.",
    ),
    "linkedin": PlaceRule(
        links=True, note="Your profile does not disclose for you: say it in the comment itself."
    ),
    "linkedin:messages": PlaceRule(
        ask=False, note="A private message: whoever it was written to answers it, or nobody."
    ),
    "stackexchange": PlaceRule(
        rules_url="https://stackoverflow.com/help/promotion",
        note="Answer what was asked, and say in the answer how you are connected to the product.",
    ),
    "discourse": PlaceRule(note="Forums have their own rules on vendors: read them first."),
    "rss": PlaceRule(note="Whoever runs the site decides what stays: read its rules first."),
}


def place(key: str, rules: Mapping[str, PlaceRule]) -> Place:
    """Of "reddit:r/crm", or of a platform alone. Upper and lower case do not matter."""
    wanted = key.casefold()
    platform = wanted.partition(":")[0]
    written = {name.casefold(): rule for name, rule in rules.items()}
    stated: dict[str, Any] = {}
    usual = DEFAULTS.get(platform, UNKNOWN), DEFAULTS.get(wanted)
    for rule in (*usual, written.get(platform), written.get(wanted)):
        if rule is not None:
            stated |= rule.model_dump(exclude_none=True)
    return Place(key=key, **stated)


def community(post: Post) -> str:
    """The key of the community whose patience a post draws on; "" where there is none."""
    if post.platform in ONE_COMMUNITY:
        return post.platform
    return post.place_key.casefold() if post.community else ""


def community_of(place_key: str) -> str:
    """The same, from what an ask remembers of its post."""
    platform, _, name = place_key.casefold().partition(":")
    if platform in ONE_COMMUNITY:
        return platform
    return place_key.casefold() if name else ""
