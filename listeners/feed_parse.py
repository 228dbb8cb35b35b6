"""From the bytes of a feed to its entries: RSS, Atom and RDF by feedparser. Pure.

This runs in a process of its own where a feed might be slow or harmful (listeners/workers.py), so
it draws in nothing but what parsing needs.
"""

import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.sax import SAXException

import feedparser
from feedparser.encodings import convert_to_utf8

from listeners import feed_dates, feed_guard, feed_ids, feed_pages, feed_titles, json_feed, markup
from listeners.feed_entries import MOST, Entry, Feed, Refused, words_of
from listeners.language import language_of

_TYPE = "application/xml; charset=utf-8"
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000}
_YEAR = 31_536_000  # seconds
_ABSOLUTE = re.compile(r"https?://[!-~]+")
_OPENED = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_CLOSED = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>")
_MOST_BAD = 0.5  # of the characters beyond ASCII, in what is UTF-8 with faults
_OTHER_CODE = re.compile(rb"<\?xml[^>]{0,200}?encoding=[\"'](?!utf-?8)", re.IGNORECASE)
# Lines that forum and news software adds around what somebody wrote.
_ADDED = re.compile(
    r"^(?:Article URL: \S+|Comments URL: \S+|Points: \d+|# Comments: \d+"
    r"|\d+ posts? - \d+ participants?|Read full topic"
    r"|submitted by \S+(?: to \S+)?|-?\d+ points? \| \d+ comments?|\[link\] \[comments\])[ \t]*$",
    re.MULTILINE,
)


def read(body: bytes, content_type: str, base: str, url: str, now: datetime) -> Feed | Refused:
    """`base`: the address from which relative links count. `url`: whence `body` came.

    Of very many entries the newest are given, whichever end of the feed they stand at.
    """
    if json_feed.looks_like_it(body, content_type):
        found = json_feed.read(body, base, now)
    else:
        found = _xml(body, content_type, base, url, now)
    if isinstance(found, Feed) and len(found.entries) > MOST:
        newest = sorted(found.entries, key=lambda entry: entry.posted_at, reverse=True)
        return found._replace(entries=tuple(newest[:MOST]))
    return found


def _xml(body: bytes, content_type: str, base: str, url: str, now: datetime) -> Feed | Refused:
    noted: dict[str, Any] = {}
    xml = convert_to_utf8({"content-type": content_type}, _mended(body), noted)
    if harm := feed_guard.danger(xml):
        return Refused(harm)
    parsed = feedparser.parse(
        io.BytesIO(feed_guard.calm(xml)),  # bytes it would take for the name of a file
        # Not whence it came: with that it joins addresses at every tag, a quarter of its time, and
        # makes addresses of ids that are none.
        response_headers={"content-type": _TYPE},
        sanitize_html=False,  # all markup becomes text
        resolve_relative_uris=False,  # within that markup
    )
    if not parsed.get("version"):  # `bozo` is true of good feeds, and false of web pages
        return Refused(feed_pages.what_it_is(body, content_type, url))
    return _feed(parsed, xml, base, now, noted)


def _feed(
    parsed: Any, xml: bytes, base: str, now: datetime, noted: Mapping[str, Any]
) -> Feed | Refused:
    about, version = parsed.feed, parsed.version
    fault = parsed.get("bozo_exception") or noted.get("bozo_exception")
    items, cut = parsed.entries, _breaks_off(fault, xml)
    if cut and len(items) > 1:  # the rest of the last one comes with the next look
        items = items[:-1]
    title = _line(_text(about, "title"))
    entries, broken = json_feed.each(
        items, lambda item: _entry(item, about, title, version, base, now)
    )
    return Feed(
        title,
        entries,
        len(broken),
        broken[0] if broken else "",
        _pause(about),
        cut,
        f"{type(fault).__name__}: {fault}" if fault else "",
    )


