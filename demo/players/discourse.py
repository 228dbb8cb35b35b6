"""Plays one Discourse forum as guests see it: posts, topics, categories, tags, search."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo.players.items import Item, Shelf

HOST = "https://forum.example.com"
_PAGE, _TOPICS, _CHUNK, _HITS = 50, 30, 20, 50
_TOPIC_IDS = 500_000  # topics are numbered apart from posts
_OPERATOR = re.compile(r"\b(?:order|after):\S+")


class DiscoursePlayer(Shelf):
    """Ids of items are numbers, those of posts. `community` is the category's slug, and the tag."""

    prefix = "/discourse"

    def __init__(self, items: Sequence[Item] = ()) -> None:
        super().__init__(items)
        self.members_only = False

    def clear(self) -> None:
        super().clear()
        self.members_only = False

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/posts.json", self._posts),
            Route("/latest.json", self._latest),
            Route("/c/{slug}/{number:int}.json", self._latest),
            Route("/c/{slug}.json", self._latest),
            Route("/tag/{slug}.json", self._latest),
            Route("/search.json", self._search),
            Route("/posts/{post:int}.json", self._post),
            Route("/t/{topic:int}.json", self._topic),
            Route("/t/{topic:int}/posts.json", self._some),
        ]

    def link(self, item: Item) -> str:
        return self._now().link(item)

    def _new_id(self, now: datetime) -> str:
        return f"{int(now.timestamp())}{self._count():04d}"

    def _now(self) -> "_Forum":
        with self._lock:
            return _Forum(list(self._items.values()))

    def _posts(self, request: Request) -> Response:
        """The last page comes again and again: `before` itself is among what is given."""
        if self.members_only:
            return _refused(403, "not_logged_in")
        forum = self._now()
        before = int(request.query_params.get("before", "0")) or None
        found = sorted(forum.seen, key=lambda item: int(item.id), reverse=True)
        kept = [item for item in found if before is None or int(item.id) <= before]
        said = [forum.said(item, titled=True) for item in kept[:_PAGE]]
        return JSONResponse({"latest_posts": said})

    def _latest(self, request: Request) -> Response:
        if self.members_only:
            return _refused(403, "not_logged_in")
        forum, slug = self._now(), request.path_params.get("slug", "")
        topics = [one for one in forum.openings() if not slug or one.community == slug]
        if slug and not topics:
            return _refused(404, "not_found")
        by_activity = request.query_params.get("order") != "created"
        topics.sort(key=forum.bumped if by_activity else _at, reverse=True)
        page = int(request.query_params.get("page", "0"))
        shown = topics[page * _TOPICS : (page + 1) * _TOPICS]
        more = {"more_topics_url": "/latest?page=1"} if topics[(page + 1) * _TOPICS :] else {}
        listed = {"topics": [forum.listed(one) for one in shown], "per_page": _TOPICS, **more}
        return JSONResponse({"users": [], "topic_list": listed})

    def _search(self, request: Request) -> Response:
        forum, term = self._now(), request.query_params.get("q", "")
        words = _OPERATOR.sub("", term).lower().split()
        if sum(map(len, words)) < 3:  # noqa: PLR2004 - the forum's own bound
            return _refused(400, "invalid_parameters")
        found = [i for i in forum.seen if all(w in f"{i.title} {i.text}".lower() for w in words)]
        page = int(request.query_params.get("page", "1"))
        shown = found[(page - 1) * _HITS : page * _HITS]
        more = True if found[page * _HITS :] else None
        return JSONResponse(
            {
                "posts": [forum.hit(item) for item in shown],
                "topics": [forum.listed(forum.opening(item)) for item in shown],
                "grouped_search_result": {"term": term, "more_full_page_results": more},
            }
        )

    def _post(self, request: Request) -> Response:
        forum, own_id = self._now(), str(request.path_params["post"])
        item = next((one for one in forum.seen if one.id == own_id), None)
        return JSONResponse(forum.said(item)) if item else _refused(404, "not_found")

    def _topic(self, request: Request) -> Response:
        forum = self._now()
        posts = forum.of_topic(request.path_params["topic"])
        if not posts:
            return _refused(404, "not_found")
        stream = {
            "posts": [forum.said(item) for item in posts[:_CHUNK]],
            "stream": [int(item.id) for item in posts],
        }
        return JSONResponse({"post_stream": stream, **forum.listed(posts[0])})

    def _some(self, request: Request) -> Response:
        forum, topic = self._now(), request.path_params["topic"]
        ids = set(request.query_params.getlist("post_ids[]"))
        posts = [item for item in forum.of_topic(topic) if item.id in ids]
        stream = {"posts": [forum.said(item) for item in posts[:_CHUNK]]}
        return JSONResponse({"post_stream": stream, "id": topic})


