"""Discourse forums: all posts, or those of a category, a tag or a search, as guests see them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.errors import SourceError
from domain.types import Post
from listeners import (
    discourse_scope,
    discourse_search,
    discourse_stream,
    discourse_threads,
    discourse_topics,
    http,
    rechecks,
)
from listeners.base import Batch, Given, Rechecked, SourceOptions
from listeners.discourse_posts import PLATFORM, topic_id
from listeners.discourse_scope import Scope
from listeners.discourse_site import Site

SECRETS: tuple[str, ...] = ()

_MOST_TOPICS = 100  # looked at in one recheck


_NO_STREAM = (403, 404)
_LATEST = "/latest"


class Options(SourceOptions):
    url: Annotated[str, Field(pattern=r"^https?://[^\s/]+")]
    category: str = ""  # "crm", "5" or "crm/5", as in the forum's addresses
    tag: str = ""
    search: str = ""  # as in the forum's own search field

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        _ = self.scope
        return self

    @property
    def scope(self) -> Scope:
        return discourse_scope.of(self.url, self.category, self.tag, self.search)


class DiscourseListener:
    platform = PLATFORM
    forgets_within = timedelta(hours=48)

    def __init__(self, options: Options, given: Given, limits: http.Limits = http.USUAL) -> None:
        self.name = options.name
        self.every = options.every
        self._options = options
        self._scope = options.scope
        self.instance = self._scope.instance
        self._given = given
        self._limits = limits
        self._site = self._at(self._scope.site, options.api_url)

    def fetch(self, cursor: str | None) -> Batch:
        now, since = self._given.clock(), self._options.since
        if self._scope.search:
            return discourse_search.fetch(self._site, self._scope.search, cursor, now, since)
        if self._scope.topics:
            return discourse_topics.fetch(self._site, self._scope.topics, cursor, now, since)
        try:
            return discourse_stream.fetch(self._site, cursor, now, since)
        except SourceError as error:
            if error.status not in _NO_STREAM:
                raise
            return self._by_topics(error, cursor)

    def _by_topics(self, error: SourceError, cursor: str | None) -> Batch:
        """Of a forum that shows no list of posts, but one of topics."""
        now, since = self._given.clock(), self._options.since
        try:
            return discourse_topics.fetch(self._site, _LATEST, cursor, now, since)
        except SourceError:
            raise error from None

    def replies(self, post: Post) -> tuple[Post, ...]:
        site, topic = self._site_of(post), topic_id(post)
        if not topic:
            raise SourceError(f"{site.where}: nobody knows in which topic {post.url} stands")
        thread = discourse_threads.written_after(site, topic, 0.0)
        if thread is None:
            return ()
        opening = post.thread_id or post.external_id
        found = thread.posts(site, self._given.clock(), thread=opening)
        return tuple(one for one in found if one.parent_id and one.external_id != post.external_id)

    def recheck(self, posts: Sequence[Post]) -> Rechecked:
        """By topics, of which not too many at once; the others have their turn next time."""
        topics: dict[tuple[str, str], list[Post]] = {}
        for post in posts:
            topics.setdefault((post.instance, topic_id(post)), []).append(post)
        now = self._given.clock()
        return rechecks.each(
            list(topics.items())[:_MOST_TOPICS],
            lambda one: discourse_threads.looked_at(
                self._site_of(one[1][0]), one[0][1], one[1], now
            ),
        )

    def _site_of(self, post: Post) -> Site:
        """Any forum can be asked about its own posts."""
        if post.instance in {self.instance, ""}:
            return self._site
        return self._at(f"https://{post.instance}", "")

    def _at(self, address: str, api_url: str) -> Site:
        own = self._options.allow_private or bool(api_url)
        return Site(self.name, address, api_url, self._given, self._limits, own=own)


def make(options: Options, given: Given) -> DiscourseListener:
    return DiscourseListener(options, given)
