"""Plays X's API v2: recent search and the look-up of posts by their ids."""

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
_PROBLEMS = "https://api.twitter.com/2/problems"
_AT_ONCE = 100  # posts, by their ids
_LONGEST = 512  # characters of a query
_RENAMED = {
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "tweets": "posts",
}

_Status = dict[str, Any]


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
        self.renamed = False  # whether it says "posts" where it used to say "tweets"
        self.suspended: set[str] = set()  # authors: their posts are found, but nothing of them
        self.protected: set[str] = set()  # authors: their posts are gone, for us
        self._window = window
        self._clock = clock
        self._histories: dict[str, list[str]] = {}  # any version's id -> all, the first one first
        self._extra: dict[str, _Status] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/2/tweets/search/recent", self._signed_in(self._search)),
            Route("/2/tweets", self._signed_in(self._look_up)),
        ]

    def link(self, item: Item) -> str:
        return item.url or f"https://x.com/{item.author}/status/{item.id}"

    def dress(self, item_id: str, **fields: Any) -> None:
        """Give an item fields of its own: `withheld`, `referenced_tweets`, ..."""
        self._extra.setdefault(item_id, {}).update(fields)

    def edit(self, item_id: str, text: str, now: datetime) -> None:
        """The new version is a post of its own; the older ones can still be looked up."""
        history = self._histories.setdefault(item_id, [item_id])
        old = self.get(history[-1])
        if old is None:
            raise KeyError(item_id)
        new = old.model_copy(
            update={
                "id": status_id(now, self._count()),
                "text": text,
                "posted_at": now,
                "edited_at": now,
                "thread_id": "" if old.thread == old.id else old.thread,
            }
        )
        history.append(new.id)
        self._histories[new.id] = history
        self.add(new)

    def delete(self, item_id: str) -> None:
        for version in self._history(item_id):
            super().delete(version)

    def live(self) -> list[Item]:
        """Latest versions alone."""
        found = super().live()
        return [i for i in found if self._history(i.id)[-1] == i.id and not self._hidden(i)]

    def reply(self, thread_id: str, author: str, text: str, now: datetime) -> str:
        return super().reply(self._history(thread_id)[-1], author, text, now)

    def clear(self) -> None:
        """Back to how it began."""
        super().clear()
        self.renamed = False
        for state in (self.suspended, self.protected, self._histories, self._extra):
            state.clear()

    def _history(self, item_id: str) -> list[str]:
        return self._histories.get(item_id, [item_id])

    def _hidden(self, item: Item) -> bool:
        return item.deleted or item.author in self.protected

    def _new_id(self, now: datetime) -> str:
        return status_id(now, self._count())

    def _signed_in(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def checked(request: Request) -> Response:
            token = request.headers.get("authorization", "")
            if not token.startswith("Bearer ") or token == "Bearer wrong":  # noqa: S105 - a played token
                return _problem(401, "Unauthorized", "Unauthorized")
            return answer(request)

        return checked

    def _search(self, request: Request) -> Response:
        asked = request.query_params
        if refusal := self._refusal(asked):
            return _invalid(*refusal)
        found = sorted(self._found(asked), key=lambda item: int(item.id), reverse=True)
        start, size = int(asked.get("next_token", "0")), int(asked.get("max_results", "10"))
        page = found[start : start + size]
        if not page:
            return JSONResponse({"meta": {"result_count": 0}})
        meta = {"newest_id": page[0].id, "oldest_id": page[-1].id, "result_count": len(page)}
        if start + size < len(found):
            meta["next_token"] = str(start + size)
        return self._told({**self._page(page, asked), "meta": meta})

    def _look_up(self, request: Request) -> Response:
        asked = request.query_params
        ids = [one for one in asked.get("ids", "").split(",") if one]
        if not ids or len(ids) > _AT_ONCE or not all(one.isdecimal() for one in ids):
            return _invalid("ids", f"The `ids` query parameter holds no 1 to {_AT_ONCE} ids")
        known = {one: item for one in ids if (item := self.get(one))}
        there = [item for item in known.values() if not self._hidden(item)]
        away = [one for one in ids if one not in {item.id for item in there}]
        page = self._page(there, asked)
        problems = [_missing(one, hidden=one in known and not known[one].deleted) for one in away]
        problems += page.pop("errors", [])
        return self._told({**page, **({"errors": problems} if problems else {})})

    def _told(self, page: _Status) -> Response:
        return JSONResponse(_renamed(page) if self.renamed else page)

    def _refusal(self, asked: Mapping[str, str]) -> tuple[str, str] | None:
        """The parameter that is no good and why, in X's manner; None if all are good."""
        if not asked.get("query"):
            return "query", "The `query` query parameter can not be empty"
        if len(asked["query"]) > _LONGEST:
            return "query", f"The `query` query parameter is longer than {_LONGEST}"
        if not 10 <= int(asked.get("max_results", "10")) <= _AT_ONCE:  # noqa: PLR2004 - X's bound
            return "max_results", "The `max_results` query parameter is not between 10 and 100"
        return _out_of_reach(asked, self._clock() - self._window) if self._window else None

    def _found(self, asked: Mapping[str, str]) -> list[Item]:
        conversations = _CONVERSATION.findall(asked["query"])
        since = int(asked.get("since_id", "0"))
        until = int(asked.get("until_id", str(1 << 63)))
        items = [item for item in self.live() if since < int(item.id) < until]
        if conversations:
            items = [item for item in items if item.thread in conversations]
        if "start_time" in asked and "since_id" not in asked:
            start = datetime.fromisoformat(asked["start_time"])
            items = [item for item in items if item.posted_at >= start]
        return items

    def _page(self, items: list[Item], asked: Mapping[str, str]) -> _Status:
        """`data`, `includes` and `errors`, as far as there are any."""
        fields = {"id", "text", "edit_history_tweet_ids", *asked.get("tweet.fields", "").split(",")}
        expansions = asked.get("expansions", "").split(",")
        data = [_asked(self._status(item), fields) for item in items]
        includes: _Status = {}
        if "author_id" in expansions:
            names = sorted({item.author for item in items} - self.suspended)
            includes["users"] = [{"id": _user_id(n), "username": n, "name": n} for n in names]
        others = self._referred(items) if "referenced_tweets.id" in expansions else []
        if others:
            includes["tweets"] = [_asked(self._status(item), fields) for item in others]
        errors = [_suspended(name) for name in sorted({i.author for i in items} & self.suspended)]
        parts = {"data": data, "includes": includes, "errors": errors}
        return {name: part for name, part in parts.items() if part}

    def _referred(self, items: list[Item]) -> list[Item]:
        links = [link for i in items for link in self._status(i).get("referenced_tweets", [])]
        found = (self.get(link["id"]) for link in links)
        return [item for item in found if item and not self._hidden(item)]

    def _status(self, item: Item) -> _Status:
        return {
            **_plain(item),
            "edit_history_tweet_ids": self._history(item.id),
            **self._extra.get(item.id, {}),
        }


def _out_of_reach(asked: Mapping[str, str], oldest: datetime) -> tuple[str, str] | None:
    if "since_id" in asked and int(asked["since_id"]) < int(status_id(oldest)):
        return "since_id", f"'since_id' must be created after [{oldest:%Y-%m-%dT%H:%MZ}]"
    if "start_time" in asked and datetime.fromisoformat(asked["start_time"]) < oldest:
        return "start_time", f"'start_time' must be on or after [{oldest:%Y-%m-%dT%H:%MZ}]"
    return None


def _plain(item: Item) -> _Status:
    long = len(item.text) > _SHORT
    status: _Status = {
        "id": item.id,
        "text": item.text[: _SHORT - 1] + "…" if long else item.text,
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
        "reply_settings": "mentionedUsers" if item.locked else "everyone",
    }
    if item.parent_id:
        status["referenced_tweets"] = [{"type": "replied_to", "id": item.parent_id}]
    return {**status, "note_tweet": {"text": item.text}} if long else status


def _asked(status: _Status, fields: set[str]) -> _Status:
    return {name: value for name, value in status.items() if name in fields}


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {_RENAMED.get(name, name): _renamed(inside) for name, inside in value.items()}
    return [_renamed(one) for one in value] if isinstance(value, list) else value


def _user_id(name: str) -> str:
    return str(int.from_bytes(name.encode()[:7], "big"))


def _suspended(name: str) -> _Status:
    return {
        "value": _user_id(name),
        "detail": f"User has been suspended: [{_user_id(name)}].",
        "title": "Forbidden",
        "resource_type": "user",
        "parameter": "author_id",
        "resource_id": _user_id(name),
        "type": f"{_PROBLEMS}/resource-not-found",
    }


def _missing(post_id: str, *, hidden: bool) -> _Status:
    title, kind = "Not Found Error", "resource-not-found"
    if hidden:
        title, kind = "Authorization Error", "not-authorized-for-resource"
    return {
        "value": post_id,
        "detail": f"Nothing can be shown for ids: [{post_id}].",
        "title": title,
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": post_id,
        "type": f"{_PROBLEMS}/{kind}",
    }


def _invalid(parameter: str, why: str) -> Response:
    errors = [{"parameters": {parameter: ["..."]}, "message": why}]
    return _problem(400, "Invalid Request", why, f"{_PROBLEMS}/invalid-request", errors=errors)


def _problem(
    status: int, title: str, detail: str, kind: str = "about:blank", **more: Any
) -> Response:
    body = {"title": title, "detail": detail, "type": kind, "status": status, **more}
    return JSONResponse(body, status_code=status)
