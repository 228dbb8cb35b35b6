"""Reddit: new submissions and comments of given subreddits, and submissions found by searches."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from domain.errors import ConfigError, SourceError
from domain.types import Post
from listeners import queries, rechecks, reddit_threads, sessions
from listeners.base import Batch, Given, Rechecked
from listeners.batches import posts_of
from listeners.hosts import Hosts
from listeners.reddit_api import CLIENT_ID, CLIENT_SECRET, ClosedError, RedditApi
from listeners.reddit_look import Look
from listeners.reddit_marks import Cursor
from listeners.reddit_options import LONGEST_SEARCH, Options
from listeners.reddit_posts import Node, build, stamp

__all__ = ["SECRETS", "Options", "RedditListener", "make"]

log = logging.getLogger(__name__)

SECRETS = (CLIENT_ID, CLIENT_SECRET)

_AT_ONCE = 100  # posts about which one request may ask
_FORGETS_WITHIN = timedelta(hours=48)  # as Reddit strongly recommends
_SILENT_FOR = timedelta(days=1)  # then a subreddit that shows nothing is asked for by itself


class RedditListener:
    platform = "reddit"
    forgets_within = _FORGETS_WITHIN

    def __init__(
        self,
        options: Options,
        secrets: Mapping[str, str],
        clock: Callable[[], datetime],
        timeouts: sessions.Timeouts = sessions.USUAL,
        hosts: Hosts | None = None,
        terms: Sequence[str] = (),
    ) -> None:
        """`terms` stand for {catalogue} in the search."""
        self.name = options.name
        self.every = options.every
        self._options = options
        self._clock = clock
        self._where = f"{self.name}: Reddit"
        shared = hosts or Hosts()
        self._api = RedditApi(self.name, secrets, options.api_url, clock, timeouts, shared)
        self._searches = _searches(options.search, terms)
        self._asked_alone: dict[str, datetime] = {}  # subreddits, and when

    def fetch(self, cursor: str | None) -> Batch:
        look = Look(self._api, self._options, Cursor.read(cursor), self._clock())
        look.subreddits()
        look.searches(self._searches)
        if cursor is not None:
            self._ask_one_alone(look)
        return look.batch()

    def replies(self, post: Post) -> tuple[Post, ...]:
        """Comments of the submission; of very long threads the oldest are left out."""
        thread = (post.thread_id or post.external_id).removeprefix("t3_")
        comments = reddit_threads.comments(self._api, thread)
        return posts_of(comments, self._post, self._where)

    def recheck(self, posts: Sequence[Post]) -> Rechecked:
        """Those that Reddit no longer shows, and those without their author or words, are gone."""
        asked = list({post.external_id: post for post in posts}.values())
        return rechecks.each(rechecks.chunks(asked, _AT_ONCE), self._recheck_together)

    def _recheck_together(self, posts: Sequence[Post]) -> Rechecked:
        ids = ",".join(post.external_id for post in posts)
        nodes, _ = self._api.listing("/api/info", {"id": ids})
        shown = {stamp(node)[0]: node for node in nodes}
        found: list[Post] = []
        gone: list[str] = []
        for post in posts:
            node = shown.get(post.external_id)
            try:
                now = None if node is None else self._post(node)
            except (TypeError, ValueError) as error:
                log.warning("%s: %s could not be read again: %s", self._where, post.key, error)
                continue
            if now is None:
                gone.append(post.key)
            else:
                found.append(rechecks.as_now(post, now, self._clock()))
        return Rechecked(tuple(found), tuple(gone))

    def _ask_one_alone(self, look: Look) -> None:
        """A request for many may show nothing of a closed subreddit without a word of it."""
        now = self._clock()
        for name in look.silent:
            if self._asked_alone.get(name, now - _SILENT_FOR) > now - _SILENT_FOR:
                continue
            self._asked_alone[name] = now
            try:
                self._api.listing(f"/r/{name}/new", {"limit": 1})
            except ClosedError as error:
                look.found_shut(name, error)
            except SourceError as error:
                log.info("%s: %s", self._where, error)  # the look itself has gone well
            return

    def _post(self, node: Node) -> Post | None:
        return build(node, self._clock())


def make(options: Options, given: Given) -> RedditListener:
    """Raises ConfigError if the search cannot be filled in."""
    try:
        return RedditListener(
            options, given.secrets, given.clock, hosts=given.hosts, terms=given.terms
        )
    except ValueError as error:
        raise ConfigError([f"search: {error}"]) from error


def _searches(template: str, terms: Sequence[str]) -> tuple[str, ...]:
    return queries.packed(template, terms, LONGEST_SEARCH) if template.strip() else ()
