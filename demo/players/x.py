"""Plays X's API v2: recent search."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo.players.items import Item, Shelf

_EPOCH_MS = 1288834974657  # X's ids count milliseconds from here, in their upper bits
_SHORT = 280  # longer texts are cut, the whole stands in note_tweet
_CONVERSATION = re.compile(r"\bconversation_id:(\d+)")
_PROBLEM = "https://api.twitter.com/2/problems/invalid-request"


def status_id(at: datetime, turn: int = 0) -> str:
    """The id of the `turn`-th status of that millisecond."""
    return str(((int(at.timestamp() * 1000) - _EPOCH_MS) << 22) + turn)


class XPlayer(Shelf):
    """Every query finds every item, but `conversation_id:ID` that conversation alone.

    With a `window` it refuses, as X does, to look further back than that.
    """

    prefix = "/x"

    def __init__(
        self,
        items: Iterable[Item] = (),
        *,
        window: timedelta | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(items)
        self._window = window
        self._clock = clock

    def routes(self) -> list[BaseRoute]:
        return [Route("/2/tweets/search/recent", self._search)]

    def link(self, item: Item) -> str:
        return item.url or f"https://x.com/{item.author}/status/{item.id}"

    def _new_id(self, now: datetime) -> str:
        return status_id(now, self._count())

    def _search(self, request: Request) -> Response:
        asked = request.query_params
        token = request.headers.get("authorization", "")
        if not token.startswith("Bearer ") or token == "Bearer wrong":  # noqa: S105 - a played token
            return _problem(401, "Unauthorized", "Unauthorized")
        refusal = self._refusal(asked)
        if refusal:
            return _problem(400, "Invalid Request", refusal, _PROBLEM)
        found = sorted(self._found(asked), key=lambda item: int(item.id), reverse=True)
        start, size = int(asked.get("next_token", "0")), int(asked.get("max_results", "10"))
        return JSONResponse(self._page(found, start, size, asked))

    def _refusal(self, asked: Mapping[str, str]) -> str:
        """Why the question is no good, in X's manner; "" if it is good."""
        if not asked.get("query"):
            return "The `query` query parameter can not be empty"
        if not 10 <= int(asked.get("max_results", "10")) <= 100:  # noqa: PLR2004 - X's bounds
            return "The `max_results` query parameter value is not between 10 and 100"
        if not self._window:
            return ""
        oldest = self._clock() - self._window
        if "since_id" in asked and int(asked["since_id"]) < int(status_id(oldest)):
            return f"'since_id' must be a tweet id created after [{oldest:%Y-%m-%dT%H:%MZ}]"
        if "start_time" in asked and datetime.fromisoformat(asked["start_time"]) < oldest:
            return f"'start_time' must be on or after [{oldest:%Y-%m-%dT%H:%MZ}]"
        return ""

    def _found(self, asked: Mapping[str, str]) -> list[Item]:
        conversation = _CONVERSATION.search(asked["query"])
        since = int(asked.get("since_id", "0"))
        until = int(asked.get("until_id", str(1 << 63)))
        items = [item for item in self.live() if since < int(item.id) < until]
        if conversation:
            items = [item for item in items if item.thread == conversation[1]]
        if "start_time" in asked:
            start = datetime.fromisoformat(asked["start_time"])
            items = [item for item in items if item.posted_at >= start]
        return items

    def _page(
        self, found: list[Item], start: int, size: int, asked: Mapping[str, str]
    ) -> dict[str, Any]:
        page = found[start : start + size]
        if not page:
            return {"meta": {"result_count": 0}}
        meta = {"newest_id": page[0].id, "oldest_id": page[-1].id, "result_count": len(page)}
        if start + size < len(found):
            meta["next_token"] = str(start + size)
        fields = set(asked.get("tweet.fields", "").split(","))
        answer: dict[str, Any] = {"data": [_status(i, fields) for i in page], "meta": meta}
        if "author_id" in asked.get("expansions", ""):
            names = sorted({item.author for item in page})
            users = [{"id": _user_id(name), "username": name, "name": name} for name in names]
            answer["includes"] = {"users": users}
        return answer


def _status(item: Item, fields: set[str]) -> dict[str, Any]:
    """Id and text, and of the rest what was asked for."""
    short = item.text if len(item.text) <= _SHORT else item.text[: _SHORT - 1] + "…"
    rest: dict[str, Any] = {
        "author_id": _user_id(item.author),
        "conversation_id": item.thread,
        "created_at": f"{item.posted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "lang": "en",
        "public_metrics": {
            "retweet_count": 0,
            "reply_count": 0,
            "like_count": item.score,
            "quote_count": 0,
        },
    }
    if item.parent_id:
        rest["referenced_tweets"] = [{"type": "replied_to", "id": item.parent_id}]
    if len(item.text) > _SHORT:
        rest["note_tweet"] = {"text": item.text}
    asked = {name: value for name, value in rest.items() if name in fields}
    return {"id": item.id, "text": short, "edit_history_tweet_ids": [item.id], **asked}


def _user_id(name: str) -> str:
    return str(int.from_bytes(name.encode()[:7], "big"))


def _problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Response:
    body = {"title": title, "detail": detail, "type": kind, "status": status}
    return JSONResponse(body, status_code=status)
