"""Which entry of a feed is which, from look to look. Pure.

An id should be unique within its feed and the same at every look. Some are neither: sites put a
visitor's session or a campaign into them, give one to several entries, or give none at all.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from domain.text import one_line
from listeners.feed_entries import Entry, short

_LONGEST = 200
_IN_PATH = re.compile(r";jsessionid=[\w.!-]+", re.IGNORECASE)
# `sid` and `s` are also ordinary names of what a page shows; as sessions they are hashes.
_SESSION = re.compile(
    r"(?:sid|s|session|session_?id)=[0-9a-f]{32,64}|(?:phpsessid|jsessionid|aspsessionid\w*)=.*",
    re.IGNORECASE,
)
_CAMPAIGN = re.compile(r"(?:utm_\w+|fbclid|gclid)=.*", re.IGNORECASE)


def without_session(link: str) -> str:
    """`link` without what tells one visitor from another."""
    return _without(_SESSION, _IN_PATH.sub("", link))


def own_id(said: str, link: str, otherwise: Sequence[str]) -> str:
    """Of an entry that says its id is `said`: that, else its link, else a hash of its words."""
    named = one_line(said) or one_line(link)
    if named.startswith(("http://", "https://")):
        named = _without(_CAMPAIGN, without_session(named))
    if named and len(named) <= _LONGEST:
        return named
    text = named or "\n".join(["", "", *otherwise])
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def told_apart(entries: Sequence[Entry], known: Mapping[str, str]) -> list[str]:
    """An id for each, no two alike unless the entries are.

    `known`: marks of ids that earlier looks gave, with the entries' words. Entries that share an
    id are told apart by link and title, and if these are alike too, by what they say. An entry
    keeps the id that it once had, though those it shared its own with have left the feed.
    """
    if len({entry.id for entry in entries}) == len(entries) and not known:
        return [entry.id for entry in entries]
    spelt = [_spellings(entry) for entry in entries]
    used = Counter(one for spellings in spelt for one in set(spellings))
    alike = Counter(spelt)
    return [
        _chosen(entry, spellings, used, alike[spellings], known)
        for entry, spellings in zip(entries, spelt, strict=True)
    ]


def mark(entry_id: str) -> str:
    """What is remembered of an id."""
    return hashlib.sha256(entry_id.encode(errors="replace")).hexdigest()[:12]


def _spellings(entry: Entry) -> tuple[str, str, str]:
    place = short(f"{entry.url}\n{entry.title}", 6)
    return entry.id, f"{entry.id}~{place}", f"{entry.id}~{place}{entry.words}"


def _chosen(
    entry: Entry,
    spellings: tuple[str, str, str],
    used: Counter[str],
    alike: int,
    known: Mapping[str, str],
) -> str:
    plain, by_place, by_words = spellings
    if used[plain] == alike and mark(by_place) not in known and mark(by_words) not in known:
        return plain  # the ordinary case
    for spelling in (by_words, by_place):
        if mark(spelling) in known:
            return spelling
    if known.get(mark(plain), "").startswith(entry.words):
        return plain
    return by_place if used[by_place] == alike else by_words


def _without(unwanted: re.Pattern[str], link: str) -> str:
    """`link` as it is, if nothing in its query is unwanted."""
    address, _, rest = link.partition("?")
    query, hash_mark, fragment = rest.partition("#")
    parts = query.split("&")
    kept = [part for part in parts if not unwanted.fullmatch(part.removeprefix("amp;"))]
    if len(kept) == len(parts):
        return link
    return address + ("?" if kept else "") + "&".join(kept) + hash_mark + fragment
