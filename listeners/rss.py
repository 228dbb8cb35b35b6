"""Feeds (RSS, Atom, RDF): fetched with our own guard, read by feedparser."""

import hashlib
import io
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

import feedparser
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import SourceError
from domain.types import Post
from listeners import answers, feed_dates, http, markup
from listeners.base import Batch, SourceOptions
from listeners.batches import posts_of

log = logging.getLogger(__name__)

SECRETS: tuple[str, ...] = ()

_MOST = 500  # entries read of one feed, and remembered
_LONGEST_ID = 200
_OK, _NOT_MODIFIED = 200, 304
_TYPES = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
# Lines that forum and news software adds below what somebody wrote.
_FOOTERS = re.compile(
    r"^(?:Article URL: \S+|Comments URL: \S+|Points: \d+|# Comments: \d+"
    r"|\d+ posts? - \d+ participants?|Read full topic)[ \t]*$",
    re.MULTILINE,
)


class Options(SourceOptions):
    url: Annotated[str, Field(pattern=r"^https?://[^\s/]+")]


class _Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    etag: str = ""
    modified: str = ""
    seen: tuple[str, ...] = ()  # short hashes of entries' ids, newest first


class RssListener:
    platform = "rss"

    def __init__(
        self,
        options: Options,
        clock: Callable[[], datetime],
        limits: http.Limits = http.USUAL,
    ) -> None:
        self.name = options.name
        self.every = options.every
        self._options = options
        self._clock = clock
        self._url = options.api_url or options.url
        # Relative ids and links count from here, wherever redirects lead today: ids must stay.
        self._base = http.without_login(options.url)
        self._where = f"{self.name}: {http.shown(self._url)}"
        self._fetcher = http.Fetcher(self.name, allow_private=options.allow_private, limits=limits)

    def fetch(self, cursor: str | None) -> Batch:
        old = _read(cursor)
        asked = {"Accept": _TYPES, "If-None-Match": old.etag, "If-Modified-Since": old.modified}
        fetched = self._fetcher.get(self._url, headers={k: v for k, v in asked.items() if v})
        if fetched.status == _NOT_MODIFIED:
            return Batch((), cursor)
        if fetched.status != _OK:
            raise answers.refusal(
                self._where, fetched.status, fetched.headers, self._clock(), _advice(fetched.status)
            )
        feed = self._parsed(fetched)
        entries = feed.entries[:_MOST]
        known = set(old.seen)
        new = [entry for entry in entries if _mark(_id(entry)) not in known]
        posts = posts_of(new, lambda entry: self._post(entry, feed), self._where)
        if cursor is None:
            since = self._clock() - self._options.since
            posts = tuple(post for post in posts if post.posted_at >= since)
        moved = _Cursor(
            etag=fetched.headers.get("etag", ""),
            modified=fetched.headers.get("last-modified", ""),
            seen=_newest((_mark(_id(entry)) for entry in entries), old.seen),
        )
        return Batch(posts, moved.model_dump_json())

    def _parsed(self, fetched: http.Fetched) -> Any:
        """feedparser's `version` says whether it is a feed; `bozo` is true of good ones sent with a
        wrong type and false of web pages. Sanitising is left out: all markup becomes text."""
        kept = ("content-type", "content-language")
        headers = {name: fetched.headers[name] for name in kept if name in fetched.headers}
        feed = feedparser.parse(
            io.BytesIO(fetched.body),  # bytes or text it would take for an address or a file's name
            response_headers={**headers, "content-location": self._base},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        if not feed.get("version"):
            html = (
                "html" in headers.get("content-type", "") or b"<html" in fetched.body[:2000].lower()
            )
            what = (
                "a feed but a web page: look there for the feed's own address" if html else "a feed"
            )
            raise SourceError(f"{self._where} is not {what}: check `url`")
        if feed.bozo:
            log.info("%s: %s", self._where, feed.get("bozo_exception"))
        return feed

    def _post(self, entry: Any, feed: Any) -> Post:
        now = self._clock()
        own_id = _id(entry)
        contents = [part.get("value") or "" for part in entry.get("content") or ()]
        said = max([*contents, entry.get("summary") or ""], key=len)
        replies = entry.get("slash_comments")
        return Post(
            platform=self.platform,
            # Without scheme. Ids are unique only within a feed.
            instance=self._base.partition("://")[2],
            community=markup.title(markup.from_html(feed.feed.get("title") or "")),
            external_id=own_id,
            url=markup.link(entry.get("link") or "", self._base),
            author=_author(entry),
            title=markup.title(markup.from_html(entry.get("title") or "")),
            text=_FOOTERS.sub("", markup.from_html(said)).strip(),
            language=_language(feed.feed.get("language") or ""),
            posted_at=feed_dates.written(entry, now),
            fetched_at=now,
            thread_id=own_id,
            metrics={"replies": markup.count(replies)} if replies else {},
        )


def make(
    options: Options, secrets: Mapping[str, str], clock: Callable[[], datetime]
) -> RssListener:
    del secrets  # there are none
    return RssListener(options, clock)


def _read(cursor: str | None) -> _Cursor:
    try:
        return _Cursor.model_validate_json(cursor or "{}")
    except ValidationError:
        return _Cursor()


def _advice(status: int) -> str:
    return {
        401: "the feed is not public",
        403: "the site does not let programs read this feed",
        404: "check `url`",
        410: "remove this source",
        429: "give it a longer `every`",
    }.get(status, "it will be tried again")


def _id(entry: Any) -> str:
    """Of an entry without one its link, or a hash of what it says; of a very long one a hash."""
    said = markup.title(entry.get("id") or entry.get("link") or "")
    if said and len(said) <= _LONGEST_ID:
        return said
    parts = (entry.get(part) or "" for part in ("id", "link", "title", "published", "summary"))
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:32]


def _mark(entry_id: str) -> str:
    return hashlib.sha256(entry_id.encode(errors="replace")).hexdigest()[:12]


def _newest(shown: Iterable[str], before: Iterable[str]) -> tuple[str, ...]:
    """A feed shows its newest entries only, and some now and then none: so older ones are kept."""
    return tuple(dict.fromkeys([*shown, *before]))[:_MOST]


def _author(entry: Any) -> str:
    named = (entry.get("author_detail") or {}).get("name")
    return markup.author(markup.from_html(named or entry.get("author") or ""))


def _language(code: str) -> str:
    code = code.partition("-")[0].lower()
    return code if len(code) == 2 and code.isalpha() else ""  # noqa: PLR2004 - ISO 639-1