def _entry(item: Any, about: Any, feed: str, version: str, base: str, now: datetime) -> Entry:
    said, detail = _said(item)
    link = _link(item, about, version, base)
    titled = feed_titles.told(
        _line(_text(item, "title")),
        [str(tag.get("term") or "") for tag in dict.get(item, "tags") or ()],
        link,
    )
    text = _ADDED.sub("", markup.from_html(feed_titles.without_footer(said, link))).strip()
    answered = dict.get(item, "thr_in-reply-to")
    return Entry(
        id=feed_ids.own_id(
            _text(item, "id"), link, [_text(item, p) for p in ("title", "published", "summary")]
        ),
        url=feed_ids.without_session(link),
        author=_author(item, about, feed, version),
        title=titled.title,
        text=text,
        language=markup.language(_text(detail, "language") or _text(about, "language"))
        or language_of(f"{titled.title}\n{text}"),
        posted_at=feed_dates.written(item, now),
        answers=feed_ids.own_id(str(answered.get("ref") or ""), "", ()) if answered else "",
        is_reply=titled.is_reply,
        subject=titled.subject,
        thread=titled.thread,
        replies=_replies(item),
        words=words_of(titled.title, text),
    )


def _said(item: Any) -> tuple[str, Any]:
    """The fullest of what it says, and what is told of that."""
    said, detail = _text(item, "summary"), dict.get(item, "summary_detail") or {}
    for part in dict.get(item, "content") or ():
        if len(_text(part, "value")) > len(said):
            said, detail = _text(part, "value"), part
    return said, detail


def _text(of: Any, part: str) -> str:
    """feedparser's own look-up is slow, and answers for one thing with another."""
    value = dict.get(of, part)
    return value if isinstance(value, str) else ""


def _line(said: str) -> str:
    marked_up = "<" in said or "&" in said
    return markup.title(markup.from_html(said) if marked_up else said)


def _link(item: Any, about: Any, version: str, base: str) -> str:
    """Its page, else what it consists of. An empty one feedparser takes for the feed's base, and
    where there is none it gives the id."""
    own, link = _text(item, "id"), _text(item, "link")
    others = [
        _text(one, "href")
        for one in dict.get(item, "links") or ()
        if dict.get(one, "rel") == "alternate"
    ]
    empty = (dict.get(about, "title_detail") or {}).get("base")
    told = [*others, link] if link == own else [link, *others]
    for one in (*told, _text(item, "comments"), own if version.startswith("atom") else ""):
        whole = one if one == own or _ABSOLUTE.fullmatch(one) else markup.link(one, base)
        if whole.startswith(("http://", "https://")) and whole not in {empty, base}:
            return whole
    return ""


def _author(item: Any, about: Any, feed: str, version: str) -> str:
    """Its own, else that of the feed whence a planet has it, else, in Atom, that of all entries;
    forums sign what guests wrote with the forum's own name."""
    heirs = [item, dict.get(item, "source") or {}]
    if version.startswith("atom"):
        heirs.append(about)
    for one in heirs:
        named = (dict.get(one, "author_detail") or {}).get("name") or _text(one, "author")
        name = markup.author(_line(named))
        if name and (one is not about or name != feed):
            return name
    return ""


def _replies(item: Any) -> int | None:
    for part in ("slash_comments", "thr_total"):
        if said := dict.get(item, part):
            return markup.count(said)
    return None


def _pause(about: Any) -> int:
    """Seconds: `<ttl>` is told in minutes, `sy:updatePeriod` as so many times an hour or day."""
    ttl = markup.count(dict.get(about, "ttl")) * 60
    period = _PERIODS.get(_text(about, "sy_updateperiod").strip().lower(), 0)
    times = markup.count(dict.get(about, "sy_updatefrequency") or 1)
    return min(_YEAR, max(0, ttl, period // max(1, times)))


def _breaks_off(fault: Any, xml: bytes) -> bool:
    if not isinstance(fault, SAXException):
        return False
    opened = [found.start() for found in _OPENED.finditer(xml)]
    closed = [found.start() for found in _CLOSED.finditer(xml)]
    return bool(opened) and opened[-1] > max(closed, default=-1)


def _mended(body: bytes) -> bytes:
    """UTF-8 in which a few bytes are wrong (most often the last, where it was cut) is UTF-8 still;
    feedparser would read all of it as something else. Nor does XML bear blanks at its beginning."""
    if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):  # UTF-8 with noughts, to feedparser
        text = body.decode("utf-16", errors="replace")
        return body if _OTHER_CODE.match(text[:300].encode()) else text.encode()
    if (bare := body.lstrip()).startswith(b"<"):
        body = bare
    try:
        body.decode()
    except UnicodeDecodeError:
        if _OTHER_CODE.match(body):
            return body
        text = body.decode(errors="replace")
        bad = text.count("\ufffd")
        beyond = len(text) - len(text.encode("ascii", errors="ignore"))
        return text.encode() if bad <= _MOST_BAD * beyond else body
    return body
