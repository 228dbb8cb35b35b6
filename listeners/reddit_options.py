"""What a source of kind "reddit" may be told, and what of it is hardly meant."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from listeners.base import SourceOptions
from listeners.queries import CATALOGUE

LONGEST_SEARCH = 512  # characters that Reddit takes

_NAME = re.compile(
    r"(?:https?://(?:[a-z]+\.)?reddit\.com)?/?(?:r/)?"
    r"(?:(?P<name>[A-Za-z0-9_]{2,50})|(?:u_|u/|user/)(?P<person>[A-Za-z0-9_-]{2,50}))/?"
)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_PARTS = re.compile(r'"[^"]*"')  # of a search, in which every word stands for itself
_SMALL = re.compile(r"(?<=\s)(?:and|or|not)(?=\s)")
_NO_PLACES = {
    "all": "the whole of Reddit",
    "popular": "what is read most",
    "friends": "friends of an account, which an app does not have",
    "mod": "what an account moderates, and an app has none",
}
_MANY = 300  # subreddits whose comments are more than a listing shows, as a rule
_PER_MINUTE = 50  # requests: half of what Reddit allows all sources of one app together
NAMES_AT_ONCE, LONGEST_PATH = 100, 1500  # subreddits and characters of one request


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            f'{name!r} is no subreddit\'s name: write "crm" or "r/crm", and "u/name" for the '
            "profile of a person"
        )
    return name


class Options(SourceOptions):
    subreddits: tuple[Annotated[str, AfterValidator(_checked)], ...] = ()
    comments: bool = True  # not only what opens a thread
    search: str = ""  # submissions anywhere on Reddit; {catalogue}: any of the catalogue's names

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.subreddits and not self.search.strip():
            raise ValueError("needs `subreddits` or `search`: where to listen, or for what")
        if len(self.search) > LONGEST_SEARCH:
            raise ValueError(
                f"`search` has {len(self.search)} characters and Reddit takes {LONGEST_SEARCH}: "
                "make it shorter, or spread it over several sources"
            )
        unknown = [part for part in _PLACEHOLDER.findall(self.search) if part != CATALOGUE]
        if unknown:
            raise ValueError(f"`search` knows {CATALOGUE} only, and not {unknown[0]}")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """As Reddit's paths have them, each once."""
        first: dict[str, str] = {}
        for name in map(_bare, self.subreddits):
            first.setdefault(name.lower(), name)
        return tuple(first.values())

    def doubts(self) -> tuple[str, ...]:
        return (*self._doubtful_names(), *self._doubtful_amounts(), *self._doubtful_search())

    def _doubtful_names(self) -> Iterator[str]:
        for name in self.names:
            if what := _NO_PLACES.get(name.lower()):
                yield (
                    f"r/{name} is no subreddit but {what}: Reddit shows its newest thousand only, "
                    "and most would be missed; name subreddits, or use `search`"
                )
        said = Counter(_bare(name).lower() for name in self.subreddits)
        for name, times in said.items():
            if times > 1:
                yield f"{shown(name)} stands {times} times in `subreddits`: once is enough"

    def _doubtful_amounts(self) -> Iterator[str]:
        names = len(self.names)
        if self.comments and names > _MANY:
            yield (
                f"comments of {names} subreddits are more than Reddit lists between two looks: "
                "spread them over several sources, or set `comments = false`"
            )
        lists = len(chunks(self.names)) * (2 if self.comments else 1) + bool(self.search)
        a_minute = lists * 60 / max(self.every.total_seconds(), 1.0)
        if a_minute > _PER_MINUTE:
            yield (
                f"{a_minute:.0f} requests a minute are more than half of the 100 that Reddit "
                "allows all sources of this app together: set a longer `every`"
            )

    def _doubtful_search(self) -> Iterator[str]:
        if self.search and not any(char.isalpha() for char in self.search):
            yield "`search` has no letters in it and will hardly find what is meant: name products"
        if small := _SMALL.search(_PARTS.sub("", self.search)):
            yield (
                f"`{small[0]}` in small letters is a word to be found in `search`: "
                f"write {small[0].upper()} if the operator is meant"
            )


def chunks(names: Sequence[str]) -> list[tuple[str, ...]]:
    """As many names together as one request takes."""
    found: list[tuple[str, ...]] = []
    for name in names:
        last = found[-1] if found else ()
        if last and len(last) < NAMES_AT_ONCE and len("+".join((*last, name))) <= LONGEST_PATH:
            found[-1] = (*last, name)
        else:
            found.append((name,))
    return found


def shown(name: str) -> str:
    """How people write it."""
    return f"u/{name[2:]}" if name.lower().startswith("u_") else f"r/{name}"


def _bare(name: str) -> str:
    """ "/r/CRM/" -> "CRM", "u/ann" -> "u_ann"."""
    found = _NAME.fullmatch(name)
    if found is None or found["name"]:
        return found["name"] if found else name
    return f"u_{found['person']}"
