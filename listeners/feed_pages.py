"""What came where a feed was to be, so that the error says what to do. Pure."""

import re

from selectolax.lexbor import LexborHTMLParser

from domain.text import one_line, shorten
from listeners import markup

_FEEDS = 'link[rel~="alternate" i][href][type]'
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_MOST_NAMED = 3
_LONGEST = 300  # characters of an address
_ENOUGH = 500_000  # bytes: a page's head is at its beginning
_LOGIN = re.compile(r"\b(?:sign|log)[ -]?in\b|\blogin\b|\banmelden\b|\bconnexion\b", re.IGNORECASE)
_ROBOTS = re.compile(
    rb"captcha|cf[-_]chl|challenge-platform|turnstile|are you (?:a )?(?:human|robot)|just a moment",
    re.IGNORECASE,
)


def what_it_is(body: bytes, content_type: str, url: str) -> str:
    """The end of a sentence that begins with the address: "is not a feed, ...: do this"."""
    if not body.strip():
        return "is not a feed: check `url`; it sent nothing at all"
    if "html" not in content_type.lower() and b"<html" not in body[:2000].lower():
        return "is not a feed: check `url`"
    tree = LexborHTMLParser(body[:_ENOUGH].decode(errors="replace"))
    page = "is not a feed but a web page"
    if named := _named(tree, url):
        return f"{page}, which names its feed: check `url`, and set it to {' or '.join(named)}"
    password, title = tree.css_first('input[type="password" i]'), tree.css_first("title")
    if not password and _ROBOTS.search(body[:_ENOUGH]):
        return (
            f"{page} that wants to see a person (a captcha): check `url` in a browser; where "
            "programs are kept out, ask the site or leave it"
        )
    if password or (title and _LOGIN.search(title.text())):
        return f"{page} that asks for a login: the feed is not public, check `url`"
    return f"{page}: look there for the feed's own address: check `url`"


def _named(tree: LexborHTMLParser, url: str) -> list[str]:
    found: dict[str, None] = {}
    for node in tree.css(_FEEDS):
        kind = (node.attributes.get("type") or "").strip().lower()
        address = markup.link(node.attributes.get("href") or "", url)
        if kind in _FEED_TYPES and address:
            found[shorten(one_line(address), _LONGEST)] = None
    return list(found)[:_MOST_NAMED]
