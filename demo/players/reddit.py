"""Plays Reddit: application-only sign-in, listings of new posts and comments, threads, info."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from demo.players.items import Item, Shelf

_Node = dict[str, Any]


class RedditPlayer(Shelf):
    """Items with ids "t3_..." are submissions, with "t1_..." comments; `community` without "r/".

    A request that names a closed subreddit among others fails as a whole.
    """

    prefix = "/reddit"

    def __init__(
        self,
        items: Iterable[Item] = (),
        *,
        missing: Collection[str] = (),  # 302 to the search page
        private: Collection[str] = (),  # 403
        banned: Collection[str] = (),  # 404
    ) -> None:
        super().__init__(items)
        self.missing = set(missing)
        self.private = set(private)
        self.banned = set(banned)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/v1/access_token", self._token, methods=["POST"]),
            Route("/api/info", self._signed_in(self._info)),
            Route("/r/{names}/new", self._signed_in(self._new)),
            Route("/r/{names}/comments", self._signed_in(self._comments)),
            Route("/r/{names}/search", self._signed_in(self._search)),
            Route("/comments/{short}", self._signed_in(self._thread)),
            Route("/comments/{short}/", self._signed_in(self._thread)),
        ]

    def link(self, item: Item) -> str:
        return item.url or f"https://www.reddit.com{_permalink(item)}"

    def _new_id(self, now: datetime) -> str:
        return f"t1_{int(now.timestamp()):x}{self._count():03x}"

    def _token(self, request: Request) -> Response:
        basic = request.headers.get("authorization", "")
        if not basic.startswith("Basic ") or basic == "Basic d3Jvbmc6d3Jvbmc=":  # wrong:wrong
            return JSONResponse({"message": "Unauthorized", "error": 401}, status_code=401)
        return JSONResponse(
            {"access_token": "played", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
        )

    def _signed_in(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def checked(request: Request) -> Response:
            if request.headers.get("authorization", "").lower() != "bearer played":
                return JSONResponse({"message": "Unauthorized", "error": 401}, status_code=401)
            return self._closed(request.path_params.get("names", "")) or answer(request)

        return checked

    def _closed(self, names: str) -> Response | None:
        asked = set(names.split("+"))
        if asked & self.missing:
            name = min(asked & self.missing)
            return RedirectResponse(f"/subreddits/search.json?q={name}", status_code=302)
        if asked & self.private:
            body = {"reason": "private", "message": "Forbidden", "error": 403}
            return JSONResponse(body, status_code=403)
        if asked & self.banned:
            body = {"reason": "banned", "message": "Not Found", "error": 404}
            return JSONResponse(body, status_code=404)
        return None

    def _new(self, request: Request) -> Response:
        return self._listing(request, lambda item: item.id.startswith("t3_"))

    def _comments(self, request: Request) -> Response:
        return self._listing(request, lambda item: item.id.startswith("t1_"))

    def _search(self, request: Request) -> Response:
        words = request.query_params.get("q", "").lower().split()
        return self._listing(
            request,
            lambda item: (
                item.id.startswith("t3_")
                and all(word in f"{item.title} {item.text}".lower() for word in words)
            ),
        )

    def _listing(self, request: Request, wanted: Callable[[Item], bool]) -> Response:
        asked = request.query_params
        names = set(request.path_params["names"].lower().split("+"))
        items = [
            item
            for item in self.live()
            if wanted(item) and (names == {"all"} or item.community.lower() in names)
        ]
        ids = [item.id for item in items]
        limit = int(asked.get("limit", "25"))
        if "before" in asked:  # newer than that; nothing if that is gone
            end = ids.index(asked["before"]) if asked["before"] in ids else 0
            page = items[max(0, end - limit) : end]
        else:
            start = ids.index(asked["after"]) + 1 if asked.get("after") in ids else 0
            page = items[start : start + limit]
        replies = self.reply_counts()
        more = bool(page) and page[-1].id != ids[-1]
        return JSONResponse(
            _wrapped([_node(i, replies) for i in page], page[-1].id if more else None)
        )

    def _info(self, request: Request) -> Response:
        asked = request.query_params.get("id", "").split(",")
        replies = self.reply_counts()
        found = [item for name in asked if (item := self.get(name)) and not item.deleted]
        return JSONResponse(_wrapped([_node(item, replies) for item in found]))

    def _thread(self, request: Request) -> Response:
        opening = self.get(f"t3_{request.path_params['short']}")
        if opening is None:
            return JSONResponse({"message": "Not Found", "error": 404}, status_code=404)
        return JSONResponse(
            [
                _wrapped([_node(opening, self.reply_counts())]),
                _wrapped(self._tree(opening.id, opening.id)),
            ]
        )

    def _tree(self, thread_id: str, parent_id: str) -> list[_Node]:
        nodes = []
        for item in self.in_thread(thread_id):
            if (item.parent_id or thread_id) == parent_id:
                node = _node(item, {})
                below = self._tree(thread_id, item.id)
                node["data"]["replies"] = _wrapped(below) if below else ""
                nodes.append(node)
        return nodes


def _node(item: Item, replies: Mapping[str, int]) -> _Node:
    kind, _, short = item.id.partition("_")
    data: _Node = {
        "id": short,
        "name": item.id,
        "author": None if item.deleted else item.author,
        "author_fullname": f"t2_{item.author.lower()}",
        "subreddit": item.community,
        "subreddit_name_prefixed": f"r/{item.community}",
        "created_utc": float(int(item.posted_at.timestamp())),
        "edited": False,
        "score": item.score,
        "permalink": _permalink(item),
    }
    said = "[deleted]" if item.deleted else item.text
    if kind == "t1":
        data |= {"body": said, "link_id": item.thread, "replies": ""}
        data |= {"parent_id": item.parent_id or item.thread}
    else:
        data |= {"title": item.title, "selftext": said, "is_self": True}
        data |= {"num_comments": replies.get(item.id, 0), "removed_by_category": None}
        data |= {
            "url": item.url or f"https://www.reddit.com{_permalink(item)}",
            "locked": False,
            "archived": False,
        }
    return {"kind": kind, "data": data}


def _permalink(item: Item) -> str:
    thread = item.thread.removeprefix("t3_")
    own = f"{item.id.removeprefix('t1_')}/" if item.id.startswith("t1_") else ""
    return f"/r/{item.community}/comments/{thread}/_/{own}"


def _wrapped(nodes: list[_Node], after: str | None = None) -> _Node:
    return {
        "kind": "Listing",
        "data": {"after": after, "before": None, "dist": len(nodes), "children": nodes},
    }
