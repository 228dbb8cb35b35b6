"""Feeds written out, read without a network."""

from datetime import UTC, datetime
from typing import Any

from listeners import feed_parse
from listeners.feed_entries import Entry, Feed, Refused

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BASE = "https://blog.example/feed"
XML = "application/xml"


def read(body: str | bytes, content_type: str = XML, base: str = BASE) -> Feed | Refused:
    whole = body.encode() if isinstance(body, str) else body
    return feed_parse.read(whole, content_type, base, base, NOW)


def feed(body: str | bytes, content_type: str = XML) -> Feed:
    found = read(body, content_type)
    assert isinstance(found, Feed), found
    return found


def entries(body: str | bytes, content_type: str = XML) -> tuple[Entry, ...]:
    return feed(body, content_type).entries


def refused(body: str | bytes, content_type: str = XML) -> str:
    found = read(body, content_type)
    assert isinstance(found, Refused), found
    return found.why


def rss(*items: str, head: str = "<title>Blog</title>", spaces: str = "") -> str:
    """RSS 2.0; `spaces` are declarations of namespaces."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {spaces}>'
        f"<channel>{head}{''.join(items)}</channel></rss>"
    )


def item(guid: Any = "", title: str = "One", more: str = "") -> str:
    said = f'<guid isPermaLink="false">{guid}</guid>' if guid != "" else ""
    return f"<item>{said}<title>{title}</title>{more}</item>"


def atom(*parts: str, head: str = "<title>Blog</title>", spaces: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<feed xmlns="http://www.w3.org/2005/Atom" {spaces}>{head}{"".join(parts)}</feed>'
    )


def entry(own_id: str = "urn:1", title: str = "One", more: str = "") -> str:
    return f"<entry><id>{own_id}</id><title>{title}</title>{more}</entry>"
