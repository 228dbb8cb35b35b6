"""Plays Reddit: application-only sign-in, listings, search, threads with stubs, info."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from demo.players.items import Item, Shelf
from demo.players.reddit_nodes import SITE, Node, Thread, listing, node, permalink
from demo.players.reddit_search import finds

_PAGE = 100  # at most
_PERIOD = 600  # seconds


class RedditPlayer(Shelf):
    """Items with ids "t3_..." are submissions, with "t1_..." comments; `community` without "r/".

    A request that names a closed subreddit among others fails as a whole, unless `omits` is set:
    then it shows the others without a word.
    """

    prefix = "/reddit"

    def __init__(
        self,
        items: Iterable[Item] = (),
        *,
        missing: Collection[str] = (),  # 302 to the search page
        private: Collection[str] = (),  # 403
        banned: Collection[str] = (),  # 404
        longest: int = 1000,  # items that a listing shows
    ) -> None:
        super().__init__(items)
        self.missing = set(missing)
        self.private = set(private)
        self.banned = set(banned)
        self.quarantined: set[str] = set()  # 403
        self.omits = False
        self.longest = longest
        self.thread_size, self.thread_depth = 500, 10  # comments that a thread shows
        self.budget: int | None = None  # requests left in this period; None: they are not counted
        self._extra: dict[str, dict[str, Any]] = {}
        self._tokens = 0

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/v1/access_token", self._token, methods=["POST"]),
            Route("/api/info", self._signed_in(self._info)),
            Route("/api/morechildren", self._signed_in(self._more)),
            Route("/r/{names}/new", self._signed_in(self._new)),
            Route("/r/{names}/comments", self._signed_in(self._comments)),
            Route("/r/{names}/search", self._signed_in(self._search)),
            Route("/comments/{short}", self._signed_in(self._thread)),
            Route("/comments/{short}/", self._signed_in(self._thread)),
            Route("/comments/{short}/_/{comment}", self._signed_in(self._thread)),
        ]

    def link(self, item: Item) -> str:
        return item.url or f"{SITE}{permalink(item)}"

    def dress(self, item_id: str, **fields: Any) -> None:
        """Give an item fields of its own: `crosspost_parent_list`, `poll_data`, ..."""
        self._extra.setdefault(item_id, {}).update(fields)

    def withdraw_tokens(self) -> None:
        """Those given out so far are no longer known."""
        self._tokens += 1

    def clear(self) -> None:
        """Back to how it began."""
        super().clear()
        for closed in (self.missing, self.private, self.banned, self.quarantined):
            closed.clear()
        self._extra.clear()
        self.omits, self.longest, self.budget = False, 1000, None
        self.thread_size, self.thread_depth = 500, 10

    def _new_id(self, now: datetime) -> str:
        return f"t1_{int(now.timestamp()):x}{self._count():03x}"

    def _token(self, request: Request) -> Response:
        basic = request.headers.get("authorization", "")
        if not basic.startswith("Basic ") or basic == "Basic d3Jvbmc6d3Jvbmc=":  # wrong:wrong
            return JSONResponse({"message": "Unauthorized", "error": 401}, status_code=401)
        return JSONResponse(
            {
                "access_token": f"played{self._tokens}",
                "token_type": "bearer",
                "expires_in": 86400,
                "scope": "*",
            }
        )

    def _signed_in(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def checked(request: Request) -> Response:
            if request.headers.get("authorization", "").lower() != f"bearer played{self._tokens}":
                return JSONResponse({"message": "Unauthorized", "error": 401}, status_code=401)
            if self.budget == 0:
                return self._counted(JSONResponse({"error": 429}, status_code=429))
            if self.budget is not None:
                self.budget -= 1
            closed = self._closed(request.path_params.get("names", ""))
            return self._counted(closed or answer(request))

        return checked

    def _counted(self, response: Response) -> Response:
        if self.budget is not None:
            response.headers["x-ratelimit-remaining"] = f"{self.budget}.0"
            response.headers["x-ratelimit-used"] = "1"
            response.headers["x-ratelimit-reset"] = str(_PERIOD)
        return response

    def _closed(self, names: str) -> Response | None:
        asked = set(names.lower().split("+"))
        if len(asked) > 1 and self.omits:
            return None
        if asked & self.missing:
            name = min(asked & self.missing)
            return RedirectResponse(f"/subreddits/search.json?q={name}", status_code=302)
        for closed, reason, status in (
            (self.private, "private", 403),
            (self.quarantined, "quarantined", 403),
            (self.banned, "banned", 404),
        ):
            if asked & closed:
                message = "Not Found" if reason == "banned" else "Forbidden"
                body = {"reason": reason, "message": message, "error": status}
                return JSONResponse(body, status_code=status)
        return None

    def _new(self, request: Request) -> Response:
        return self._listing(request, lambda item: item.id.startswith("t3_"))

    def _comments(self, request: Request) -> Response:
        return self._listing(request, lambda item: item.id.startswith("t1_"))

    def _search(self, request: Request) -> Response:
        query = request.query_params.get("q", "")
        return self._listing(
            request,
            lambda item: item.id.startswith("t3_") and finds(query, f"{item.title} {item.text}"),
        )

    def _listing(self, request: Request, wanted: Callable[[Item], bool]) -> Response:
        asked = request.query_params
        names = set(request.path_params["names"].lower().split("+"))
        hidden = self.missing | self.private | self.banned | self.quarantined
        items = [
            item
            for item in self.live()
            if wanted(item)
            and (names == {"all"} or item.community.lower() in names)
            and item.community.lower() not in hidden
        ][: self.longest]
        ids = [item.id for item in items]
        limit = min(int(asked.get("limit", "25")), _PAGE)
        if "before" in asked:  # newer than that; nothing if that is gone
            end = ids.index(asked["before"]) if asked["before"] in ids else 0
            page = items[max(0, end - limit) : end]
        else:
            start = ids.index(asked["after"]) + 1 if asked.get("after") in ids else 0
            page = items[start : start + limit]
        replies = self.reply_counts()
        more = bool(page) and page[-1].id != ids[-1]
        nodes = [self._node(item, replies) for item in page]
        return JSONResponse(listing(nodes, page[-1].id if more else None))

    def _info(self, request: Request) -> Response:
        asked = request.query_params.get("id", "").split(",")[:_PAGE]
        hidden = self.missing | self.private | self.banned | self.quarantined
        replies = self.reply_counts()
        found = [item for name in asked if (item := self.get(name)) and not item.deleted]
        found = [item for item in found if item.community.lower() not in hidden]
        return JSONResponse(listing([self._node(item, replies) for item in found]))

    def _thread(self, request: Request) -> Response:
        opening = self.get(f"t3_{request.path_params['short']}")
        if opening is None:
            return JSONResponse({"message": "Not Found", "error": 404}, status_code=404)
        comment = request.path_params.get("comment")
        thread = self._comments_of(opening.id)
        shown = thread.below(f"t1_{comment}" if comment else opening.id)
        return JSONResponse([listing([self._node(opening, self.reply_counts())]), listing(shown)])

    def _more(self, request: Request) -> Response:
        asked = request.query_params
        ids = [f"t1_{short}" for short in asked.get("children", "").split(",")[:_PAGE]]
        thread = self._comments_of(asked.get("link_id", ""))
        things = [self._node(item, {}) for item in thread.at(ids)]
        return JSONResponse({"json": {"errors": [], "data": {"things": things}}})

    def _comments_of(self, thread_id: str) -> Thread:
        return Thread(
            self.in_thread(thread_id),
            lambda item: self._node(item, {}),
            self.thread_size,
            self.thread_depth,
        )

    def _node(self, item: Item, replies: Mapping[str, int]) -> Node:
        return node(item, replies, self._extra.get(item.id, {}))
