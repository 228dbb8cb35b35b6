"""JSON Feed 1.0 and 1.1 (jsonfeed.org). Pure. `next_url` leads to older entries: not followed."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from listeners import feed_dates, feed_guard, feed_ids, markup
from listeners.feed_entries import Entry, Feed, Refused, words_of
from listeners.language import language_of

_ITEMS = re.compile(r"\"items\"\s{0,100}:\s{0,100}\[\s{0,100}")
_BETWEEN = re.compile(r"[\s,]*")
_PARTS = frozenset({"content_html", "content_text", "date_published"})
_DECODER = json.JSONDecoder(strict=False)


def looks_like_it(body: bytes, content_type: str) -> bool:
    first = body[:100].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return first == b"{" or ("json" in content_type.lower() and first != b"<")


def read(body: bytes, base: str, now: datetime) -> Feed | Refused:
    text = body.decode("utf-8-sig", errors="replace")
    try:
        about, items = _told(json.loads(text, strict=False))
        cut = False
    except (ValueError, RecursionError) as error:
        about, items, cut = {}, _salvaged(text), True
        if not items:
            return Refused(f"is not a feed but broken JSON ({error}): check `url`")
    if items is None:
        return Refused("is not a feed but other JSON: check `url`")
    if len(items) > feed_guard.MOST_ENTRIES:
        most = f"{feed_guard.MOST_ENTRIES:,}"
        return Refused(f"holds more than {most} entries, as no feed does; not read")
    entries, broken = each(items, lambda item: _entry(item, about, base, now))
    return Feed(
        markup.title(_text(about, "title")),
        entries,
        len(broken),
        broken[0] if broken else "",
        cut=cut,
        odd="its JSON breaks off" if cut else "",
        over=about.get("expired") is True,
    )


def _told(whole: Any) -> tuple[Mapping[str, Any], list[Any] | None]:
    """About the feed, and its items; None if it is another kind of JSON."""
    told = whole if isinstance(whole, dict) else {}
    if "jsonfeed.org" in str(told.get("version")) and isinstance(told.get("items"), list):
        return told, told["items"]
    rss = told.get("rss")
    channel = rss.get("channel") if isinstance(rss, dict) else None
    if isinstance(channel, dict) and isinstance(channel.get("item"), list):
        return channel, [_renamed(item) for item in channel["item"]]
    return told, None


def _renamed(item: Any) -> Any:
    """RSS written as JSON: the same parts under RSS's names."""
    if not isinstance(item, dict):
        return item
    guid = item.get("guid")
    return {
        "id": guid.get("#value") if isinstance(guid, dict) else guid,
        "url": item.get("link"),
        "title": item.get("title"),
        "content_html": item.get("description"),
        "date_published": item.get("pubDate"),
    }


def _salvaged(text: str) -> list[Any]:
    """The items that are whole, of a feed that breaks off."""
    begun = _ITEMS.search(text)
    at, items = begun.end() if begun else len(text), list[Any]()
    with suppress(ValueError, RecursionError):
        while len(items) <= feed_guard.MOST_ENTRIES and text[at : at + 1]:
            item, at = _DECODER.raw_decode(text, at)
            items.append(item)
            at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing too
    return [item for item in items if isinstance(item, dict) and _PARTS & item.keys()]


def each(items: Iterable[Any], made: Callable[[Any], Entry]) -> tuple[tuple[Entry, ...], list[str]]:
    """An entry of each item; of those that break, why."""
    entries, broken = [], []
    for item in items:
        try:
            entries.append(made(item))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            broken.append(f"{type(error).__name__}: {error}"[:200])
    return tuple(entries), broken


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any], base: str, now: datetime) -> Entry:
    link = _text(item, "url") or _text(item, "external_url")
    title = markup.title(markup.from_html(_text(item, "title")))
    text = (
        markup.from_html(_text(item, "content_html"))
        or markup.body(_text(item, "content_text"))
        or markup.from_html(_text(item, "summary"))
    )
    dates = {"published": _text(item, "date_published"), "updated": _text(item, "date_modified")}
    return Entry(
        id=feed_ids.own_id(_text(item, "id"), link, [title, dates["published"], text]),
        url=markup.link(feed_ids.without_session(link), base),
        author=_author(item) or _author(feed),
        title=title,
        text=text,
        language=markup.language(_text(item, "language") or _text(feed, "language"))
        or language_of(f"{title}\n{text}"),
        posted_at=feed_dates.written(dates, now),
        words=words_of(title, text),
    )


def _text(of: Mapping[str, Any], part: str) -> str:
    """Some write ids as numbers."""
    said = of.get(part)
    if isinstance(said, (int, float)) and not isinstance(said, bool):
        return str(said)
    return said if isinstance(said, str) else ""


def _author(of: Mapping[str, Any]) -> str:
    """1.1 has several, 1.0 had one."""
    several = of.get("authors")
    listed = several if isinstance(several, list) else []
    for one in [*listed, of.get("author")]:
        named = one.get("name") if isinstance(one, dict) else one
        if isinstance(named, str) and (name := markup.author(markup.from_html(named))):
            return name
    return ""
