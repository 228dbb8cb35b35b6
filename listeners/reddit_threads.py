"""All comments of one submission, as far as they can be had in a few requests.

One answer shows some five hundred comments; for the others it has stubs: "more" with the ids of
those left out, and "continue" where the answers to answers go too deep.
"""

from collections import deque
from collections.abc import Iterator
from typing import Any

from listeners import answers
from listeners.reddit_api import ClosedError, RedditApi, nodes_of
from listeners.reddit_posts import COMMENT, Node

_MORE_REQUESTS = 5  # for one thread
_AT_ONCE = 100  # ids, which is as many as Reddit takes
_SHOWN: dict[str, str | int] = {"limit": 500, "sort": "new"}


def comments(api: RedditApi, thread: str) -> list[Node]:
    """Of the submission whose id without "t3_" is `thread`; none if it is not to be seen any more.

    Beyond the bound the oldest are left out. Raises SourceError.
    """
    try:
        answer = api.get(f"/comments/{thread}", _SHOWN)
    except ClosedError:
        return []
    known: dict[str, Node] = {}
    stubs = _Stubs()
    _sort_in(_tree(api, answer), known, stubs)
    for _ in range(_MORE_REQUESTS):
        if not (stubs.ids or stubs.deep):
            break
        try:
            nodes = _more(api, thread, stubs)
        except ClosedError:  # deleted since the thread was shown
            continue
        _sort_in(nodes, known, stubs)
    return list(known.values())


class _Stubs:
    """What is not shown yet."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.deep: deque[str] = deque()  # comments whose answers are on a page of their own
        self._met: set[str] = set()

    def add(self, stub: Node) -> None:
        ids = stub.get("children")
        ids = {one for one in ids if isinstance(one, str)} if isinstance(ids, list) else set()
        parent = stub.get("parent_id")
        if not ids and isinstance(parent, str) and parent.startswith(f"{COMMENT}_"):
            if parent not in self._met:
                self.deep.append(parent.removeprefix(f"{COMMENT}_"))
            self._met.add(parent)
        self.ids |= ids - self._met
        self._met |= ids

    def newest(self) -> list[str]:
        """As many as can be asked for at once, taken out. Ids count upwards in base 36."""
        found = sorted(self.ids, key=_number, reverse=True)[:_AT_ONCE]
        self.ids.difference_update(found)
        return found


def _more(api: RedditApi, thread: str, stubs: _Stubs) -> list[Node]:
    if not stubs.ids:
        return list(_tree(api, api.get(f"/comments/{thread}/_/{stubs.deep.popleft()}", _SHOWN)))
    asked = {
        "api_type": "json",
        "link_id": f"t3_{thread}",
        "children": ",".join(stubs.newest()),
        "sort": "new",
        "limit_children": "false",
    }
    answer = api.get("/api/morechildren", asked)
    try:
        things = answer["json"]["data"]["things"]
    except (KeyError, TypeError):
        things = None
    if not isinstance(things, list):
        raise answers.unreadable(api.where, "comments of a thread")
    return nodes_of(things)


def _sort_in(nodes: Iterator[Node] | list[Node], known: dict[str, Node], stubs: _Stubs) -> None:
    for node in nodes:
        if node["kind"] == COMMENT:
            known.setdefault(str(node.get("name") or node.get("id")), node)
        elif node["kind"] == "more":
            stubs.add(node)


def _tree(api: RedditApi, answer: Any) -> Iterator[Node]:
    """Comments, answers to them, and stubs, in an answer that shows a thread."""
    try:
        left = [answer[1]["data"]["children"]]
    except (KeyError, IndexError, TypeError) as error:
        raise answers.unreadable(api.where, "a thread") from error
    while left:
        children = left.pop()
        if not isinstance(children, list):
            raise answers.unreadable(api.where, "a thread")
        for node in nodes_of(children):
            yield node
            below = node.get("replies")
            if isinstance(below, dict) and isinstance(below.get("data"), dict):
                left.append(below["data"].get("children") or [])


def _number(short: str) -> int:
    try:
        return int(short, 36)
    except ValueError:
        return 0
