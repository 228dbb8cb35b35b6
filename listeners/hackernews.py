"""Hacker News: stories and comments by date, from Algolia's search."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from domain.types import Post
from listeners import answers, http, markup
from listeners.base import Batch, SourceOptions
from listeners.batches import posts_of
from listeners.marks import Mark, Marks

log = logging.getLogger(__name__)

SECRETS: tuple[str, ...] = ()

_API = "https://hn.algolia.com"
_PAGE = 200
_MOST = 1000  # hits of one search, however it is paged
_OVERLAP = timedelta(minutes=15)  # items reach the search so late, and share seconds
_COMMUNITIES = {"ask_hn": "Ask HN", "show_hn": "Show HN"}
_MAX_SEARCHES = 5  # of one look, of _MOST hits each
_OK = 200
_ADVICE = {400: "check `query` and `tags`", 404: "check `api_url`"}

_Hit = Mapping[str, Any]


def _one_or_more(said: object) -> object:
    return (said,) if isinstance(said, str) else said


class Options(SourceOptions):
    query: str = ""  # words that must stand in it; "" for everything
    tags: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[\w(),]+$")], ...], BeforeValidator(_one_or_more)
    ] = ("story", "comment")  # any of these


class HackerNewsListener:
    platform = "hackernews"

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
        self._where = f"{self.name}: Hacker News"
        self._api = (options.api_url or _API).rstrip("/")
        # An address of one's own is one's own to choose: the guard is for what strangers can steer.
        private = options.allow_private or bool(options.api_url)
        self._fetcher = http.Fetcher(self.name, allow_private=private, limits=limits)

    def fetch(self, cursor: str | None) -> Batch:
        first = Mark.first(self._clock(), self._options.since)
        mark = Marks.read(cursor).lists.get("hits", first)
        hits = self._since(int(mark.floor))
        new = [hit for hit in hits if mark.is_new(str(hit.get("objectID")), _at(hit))]
        posts = posts_of(new, self._post, self._where)
        found = [(post.external_id, post.posted_at.timestamp()) for post in posts]
        moved = Marks(lists={"hits": mark.moved(found, _OVERLAP)})
        return Batch(posts, moved.model_dump_json())

    def replies(self, post: Post) -> tuple[Post, ...]:
        thread = post.thread_id or post.external_id
        hits = self._search({"query": "", "tags": f"comment,story_{thread}"})
        return posts_of(hits, self._post, self._where)

    def _since(self, floor: int) -> list[_Hit]:
        """All hits later than `floor`, newest first. One search gives no more than _MOST, so the
        next one looks for what is as old as the last one's oldest, or older."""
        hits: dict[str, _Hit] = {}
        filters = f"created_at_i>{floor}"
        for _ in range(_MAX_SEARCHES):
            asked = {"query": self._options.query, "tags": _any_of(self._options.tags)}
            found = self._search({**asked, "numericFilters": filters})
            hits.update((str(hit.get("objectID")), hit) for hit in found)
            if len(found) < _MOST:
                return list(hits.values())
            filters = f"created_at_i>{floor},created_at_i<={int(min(map(_at, found)))}"
        log.warning("%s: more than %d posts at once; the oldest are left out", self.name, len(hits))
        return list(hits.values())

    def _search(self, asked: Mapping[str, str]) -> list[_Hit]:
        hits: list[_Hit] = []
        for page in range(_MOST // _PAGE):
            found, pages = self._page({**asked, "hitsPerPage": _PAGE, "page": page})
            hits += found
            if not found or page + 1 >= pages:
                break
        return hits

    def _page(self, asked: Mapping[str, str | int]) -> tuple[list[_Hit], int]:
        fetched = self._fetcher.get(f"{self._api}/api/v1/search_by_date", params=asked)
        if fetched.status != _OK:
            advice = _ADVICE.get(fetched.status, "it will be tried again")
            now = self._clock()
            raise answers.refusal(self._where, fetched.status, fetched.headers, now, advice)
        try:
            answer = json.loads(fetched.body)
            return [hit for hit in answer["hits"] if isinstance(hit, dict)], int(answer["nbPages"])
        except (KeyError, TypeError, ValueError) as error:
            raise answers.unreadable(self._where, "JSON with hits") from error

    def _post(self, hit: _Hit) -> Post | None:
        comment = hit.get("comment_text") is not None
        own_id = str(hit["objectID"])
        posted_at = markup.moment(hit["created_at_i"])
        if posted_at is None:
            raise ValueError("no time")
        said = hit.get("comment_text") or hit.get("story_text") or ""
        metrics = {"score": "points", "replies": "num_comments"}
        return Post(
            platform=self.platform,
            community=_community(hit),
            external_id=own_id,
            url=f"https://news.ycombinator.com/item?id={own_id}",
            author=markup.author(str(hit.get("author") or "")),
            title="" if comment else markup.title(str(hit.get("title") or "")),
            text=markup.from_html(str(said)),
            posted_at=posted_at,
            fetched_at=self._clock(),
            thread_id=str(hit.get("story_id") or own_id),
            parent_id=str(hit.get("parent_id") or "") if comment else "",
            metrics={ours: markup.count(hit[its]) for ours, its in metrics.items() if hit.get(its)},
        )


def make(
    options: Options, secrets: Mapping[str, str], clock: Callable[[], datetime]
) -> HackerNewsListener:
    del secrets  # there are none
    return HackerNewsListener(options, clock)


def _any_of(tags: Sequence[str]) -> str:
    return tags[0] if len(tags) == 1 else f"({','.join(tags)})"


def _at(hit: _Hit) -> float:
    at = markup.moment(hit.get("created_at_i"))
    return at.timestamp() if at else float("inf")  # a broken one counts as new, and is then told of


def _community(hit: _Hit) -> str:
    """By the tags of a story; of a comment's story only the title is told."""
    for tag, name in _COMMUNITIES.items():
        if tag in (hit.get("_tags") or ()) or str(hit.get("story_title")).startswith(f"{name}:"):
            return name
    return ""
