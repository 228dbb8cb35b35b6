"""X (Twitter): recent search of API v2, by tweepy."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.errors import ConfigError, SourceError
from domain.text import shorten
from domain.types import Post
from listeners import links, queries, sessions, x_checks, x_recheck
from listeners.base import Batch, Given, Rechecked, SourceOptions
from listeners.hosts import Hosts
from listeners.meter import Meter
from listeners.x_api import BEARER, LEAST, QueryError, XApi
from listeners.x_marks import Mark, Marks
from listeners.x_posts import PLATFORM, Heard, newest_only
from listeners.x_search import MAX_PAGES, Look, look

SECRETS = (BEARER,)

_OF_THE_CATALOGUE = f"{queries.CATALOGUE} -is:retweet -is:nullcast"


def _cap(posts: int) -> int:
    if 0 < posts < LEAST:
        raise ValueError(f"X sends at least {LEAST} posts at once: set {LEAST} or more, or 0")
    return posts


Cap = Annotated[int, Field(ge=0), AfterValidator(_cap)]


class Options(SourceOptions):
    query: str = ""
    queries: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    longest_query: Annotated[int, Field(ge=32)] = 512  # X's bound; 4096 by an enterprise contract
    posts_per_day: Cap = 0  # how many may be read, and billed; 0: no cap
    posts_per_month: Cap = 0

    @model_validator(mode="after")
    def _queries_make_sense(self) -> Self:
        for query in self.wanted:
            x_checks.check(query)
            if queries.CATALOGUE not in query:
                self._packed(query, ())
        return self

    @property
    def wanted(self) -> tuple[str, ...]:
        """As they were written."""
        written = [" ".join(query.split()) for query in (self.query, *self.queries)]
        return tuple(dict.fromkeys(q for q in written if q)) or (_OF_THE_CATALOGUE,)

    def searches(self, terms: tuple[str, ...]) -> tuple[str, ...]:
        """As X is asked. Raises ValueError, with a remedy."""
        found = [query for written in self.wanted for query in self._packed(written, terms)]
        for query in found:
            x_checks.check(query)
        return tuple(dict.fromkeys(found))

    def doubts(self) -> tuple[str, ...]:
        found = [doubt for query in self.wanted for doubt in x_checks.doubts(query)]
        if self.since > timedelta(days=7):
            found.append("`since` reaches back further than the seven days that X shows")
        if 0 < self.posts_per_month < self.posts_per_day:
            found.append("`posts_per_month` is less than `posts_per_day`: it is used up in a day")
        return tuple(found)

    def _packed(self, query: str, terms: tuple[str, ...]) -> tuple[str, ...]:
        return queries.packed(query, terms, self.longest_query, measure=x_checks.length)


class XListener:
    platform = PLATFORM
    forgets_within = timedelta(hours=24)  # X's rule for what was deleted

    def __init__(
        self,
        options: Options,
        token: str,
        clock: Callable[[], datetime],
        timeouts: sessions.Timeouts = sessions.USUAL,
        max_pages: int = MAX_PAGES,
        *,
        hosts: Hosts | None = None,
        terms: tuple[str, ...] = (),
    ) -> None:
        """Raises ValueError, with a remedy, where no queries can be made of `terms`."""
        self.name = options.name
        self.every = options.every
        self.meter = Meter(options.posts_per_day, options.posts_per_month, LEAST)
        self._since = options.since
        self._queries = options.searches(terms)
        # Of those that are as they were written, the options tell their doubts themselves.
        made = [query for query in self._queries if query not in options.wanted]
        self._doubts = tuple(doubt for query in made for doubt in x_checks.doubts(query))
        self._clock = clock
        self._max_pages = max_pages
        self._api = XApi(
            self.name,
            token,
            clock,
            self.meter,
            instead=options.api_url,
            timeouts=timeouts,
            hosts=hosts,
        )

    def fetch(self, cursor: str | None) -> Batch:
        """A query that X refuses does not keep the others from being read. Whatever else goes wrong
        ends the look: what was read until then is kept, and the next look begins with the query
        after it, so that none is always the last."""
        now, marks = self._clock(), Marks.read(cursor)
        order = marks.order(self._queries)
        before = marks.begun(order, now, self._since)
        looks: dict[str, Look] = {}
        turn = ""
        for n, query in enumerate(order, start=1):
            looks[query] = self._look(query, before[query], now)
            error = looks[query].error
            if error and not isinstance(error, QueryError):
                turn = order[n % len(order)]
                break
        errors = {query: look.error for query, look in looks.items() if look.error}
        refused = {query: e for query, e in errors.items() if isinstance(e, QueryError)}
        if all(look.failed for look in looks.values()):
            raise next(iter(errors.values()))
        moved = {query: looks[query].mark if query in looks else before[query] for query in order}
        posts, earlier = _together(page for look in looks.values() for page in look.pages)
        return Batch(
            posts,
            Marks(queries=moved, turn=turn).model_dump_json(),
            notices=(*self._doubts, *_lost(before, now), *map(self._refused, refused.items())),
            again_in=max((e.retry_after for e in errors.values() if e.retry_after), default=None),
            earlier=earlier,
            failed=next((e for e in errors.values() if not isinstance(e, QueryError)), None),
        )

    def replies(self, post: Post) -> tuple[Post, ...]:
        """Of the last seven days; X searches no further back. Each version of an edited post has a
        conversation of its own; the post's link leads to the latest one."""
        thread = post.thread_id or post.external_id
        versions = [] if post.parent_id else [post.external_id, links.post_id(PLATFORM, post.url)]
        ids = list(dict.fromkeys(i for i in (thread, *versions) if i))
        asked = " OR ".join(f"conversation_id:{i}" for i in ids)
        look = self._look(asked, Mark(), self._clock())
        if look.error:
            raise look.error
        found, _ = _together(look.pages)
        replies = (reply for reply in found if reply.external_id not in ids)
        return tuple(reply.model_copy(update={"thread_id": thread}) for reply in replies)

    def recheck(self, posts: Sequence[Post]) -> Rechecked:
        return x_recheck.recheck(self._api, posts, self._clock())

    def _look(self, query: str, mark: Mark, now: datetime) -> Look:
        return look(self._api, query, mark, now, self._max_pages)

    def _refused(self, refused: tuple[str, SourceError]) -> str:
        query, error = refused
        said = str(error).removeprefix(f"{self.name}: ")
        return f"{said} (`{shorten(query, 80)}`)"


def make(options: Options, given: Given) -> XListener:
    try:
        return XListener(
            options,
            given.secrets.get(BEARER, ""),
            given.clock,
            hosts=given.hosts,
            terms=given.terms,
        )
    except ValueError as error:
        raise ConfigError([str(error)]) from error


def _together(pages: Iterable[Heard]) -> tuple[tuple[Post, ...], dict[str, tuple[str, ...]]]:
    """Each post once, in its latest version, and the keys of earlier ones."""
    posts: list[Post] = []
    earlier: dict[str, tuple[str, ...]] = {}
    for page in pages:
        posts += page.posts
        earlier |= page.earlier
    return newest_only(posts, earlier), earlier


def _lost(marks: Mapping[str, Mark], now: datetime) -> Iterator[str]:
    for query, mark in marks.items():
        for begin, end in mark.lost(now):
            yield (
                f"posts from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC were not read in "
                "the seven days for which X shows them: if there are too many, make the query "
                f"narrower or raise the cap (`{shorten(query, 80)}`)"
            )
