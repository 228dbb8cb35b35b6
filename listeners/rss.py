"""Feeds (RSS, Atom, RDF, JSON Feed): fetched with our own guard, parsed where it harms nobody.

What was new, and whither a feed has moved, is decided in feed_cursor.py; how its bytes become
entries, in feed_parse.py.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from domain.errors import SourceError
from domain.types import Post
from listeners import (
    answers,
    feed_cursor,
    feed_guard,
    feed_ids,
    feed_parse,
    feed_threads,
    http,
    workers,
)
from listeners.base import Batch, Given, Rechecked, SourceOptions
from listeners.batches import posts_of
from listeners.feed_cursor import Cursor, Told
from listeners.feed_entries import Feed, Refused
from listeners.hosts import Hosts

log = logging.getLogger(__name__)

SECRETS: tuple[str, ...] = ()

_OK, _NOT_MODIFIED, _GONE = 200, 304, 410
_NOT_THERE = frozenset({404, _GONE})
_BUSY = frozenset({429, *range(500, 600)})
_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, */*;q=0.5"
)
_OFTEN = timedelta(minutes=1)
_ONCE_A_DAY = timedelta(days=1)


class Options(SourceOptions):
    url: Annotated[str, Field(pattern=r"^https?://[^\s/]+")]

    def doubts(self) -> tuple[str, ...]:
        where = urlsplit(self.url)
        found = []
        if self.every < _OFTEN:
            found.append("feeds change seldom, and sites shut out who asks too often: `every` 5m")
        if where.path.endswith("/latest.rss") and "order=created" not in where.query:
            found.append("Discourse sorts `url` by the last answer: add ?order=created to it")
        if where.path.endswith("/index.rss") and "order=post_date" not in where.query:
            found.append("XenForo sorts `url` by the last answer: add ?order=post_date to it")
        if (where.hostname or "").endswith("reddit.com"):
            found.append("`url` is Reddit's: kind `reddit` reads more of it")
        return tuple(found)


class RssListener:
    platform = "rss"
    forgets_within = timedelta(hours=48)

    def __init__(
        self,
        options: Options,
        clock: Callable[[], datetime],
        limits: http.Limits = http.USUAL,
        hosts: Hosts | None = None,
        parsing: workers.Workers | None = None,
    ) -> None:
        self.name = options.name
        self.every = options.every
        self._options = options
        self._clock = clock
        self._url = options.api_url or options.url
        # Links count from here, wherever redirects lead today, and keys are made of it: they stay.
        self._base = http.without_login(options.url)
        self._where = f"{self.name}: {http.shown(self._url)}"
        self._parsing = parsing or workers.shared()
        hosts = hosts or Hosts()
        self._strangers = http.Fetcher(self.name, hosts, limits=limits, clock=clock)
        self._fetcher = http.Fetcher(
            self.name, hosts, allow_private=options.allow_private, limits=limits, clock=clock
        )

    def fetch(self, cursor: str | None) -> Batch:
        known = feed_cursor.read(cursor, self._url)
        since = None if known else self._clock() - self._options.since
        old = known or feed_cursor.first(self._url)
        if old.home:
            try:
                return self._looked(old, old.home, since)
            except SourceError as error:
                if error.retry_after:
                    raise
                log.info("%s; back to `url`", error)
            old = old.model_copy(update={"home": ""})
        return self._looked(old, self._url, since)

    def recheck(self, posts: Sequence[Post]) -> Rechecked:
        """Each at its own address: that a feed no longer shows it means nothing. A host that cannot
        be reached is not asked for others of its posts."""
        found: list[Rechecked] = []
        failed: dict[str, SourceError] = {}
        for post in posts:
            host = urlsplit(post.url).netloc
            if post.url and host not in failed and self._may_be_looked_up(post.url):
                try:
                    found.append(self._looked_up(post))
                except SourceError as error:
                    failed[host] = error
        if failed and not found:
            raise next(iter(failed.values()))
        return Rechecked(
            tuple(post for one in found for post in one.posts),
            tuple(key for one in found for key in one.gone),
        )

    def _looked(self, old: Cursor, address: str, since: datetime | None) -> Batch:
        asked = {"Accept": _TYPES, "If-None-Match": old.etag, "If-Modified-Since": old.modified}
        fetched = self._fetcher.get(address, headers={k: v for k, v in asked.items() if v})
        if fetched.status == _NOT_MODIFIED:
            moved = old.model_copy(update=old.after_move(fetched.moved_to, address))
            return self._batch((), moved, feed_cursor.wait(old.pause, fetched.headers), ())
        if fetched.status != _OK:
            raise self._refusal(fetched)
        feed = self._parsed(fetched)
        ids = feed_ids.told_apart(feed.entries, old.seen)
        news = feed_cursor.news(old, feed.entries, ids, since)
        moved = old.model_copy(
            update={
                **old.after_move(fetched.moved_to, address),
                # Of a feed that was cut off the rest is wanted, and not a word that it is the same.
                "etag": "" if feed.cut else fetched.headers.get("etag", ""),
                "modified": "" if feed.cut else fetched.headers.get("last-modified", ""),
                "seen": news.seen,
                "pause": feed.pause,
            }
        )
        wait = None if news.missed else feed_cursor.wait(feed.pause, fetched.headers)
        return self._batch(self._posts(feed, ids, news), moved, wait, _notices(feed, news))

    def _batch(
        self,
        posts: tuple[Post, ...],
        moved: Cursor,
        wait: timedelta | None,
        notices: tuple[str, ...],
    ) -> Batch:
        if moved.home:
            rest = " (and the rest of it, which is not shown here)" if "?" in moved.home else ""
            told = f"has moved for good to {http.shown(moved.home)}: set `url` to that{rest}"
            notices = (*notices, told)
        said = tuple(f"{self._where} {notice}" for notice in notices)
        return Batch(posts, moved.model_dump_json(exclude_defaults=True), said, wait)

    def _refusal(self, fetched: http.Fetched) -> SourceError:
        refused = answers.refusal(
            self._where, fetched.status, fetched.headers, self._clock(), _advice(fetched.status)
        )
        if fetched.status == _GONE and not refused.retry_after:
            refused.retry_after = _ONCE_A_DAY
        return refused

    def _parsed(self, fetched: http.Fetched) -> Feed:
        kind = fetched.headers.get("content-type", "")
        arguments = (fetched.body, kind, self._base, fetched.url, self._clock())
        try:
            feed = self._parsing.run(
                feed_parse.read, arguments, easy=lambda: feed_guard.tame(fetched.body, kind)
            )
        except workers.GivenUpError as error:
            raise SourceError(f"{self._where} {error}") from error
        if isinstance(feed, Refused):
            raise SourceError(f"{self._where} {feed.why}")
        if feed.broken and not feed.entries:
            raise SourceError(
                f"{self._where} sent {feed.broken} posts of which none could be read "
                f"({feed.why}); its format may have changed"
            )
        if feed.broken or feed.odd:
            log.info("%s: %d entries left out; %s", self._where, feed.broken, feed.odd or feed.why)
        return feed

    def _posts(self, feed: Feed, ids: Sequence[str], news: feed_cursor.News) -> tuple[Post, ...]:
        places = dict(zip(ids, feed_threads.places(feed.entries, ids), strict=True))

        def made(told: Told) -> Post:
            return self._post(told, places[told.id], feed.title)

        return posts_of(news.entries, made, self._where)

    def _post(self, told: Told, place: feed_threads.Place, feed: str) -> Post:
        entry = told.entry
        return Post(
            platform=self.platform,
            # Without scheme. Ids are unique only within a feed.
            instance=self._base.partition("://")[2],
            community=feed,
            external_id=told.id,
            url=entry.url,
            author=entry.author,
            title=entry.title,
            text=entry.text,
            language=entry.language,
            posted_at=entry.posted_at,
            fetched_at=self._clock(),
            thread_id=place.thread,
            parent_id=place.parent,
            metrics={} if entry.replies is None else {"replies": entry.replies},
            state=told.state,
        )

    def _may_be_looked_up(self, url: str) -> bool:
        """A feed of our own network may link to the open one, but whoever reads it there does not
        expect to be seen outside."""
        return not self._options.allow_private or self._is_own(url)

    def _is_own(self, url: str) -> bool:
        address = _instead(url, self._base, self._options.api_url)
        return urlsplit(address).netloc in {urlsplit(self._url).netloc, urlsplit(self._base).netloc}

    def _looked_up(self, post: Post) -> Rechecked:
        address = _instead(post.url, self._base, self._options.api_url)
        # What a feed links to elsewhere is a stranger's, even where the feed itself is our own.
        fetched = (self._fetcher if self._is_own(post.url) else self._strangers).get(address)
        if fetched.status in _NOT_THERE:
            return Rechecked(gone=(post.key,))
        if fetched.status in _BUSY:
            where = f"{self.name}: {http.shown(post.url)}"
            raise answers.refusal(where, fetched.status, fetched.headers, self._clock())
        return Rechecked((post.model_copy(update={"fetched_at": self._clock()}),))


def make(options: Options, given: Given) -> RssListener:
    return RssListener(options, given.clock, hosts=given.hosts)


def _notices(feed: Feed, news: feed_cursor.News) -> tuple[str, ...]:
    said = []
    if news.missed:
        said.append(
            f"shows {len(feed.entries)} entries, all of them new: some may have come and gone "
            "between two looks; give it a shorter `every`"
        )
    if feed.over:
        said.append("says that nothing new will come: remove this source")
    return tuple(said)


def _advice(status: int) -> str:
    return {
        401: "the feed is not public",
        403: "the site does not let programs read this feed",
        404: "check `url`",
        410: "remove this source",
        429: "give it a longer `every`",
    }.get(status, "it will be tried again")


def _instead(url: str, site: str, api_url: str) -> str:
    """Where `api_url` stands for a feed of `site`, it does so for the site's pages too."""
    page, own, through = urlsplit(url), urlsplit(site), urlsplit(api_url)
    if not api_url or page.netloc != own.netloc:
        return url
    within = through.path.removesuffix(own.path) if through.path.endswith(own.path) else ""
    return page._replace(
        scheme=through.scheme, netloc=through.netloc, path=within + page.path
    ).geturl()
