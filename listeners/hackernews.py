"""Hacker News: stories, comments and polls by date, from Algolia's search."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BeforeValidator, Field, field_validator

from domain.errors import SourceError
from domain.types import Post
from listeners import answers, foreign_json, http, markup, rechecks, unread
from listeners.base import Batch, Given, Rechecked, SourceOptions
from listeners.batches import posts_of
from listeners.hosts import Pace
from listeners.traces import trace
from listeners.unread import Gap, Page, Reach

log = logging.getLogger(__name__)

SECRETS: tuple[str, ...] = ()

_API = "https://hn.algolia.com"
_OFFICIAL = (
    "https://hacker-news.firebaseio.com"  # tells what was deleted, which the search does not
)
_PACE = Pace(at_once=2, per_minute=150, burst=60)  # Algolia's limit: 10,000 an hour
_HITS = 200  # of a page
_MOST_PAGES = 25  # of a look
_MOST_LOOKS = 200  # at single items, in one recheck
_OVERLAP = timedelta(minutes=15)  # items reach the search so late
_COMMUNITIES = {"ask_hn": "Ask HN", "show_hn": "Show HN"}
_NO_USE = frozenset({"job", "pollopt"})
_OK = 200
_ADVICE = {400: "check `query` and `tags`", 404: "check `api_url`"}

_Hit = Mapping[str, Any]


def _one_or_more(said: object) -> object:
    return (said,) if isinstance(said, str) else said


class Options(SourceOptions):
    query: str = ""  # words that must stand in it; "" for everything
    tags: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[\w(),-]+$")], ...],
        BeforeValidator(_one_or_more),
        Field(min_length=1),
    ] = ("story", "comment")  # any of these

    @field_validator("tags")
    @classmethod
    def _of_use(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if useless := sorted(_NO_USE.intersection(tags)):
            raise ValueError(
                f'{", ".join(useless)}: nobody asks for advice there; take "story", "comment", '
                '"ask_hn", "show_hn" or "poll"'
            )
        return tags

    def doubts(self) -> tuple[str, ...]:
        if self.query.strip() or not {"story", "comment"} & set(self.tags):
            return ()
        advice = 'set one, or tags = ["ask_hn"], if that is not meant'
        return (f"without a `query` all is read, some ten thousand posts a day: {advice}",)


class HackerNewsListener:
    platform = "hackernews"
    forgets_within = timedelta(hours=48)

    def __init__(self, options: Options, given: Given, limits: http.Limits = http.USUAL) -> None:
        self.name = options.name
        self.every = options.every
        self._options = options
        self._clock = given.clock
        self._where = f"{self.name}: Hacker News"
        self._api = (options.api_url or _API).rstrip("/")
        self._official = (options.api_url or _OFFICIAL).rstrip("/")
        # An address of one's own is one's own to choose: the guard is for what strangers can steer.
        own = options.allow_private or bool(options.api_url)
        self._fetcher = http.Fetcher(
            self.name,
            given.hosts,
            allow_private=own,
            limits=limits,
            clock=given.clock,
            pace=None if own else _PACE,
        )

    def fetch(self, cursor: str | None) -> Batch:
        now = self._clock()
        reach = Reach.read(cursor) or Reach.first(now, self._options.since)
        budget = iter(range(_MOST_PAGES - 1))
        known: set[str] = set()
        asked = {"query": self._options.query, "tags": _any_of(self._options.tags)}
        look = unread.look(
            reach,
            lambda gap: self._page(asked, gap, known),
            lambda: next(budget, None) is not None,
        )
        new = [hit for hit in look.records if reach.is_new(trace(_id(hit)), _at(hit))]
        posts = posts_of(new, self._post, self._where)
        found = [(trace(post.external_id), post.posted_at.timestamp()) for post in posts]
        polls = {_id(hit) for hit in new if "poll" in _tags(hit)}
        return Batch(
            tuple(self._with_choices(p) if p.external_id in polls else p for p in posts),
            reach.after(found, look.left, _OVERLAP, now).model_dump_json(),
            notices=unread.told(look),
            again_in=look.failed.retry_after if look.failed else None,
            failed=look.failed,
        )

    def replies(self, post: Post) -> tuple[Post, ...]:
        """All comments of the story, also those on comments."""
        thread = post.thread_id or post.external_id
        hits: list[_Hit] = []
        known: set[str] = set()
        gap: Gap | None = Gap(floor=0)
        for _ in range(_MOST_PAGES):
            if gap is None:
                break
            page = self._page({"query": "", "tags": f"comment,story_{thread}"}, gap, known)
            hits += page.records
            gap = page.rest
        found = posts_of(hits, self._post, self._where)
        return tuple(reply for reply in found if reply.external_id != thread)

    def recheck(self, posts: Sequence[Post]) -> Rechecked:
        """One request for each, so not too many at once; the others have their turn next time."""
        return rechecks.each(posts[:_MOST_LOOKS], self._looked_at)

    def _looked_at(self, post: Post) -> Rechecked:
        item = self._json(f"{self._official}/v0/item/{quote(post.external_id, safe='')}.json")
        if item is None or (isinstance(item, dict) and (item.get("deleted") or item.get("dead"))):
            return Rechecked(gone=(post.key,))
        if not isinstance(item, dict) or str(item.get("id")) != post.external_id:
            raise answers.unreadable(self._where, "the item that was asked for")
        now = post.model_copy(
            update={
                "title": markup.title(_html(item.get("title"))) if post.title else "",
                "text": markup.from_html(_html(item.get("text"))),
                "metrics": {**post.metrics, **_metrics(item, "score", "descendants")},
            }
        )
        if item.get("type") == "poll":
            now = self._with_choices(now)
        return Rechecked((rechecks.as_now(post, now, self._clock()),))

    def _page(self, asked: Mapping[str, str], gap: Gap, known: set[str]) -> Page:
        """Newest first. Misspelt words are not looked for: hits on them would come after all others
        however new they are, and who reads on by time would pass them by."""
        between = f"created_at_i>{max(0, int(gap.floor))}"
        if gap.until is not None:
            between += f",created_at_i<={int(gap.until)}"
        bounds: dict[str, str | int] = {
            "numericFilters": between,
            "hitsPerPage": _HITS,
            "page": gap.page,
        }
        answer = self._json(
            f"{self._api}/api/v1/search_by_date", {**asked, "typoTolerance": "false", **bounds}
        )
        hits = answer.get("hits") if isinstance(answer, dict) else None
        if not isinstance(hits, list):
            raise answers.unreadable(self._where, "JSON with hits")
        hits = [hit for hit in hits if isinstance(hit, dict)]
        pages = answer.get("nbPages")
        over = isinstance(pages, int) and gap.page + 1 >= pages
        found = [(_id(hit), _at(hit)) for hit in hits if _moment(hit)]
        rest = unread.below(gap, found, known, over=over)
        known.update(own_id for own_id, _ in found)
        return Page(hits, rest)

    def _with_choices(self, poll: Post) -> Post:
        """A poll's choices are items of their own, but say nothing without the question."""
        try:
            item = self._json(f"{self._api}/api/v1/items/{quote(poll.external_id, safe='')}")
        except SourceError as error:
            log.info("%s: the choices of a poll are left out: %s", self.name, error)
            return poll
        choices = item.get("options") if isinstance(item, dict) else None
        lines = [
            f"- {markup.title(markup.from_html(_html(choice.get('text'))))}"
            for choice in (choices if isinstance(choices, list) else ())
            if isinstance(choice, dict) and choice.get("text")
        ]
        return poll.model_copy(update={"text": markup.body("\n".join([poll.text, *lines]))})

    def _json(self, url: str, asked: Mapping[str, str | int] | None = None) -> Any:
        fetched = self._fetcher.get(url, params=asked)
        if fetched.status != _OK:
            advice = _ADVICE.get(fetched.status, "it will be tried again")
            now = self._clock()
            raise answers.refusal(self._where, fetched.status, fetched.headers, now, advice)
        try:
            return foreign_json.read(fetched.body)
        except ValueError as error:
            raise answers.unreadable(self._where, "JSON") from error

    def _post(self, hit: _Hit) -> Post | None:
        tags = _tags(hit)
        if _NO_USE & set(tags):
            return None
        comment = hit.get("comment_text") is not None or "comment" in tags
        own_id = str(hit["objectID"])
        posted_at = _moment(hit)
        if posted_at is None:
            raise ValueError("no time")
        said = hit.get("comment_text") if comment else hit.get("story_text") or hit.get("text")
        return Post(
            platform=self.platform,
            community=_community(hit),
            external_id=own_id,
            url=f"https://news.ycombinator.com/item?id={own_id}",
            author=markup.author(_html(hit.get("author"))),
            title="" if comment else markup.title(_html(hit.get("title"))),
            text=markup.from_html(_html(said)),
            posted_at=posted_at,
            fetched_at=self._clock(),
            thread_id=str(hit.get("story_id") or own_id) if comment else own_id,
            parent_id=str(hit.get("parent_id") or "") if comment else "",
            metrics=_metrics(hit, "points", "num_comments"),
        )


def make(options: Options, given: Given) -> HackerNewsListener:
    return HackerNewsListener(options, given)


def _any_of(tags: Sequence[str]) -> str:
    return tags[0] if len(tags) == 1 else f"({','.join(tags)})"


def _html(said: object) -> str:
    return said if isinstance(said, str) else ""


def _tags(hit: _Hit) -> Sequence[str]:
    tags = hit.get("_tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def _metrics(said: _Hit, score: str, replies: str) -> dict[str, int]:
    names = {"score": score, "replies": replies}
    return {ours: markup.count(said[its]) for ours, its in names.items() if said.get(its)}


def _moment(hit: _Hit) -> datetime | None:
    return markup.moment(hit.get("created_at_i")) or markup.iso_moment(hit.get("created_at"))


def _id(hit: _Hit) -> str:
    return str(hit.get("objectID"))


def _at(hit: _Hit) -> float:
    at = _moment(hit)
    return at.timestamp() if at else float("inf")  # a broken one counts as new, and is then told of


def _community(hit: _Hit) -> str:
    """By the tags of a story; of a comment's story only the title is told."""
    for tag, name in _COMMUNITIES.items():
        if tag in _tags(hit) or str(hit.get("story_title")).startswith(f"{name}:"):
            return name
    return ""
