"""Plays Stack Exchange's API 2.3: search, questions by their ids, answers; one site for all."""

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo.players.items import Item, Shelf

HOST = "https://softwarerecs.stackexchange.com"
_QUOTA = 300


class StackExchangePlayer(Shelf):
    """Ids of items are numbers. `community` is the question's tags, parted by blanks; an item with
    a parent is an answer."""

    prefix = "/stackexchange"

    def __init__(self) -> None:
        super().__init__()
        self.quota = _QUOTA
        self.backoff = 0  # seconds, told with every answer while it is set

    def clear(self) -> None:
        super().clear()
        self.quota, self.backoff = _QUOTA, 0

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/2.3/search/advanced", self._search),
            Route("/2.3/questions", self._search),
            Route("/2.3/questions/{ids}", self._by_id),
            Route("/2.3/questions/{ids}/answers", self._answers),
        ]

    def link(self, item: Item) -> str:
        return f"{HOST}/{'a' if item.parent_id else 'questions'}/{item.id}"

    def _new_id(self, now: datetime) -> str:
        return f"{int(now.timestamp())}{self._count():03d}"

    def _search(self, request: Request) -> Response:
        asked = request.query_params
        wanted = set(filter(None, asked.get("tagged", "").split(";")))
        words = asked.get("q", "").lower().split()
        since, until = int(asked.get("fromdate", "0")), int(asked.get("todate", "9" * 12))
        found = [
            item
            for item in self._questions()
            if since <= _seconds(item.posted_at) <= until
            and (not wanted or wanted & set(item.community.split()))
            and all(word in f"{item.title} {item.text}".lower() for word in words)
        ]
        return self._page(asked, found, self._question(self.reply_counts()))

    def _by_id(self, request: Request) -> Response:
        ids = request.path_params["ids"].split(";")
        found = [item for item in self._questions() if item.id in ids]
        return self._page(request.query_params, found, self._question(self.reply_counts()))

    def _answers(self, request: Request) -> Response:
        ids = request.path_params["ids"].split(";")
        found = [item for item in self.live() if item.parent_id in ids]
        return self._page(request.query_params, found, _answer)

    def _questions(self) -> list[Item]:
        return [item for item in self.live() if not item.parent_id]

    def _page(
        self, asked: Mapping[str, str], items: list[Item], told: Callable[[Item], dict[str, Any]]
    ) -> Response:
        if not asked.get("site"):
            return refusal(400, 400, "bad_parameter", "site is required")
        if not self.quota:
            return refusal(
                400,
                502,
                "throttle_violation",
                "too many requests from this IP, more requests available in 3600 seconds",
            )
        self.quota -= 1
        size, page = int(asked.get("pagesize", "30")), int(asked.get("page", "1"))
        shown = [told(item) for item in items[(page - 1) * size : page * size]]
        said = {"items": shown, "has_more": len(items) > page * size}
        said |= {"quota_max": _QUOTA, "quota_remaining": self.quota}
        return JSONResponse(said | ({"backoff": self.backoff} if self.backoff else {}))

    def _question(self, answers: Mapping[str, int]) -> Callable[[Item], dict[str, Any]]:
        def told(item: Item) -> dict[str, Any]:
            closed = {"closed_date": _seconds(item.posted_at), "closed_reason": "Needs focus"}
            return {
                **_said(item),
                "question_id": int(item.id),
                "title": escape(item.title),
                "tags": item.community.split(),
                "answer_count": answers.get(item.id, 0),
                "link": self.link(item),
                **(closed if item.locked else {}),
            }

        return told


def _answer(item: Item) -> dict[str, Any]:
    return {**_said(item), "answer_id": int(item.id), "question_id": int(item.parent_id)}


def _said(item: Item) -> dict[str, Any]:
    edited = {"last_edit_date": _seconds(item.edited_at)} if item.edited_at else {}
    return {
        "owner": {"user_id": 1 + sum(map(ord, item.author)), "display_name": escape(item.author)},
        "score": item.score,
        "creation_date": _seconds(item.posted_at),
        "body": "".join(f"<p>{escape(part)}</p>\n\n" for part in item.text.split("\n\n") if part),
        "content_license": "CC BY-SA 4.0",
        **edited,
    }


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def refusal(status: int, error: int, name: str, message: str) -> Response:
    said = {"error_id": error, "error_name": name, "error_message": message}
    return JSONResponse(said, status_code=status)