class _Forum:
    """The forum at one moment. With what opened it a whole topic is deleted."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._threads: dict[str, list[Item]] = {}
        for item in sorted(items, key=lambda one: (one.id != one.thread, int(one.id))):
            self._threads.setdefault(item.thread, []).append(item)
        self._numbers = {
            item.id: n for posts in self._threads.values() for n, item in enumerate(posts, start=1)
        }
        live = [one for one in items if not one.deleted and not self.opening(one).deleted]
        self.seen = sorted(live, key=_at, reverse=True)  # newest first

    def opening(self, item: Item) -> Item:
        return self._threads[item.thread][0]

    def openings(self) -> list[Item]:
        return [item for item in self.seen if item.id == item.thread]

    def of_topic(self, topic: int) -> list[Item]:
        """Oldest first."""
        posts = self._threads.get(str(topic - _TOPIC_IDS), [])
        return (
            [item for item in posts if not item.deleted] if posts and not posts[0].deleted else []
        )

    def bumped(self, opening: Item) -> datetime:
        return max(item.posted_at for item in self.of_topic(topic_id(opening)))

    def link(self, item: Item) -> str:
        number = self._numbers[item.id]
        address = f"{HOST}/t/{_slug(self.opening(item))}/{topic_id(item)}"
        return address if number == 1 else f"{address}/{number}"

    def listed(self, opening: Item) -> dict[str, Any]:
        posts = self._threads[opening.id]
        return {
            "id": topic_id(opening),
            "title": opening.title,
            "fancy_title": escape(opening.title),
            "slug": _slug(opening),
            "posts_count": len(self.of_topic(topic_id(opening))),
            "highest_post_number": len(posts),
            "created_at": _iso(opening.posted_at),
            "bumped_at": _iso(self.bumped(opening)),
            "closed": opening.locked,
            "archived": False,
            "pinned": False,
            "visible": True,
            "archetype": "regular",
        }

    def hit(self, item: Item) -> dict[str, Any]:
        return {
            "id": int(item.id),
            "username": item.author,
            "created_at": _iso(item.posted_at),
            "blurb": item.text[:30],
            "post_number": self._numbers[item.id],
            "topic_id": topic_id(item),
        }

    def said(self, item: Item, *, titled: bool = False) -> dict[str, Any]:
        opening = self.opening(item)
        known = {"topic_title": opening.title} if titled else {}
        return {
            **known,
            "id": int(item.id),
            "username": item.author,
            "user_id": 1 + sum(map(ord, item.author)),
            "created_at": _iso(item.posted_at),
            "updated_at": _iso(item.edited_at or item.posted_at),
            "version": 2 if item.edited_at else 1,
            "cooked": _cooked(item.text),
            "post_number": self._numbers[item.id],
            "post_type": 1,
            "reply_to_post_number": self._numbers.get(item.parent_id),
            "actions_summary": [{"id": 2, "count": item.score}],
            "topic_id": topic_id(item),
            "topic_slug": _slug(opening),
            "hidden": False,
            "deleted_at": None,
            "user_deleted": False,
        }


def topic_id(item: Item) -> int:
    return int(item.thread) + _TOPIC_IDS


def _slug(opening: Item) -> str:
    return re.sub(r"\W+", "-", opening.title.lower()).strip("-") or "topic"


def _at(item: Item) -> datetime:
    return item.posted_at


def _iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _cooked(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part)


def _refused(status: int, kind: str) -> Response:
    said = {"errors": ["The requested URL or resource could not be found."], "error_type": kind}
    return JSONResponse(said, status_code=status)
