"""Who was weighed for a post, and what was found: said of every advocate, why or why not."""

from collections.abc import Mapping
from datetime import date

from pydantic import AwareDatetime

from domain.value import Share, Url, Value


class Place(Value):
    """What a community permits. Unknown places get the platform's cautious defaults."""

    key: str  # "reddit:r/crm", or the platform's name
    ask: bool = True  # may we ask anybody to reply here at all?
    disclose: bool = True  # the reply must say that its author is a customer
    links: bool = False  # may the reply carry a link to us?
    facts_only: bool = True  # we may remind advocates of facts, never suggest sentences
    rules_url: Url = ""
    read_on: date | None = None  # when a person of the team last read those rules
    note: str = ""  # what else an advocate should know, in the team's words


class Candidate(Value):
    """An advocate who may be asked."""

    advocate: str
    fit: Share
    components: Mapping[str, float]  # sum to `fit`
    why: str  # one line, for people: what they have in common
    not_stated: tuple[str, ...] = ()  # what the post leaves open, so that nobody was weighed by it
    last_asked: AwareDatetime | None = None
    asks_this_quarter: int = 0

    @property
    def told(self) -> str:
        """`why`, and what could not be weighed: for the team."""
        left_open = f"not stated: {', '.join(self.not_stated)}" if self.not_stated else ""
        return "; ".join(filter(None, (self.why, left_open)))


class Passed(Value):
    """An advocate who is not asked."""

    advocate: str
    why_not: str  # one line, for people
    until: AwareDatetime | None = None  # when that ends by itself


class Shortlist(Value):
    """Every advocate stands in exactly one of the two."""

    shortlist: tuple[Candidate, ...]  # best first
    others: tuple[Passed, ...]
    place: Place
