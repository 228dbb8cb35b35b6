"""What of a Discourse forum an address or an option means. Pure."""

from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

_SHORTEST_SEARCH = 3  # characters
_ENDINGS = (".json", ".rss")
_LISTS = frozenset({"latest", "new", "top", "hot", "categories"})
# What else stands below a forum's address; it is not read as a source.
_OTHER = {
    "t": "a topic",
    "u": "a person's page",
    "user": "a person's page",
    "g": "a group's page",
    "filter": "a filtered list",
}
_INSTEAD = "give the forum's address, a category's (/c/...), a tag's (/tag/...) or a search's"


class Scope(NamedTuple):
    site: str  # address of the forum, without a slash at its end: "https://forum.example.com"
    topics: str = ""  # path of a list of topics, without ".json": "/c/crm/5"; "" for none
    search: str = ""

    @property
    def instance(self) -> str:
        return self.site.partition("://")[2]


def of(url: str, category: str = "", tag: str = "", search: str = "") -> Scope:
    """The narrowest thing that is named. Raises ValueError, with what to do instead."""
    meant = _of_url(url)
    named = {"category": category.strip(), "tag": tag.strip(), "search": search.strip()}
    told = [name for name, said in named.items() if said]
    if len(told) > 1 or (told and (meant.topics or meant.search)):
        here = " and ".join([*(["the path of `url`"] if meant != Scope(meant.site) else []), *told])
        raise ValueError(f"{here} each choose a part of the forum: keep one of them")
    if named["category"]:
        path = named["category"].strip("/").removeprefix("c/")
        meant = meant._replace(topics=f"/c/{quote(path, safe='/%')}")
    if named["tag"]:
        meant = meant._replace(topics=f"/tag/{quote(named['tag'], safe='%')}")
    if named["search"]:
        meant = meant._replace(search=named["search"])
    if 0 < len(meant.search) < _SHORTEST_SEARCH:
        raise ValueError(f"a search needs {_SHORTEST_SEARCH} characters: {meant.search!r} is short")
    return meant


def _of_url(url: str) -> Scope:
    parts = urlsplit(url.strip())
    segments = [segment for segment in parts.path.split("/") if segment]
    if segments:
        segments[-1] = _bare(segments[-1])
    at = next((n for n in range(len(segments)) if _begins_part(segments[n:])), len(segments))
    base = "/".join([f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", *segments[:at]])
    part = segments[at:]
    if not part or part == ["posts"]:
        return Scope(base)
    if part == ["search"]:
        term = (parse_qs(parts.query).get("q") or [""])[0].strip()
        if not term:
            raise ValueError("the search's address has no ?q=...: say what to search for")
        return Scope(base, search=term)
    if part[0] in _OTHER:
        raise ValueError(f"{url} is {_OTHER[part[0]]}, not a place to listen at: {_INSTEAD}")
    if part[0] in _LISTS:
        return Scope(base, topics="/latest")
    if "l" in part[2:]:  # ".../l/latest", ".../l/top"
        part = part[: part.index("l", 2)]
    return Scope(base, topics=f"/{'/'.join(part)}")


def _begins_part(segments: list[str]) -> bool:
    """Whether these are a part of the forum, and no folder that it lies in."""
    first, more = segments[0], len(segments) > 1
    if first in {"c", "tag", "tags"} or (first in _OTHER and first != "filter"):
        return more
    return not more and first in {*_LISTS, "posts", "search", "filter"}


def _bare(segment: str) -> str:
    for ending in _ENDINGS:
        segment = segment.removesuffix(ending)
    return segment
