"""Plays Hacker News as Algolia tells it (search by date, an item with its tree), and the official
interface (single items, and what was deleted)."""

import html
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo.players.items import Item, Shelf

_TAG = re.compile(r"\([^)]*\)|[^,()]+")
_BOUND = re.compile(r"created_at_i([<>]=?)(\d+)")
_HOLDS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class HackerNewsPlayer(Shelf):
    """`community` "ask_hn" or "show_hn" tags a story so; an item with a parent is a comment."""

    prefix = "/hn"

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/v1/search_by_date", self._search),
            Route("/api/v1/items/{number}", self._item),
            Route("/v0/item/{number}.json", self._official),
        ]

    def link(self, item: Item) -> str:
        return f"https://news.ycombinator.com/item?id={item.id}"

    def _new_id(self, now: datetime) -> str:
        return f"{int(now.timestamp())}{self._count():04d}"

    def _search(self, request: Request) -> Response:
        asked = request.query_params
        words = asked.get("query", "").lower().split()
        wanted = [*_tagged(asked.get("tags", "")), _dated(asked.get("numericFilters", ""))]
        found = [
            item
            for item in self.live()
            if all(want(item) for want in wanted)
            and all(word in f"{item.title} {item.text}".lower() for word in words)
        ]
        size, page = int(asked.get("hitsPerPage", "20")), int(asked.get("page", "0"))
        hits = found[:1000][page * size : (page + 1) * size]
        replies = self.reply_counts()
        return JSONResponse(
            {
                "hits": [self._hit(item, replies) for item in hits],
                "nbHits": len(found),
                "page": page,
                "nbPages": -(-min(len(found), 1000) // size),
                "hitsPerPage": size,
            }
        )

    def _item(self, request: Request) -> Response:
        item = self.get(request.path_params["number"])
        if item is None or item.deleted:
            return JSONResponse({"status": 404, "error": "Not Found"}, status_code=404)
        return JSONResponse(self._tree(item))

    def _official(self, request: Request) -> Response:
        item = self.get(request.path_params["number"])
        if item is None:
            return JSONResponse(None)
        known: dict[str, Any] = {
            "id": int(item.id),
            "time": int(item.posted_at.timestamp()),
            "type": "comment" if item.parent_id else "story",
        }
        if item.deleted:
            return JSONResponse({**known, "deleted": True})
        known |= {"by": item.author, "text": _markup(item.text)}
        if item.parent_id:
            return JSONResponse({**known, "parent": int(item.parent_id)})
        replies = self.reply_counts()[item.id]
        return JSONResponse(
            {**known, "title": item.title, "score": item.score, "descendants": replies}
        )

    def _tree(self, item: Item) -> dict[str, Any]:
        below = [i for i in self.live()[::-1] if i.parent_id == item.id]
        return {
            "id": int(item.id),
            "created_at_i": int(item.posted_at.timestamp()),
            "type": "comment" if item.parent_id else "story",
            "author": item.author,
            "title": item.title or None,
            "text": _markup(item.text),
            "story_id": int(item.thread),
            "parent_id": int(item.parent_id) if item.parent_id else None,
            "children": [self._tree(child) for child in below],
        }

    def _hit(self, item: Item, replies: Mapping[str, int]) -> dict[str, Any]:
        hit: dict[str, Any] = {
            "objectID": item.id,
            "author": item.author,
            "created_at": f"{item.posted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "created_at_i": int(item.posted_at.timestamp()),
            "story_id": int(item.thread),
            "_tags": sorted(_tags(item)),
        }
        if item.parent_id:
            story = self.get(item.thread)
            hit |= {"comment_text": _markup(item.text), "parent_id": int(item.parent_id)}
            hit |= {"story_title": story.title if story else "", "story_url": None}
        else:
            hit |= {"title": item.title, "story_text": _markup(item.text), "points": item.score}
            hit |= {"num_comments": replies.get(item.id, 0), "url": item.url or None}
        return hit


def _tags(item: Item) -> set[str]:
    kind = "comment" if item.parent_id else "story"
    own = {item.community} if item.community and not item.parent_id else set()
    return {kind, f"author_{item.author}", f"story_{item.thread}"} | own


def _tagged(said: str) -> list[Callable[[Item], bool]]:
    """Tags hold together, those in parentheses one for the other."""
    return [_one_of(part.strip("()").split(",")) for part in _TAG.findall(said)]


def _one_of(tags: Sequence[str]) -> Callable[[Item], bool]:
    return lambda item: not _tags(item).isdisjoint(tags)


def _dated(said: str) -> Callable[[Item], bool]:
    bounds = [(_HOLDS[sign], int(number)) for sign, number in _BOUND.findall(said)]
    return lambda item: all(holds(int(item.posted_at.timestamp()), n) for holds, n in bounds)


def _markup(text: str) -> str | None:
    """As the site stores it: escaped, paragraphs parted by <p>."""
    return html.escape(text).replace("\n\n", "<p>") or None
