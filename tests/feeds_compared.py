"""Our reading of real feeds beside that of a parser which shares no code with ours.

`python -m tests.feeds_compared` prints, for each feed, how many entries both found and which of
their fields differ, with the reason; the captures lie beside the checkout.
"""

import importlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

from listeners import feed_parse
from listeners.feed_entries import Entry, Feed

FEEDS = Path(__file__).parents[2] / "shared" / "samples" / "feeds"
FIELDS = ("link", "date", "title", "text")
BASE = "https://site.example/feed"
NOW = datetime(2026, 11, 1, tzinfo=UTC)

_NO_FEED = "it is JSON of a kind that the other does not read"
REASONS: Mapping[tuple[str, str], str] = {
    ("OneFootTsunami.atom", "link"): "href is empty: ours takes the id, which is an address",
    ("hnrss_newest.xml", "text"): "ours leaves out the lines that hnrss adds (points, addresses)",
    ("ScriptingNews.json", ""): _NO_FEED,
    ("allthis-partial.json", ""): "it breaks off: ours reads the items that are whole",
}

_HIDDEN = frozenset({"script", "style", "iframe", "noscript", "object", "svg", "template"})


class Difference(NamedTuple):
    feed: str
    field: str
    ours: object
    theirs: object


class Compared(NamedTuple):
    feed: str
    ours: int  # entries
    theirs: int
    wordless: int  # entries that become no post, since they say nothing
    differences: tuple[Difference, ...]


def feeds() -> list[Path]:
    return sorted(path for path in FEEDS.iterdir() if path.is_file())


def compared(path: Path) -> Compared:
    kind = "application/json" if path.suffix == ".json" else "application/xml"
    ours = feed_parse.read(path.read_bytes(), kind, BASE, BASE, NOW)
    assert isinstance(ours, Feed), ours
    try:
        theirs = importlib.import_module("fastfeedparser").parse(path.read_bytes()).entries
    except ValueError:
        theirs = []
    wordless = sum(not (entry.title or entry.text) for entry in ours.entries)
    found = tuple(_differences(path.name, ours.entries, theirs))
    return Compared(path.name, len(ours.entries), len(theirs), wordless, found)


def _differences(
    feed: str, ours: Sequence[Entry], theirs: Sequence[Mapping[str, Any]]
) -> Iterator[Difference]:
    if len(ours) != len(theirs):
        yield Difference(feed, "", len(ours), len(theirs))
        return
    for entry, other in zip(ours, theirs, strict=True):
        for field, (own, foreign) in _fields(entry, other).items():
            if own != foreign:
                yield Difference(feed, field, own, foreign)


def _fields(entry: Entry, other: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    """Ours and theirs. Their links are as they stand in the feed, their texts are markup."""
    contents = [part.get("value") or "" for part in other.get("content") or ()]
    said = max([*contents, other.get("description") or ""], key=len)
    link, at = other.get("link"), other.get("published") or other.get("updated")
    return {
        "link": (entry.url, urljoin(BASE, link) if link else ""),
        "date": (entry.posted_at, datetime.fromisoformat(at) if at else NOW),
        "title": (_words(entry.title), _words(_seen(other.get("title") or ""))),
        "text": (_words(entry.text), _words(_seen(said))),
    }


class _Seen(HTMLParser):
    """What is to be seen of some markup, by the standard library's parser."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in _HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.said.append(data)


def _seen(markup: str) -> str:
    reader = _Seen()
    reader.feed(markup)
    reader.close()
    return "".join(reader.said)


def _words(text: str) -> str:
    """Letters and digits alone: where blanks stand between blocks is a matter of taste."""
    return "".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def share_equal(found: Sequence[Compared]) -> float:
    """Of all fields of all entries that both have."""
    both = sum(one.ours for one in found if one.ours == one.theirs) * len(FIELDS)
    differ = sum(bool(other.field) for one in found for other in one.differences)
    return 1 - differ / both


def show(found: Sequence[Compared], say: Callable[[str], object]) -> None:
    say(f"{'feed':26} {'entries':>7} {'theirs':>6} {'no words':>8}  differences")
    for one in found:
        counted = Counter(other.field for other in one.differences)
        told = [
            f"{field or 'entries'} {count}: {REASONS.get((one.feed, field), 'UNEXPLAINED')}"
            for field, count in counted.items()
        ]
        row = f"{one.feed:26} {one.ours:7} {one.theirs:6} {one.wordless:8}  {'; '.join(told)}"
        say(row.rstrip())
    entries = sum(one.ours for one in found)
    say(f"{len(found)} feeds, {entries} entries; {share_equal(found):.2%} of all fields are equal")


if __name__ == "__main__":
    show([compared(path) for path in feeds()], print)
