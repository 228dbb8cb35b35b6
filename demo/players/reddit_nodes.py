"""How Reddit writes down what is on the shelf: nodes, listings, threads with their stubs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from demo.players.items import Item

Node = dict[str, Any]

SITE = "https://www.reddit.com"


def node(item: Item, replies: Mapping[str, int], extra: Mapping[str, Any]) -> Node:
    """`extra`: fields that this one has besides or instead."""
    kind, _, short = item.id.partition("_")
    profile = item.community.lower().startswith("u_")
    data: Node = {
        "id": short,
        "name": item.id,
        "author": None if item.deleted else item.author,
        "author_fullname": f"t2_{item.author.lower()}",
        "subreddit": item.community,
        "subreddit_name_prefixed": f"u/{item.community[2:]}" if profile else f"r/{item.community}",
        "created_utc": float(int(item.posted_at.timestamp())),
        "edited": item.edited_at.timestamp() if item.edited_at else False,
        "score": item.score,
        "permalink": permalink(item),
        "locked": item.locked,
        "archived": False,
    }
    said = "[deleted]" if item.deleted else item.text
    if kind == "t1":
        data |= {"body": said, "link_id": item.thread, "replies": ""}
        data |= {"parent_id": item.parent_id or item.thread}
    else:
        data |= {"title": item.title, "selftext": said, "is_self": not item.url}
        data |= {"num_comments": replies.get(item.id, 0), "removed_by_category": None}
        data |= {"url": item.url or f"{SITE}{permalink(item)}", "over_18": False}
    return {"kind": kind, "data": data | dict(extra)}


def permalink(item: Item) -> str:
    thread = item.thread.removeprefix("t3_")
    own = f"{item.id.removeprefix('t1_')}/" if item.id.startswith("t1_") else ""
    return f"/r/{item.community}/comments/{thread}/_/{own}"


def listing(nodes: Sequence[Node], after: str | None = None) -> Node:
    return {
        "kind": "Listing",
        "data": {"after": after, "before": None, "dist": len(nodes), "children": list(nodes)},
    }


def more(parent_id: str, ids: Sequence[str]) -> Node:
    """A stub for comments that are not shown; without ids, for a page of their own."""
    short = [one.removeprefix("t1_") for one in ids]
    first = short[0] if short else "_"
    data = {"id": first, "name": f"t1_{first}", "parent_id": parent_id, "children": short}
    return {"kind": "more", "data": data | {"count": len(short), "depth": 0}}


class Thread:
    """Comments as one answer shows them, newest first: so many, and so deep."""

    def __init__(
        self, comments: Iterable[Item], made: Callable[[Item], Node], size: int, depth: int
    ) -> None:
        self._made = made
        self._depth = depth
        self._below: dict[str, list[Item]] = defaultdict(list)
        newest_first = sorted(comments, key=lambda item: item.posted_at, reverse=True)
        for item in newest_first:
            self._below[item.parent_id or item.thread].append(item)
        self._shown = {item.id for item in newest_first[:size]}

    def below(self, parent_id: str, depth: int = 1) -> list[Node]:
        """Answers to `parent_id`, each with answers to it; stubs for the others."""
        answers = self._below.get(parent_id, [])
        if answers and depth > self._depth:
            return [more(parent_id, [])]
        nodes = []
        for item in answers:
            if item.id in self._shown:
                one = self._made(item)
                deeper = self.below(item.id, depth + 1)
                one["data"]["replies"] = listing(deeper) if deeper else ""
                nodes.append(one)
        hidden = [item.id for item in answers if item.id not in self._shown]
        return [*nodes, more(parent_id, hidden)] if hidden else nodes

    def at(self, ids: Iterable[str]) -> list[Item]:
        """The comments with these ids, and all below them."""
        every = {item.id: item for answers in self._below.values() for item in answers}
        left, found = [every[one] for one in ids if one in every], dict[str, Item]()
        while left:
            item = left.pop(0)
            found[item.id] = item
            left += self._below.get(item.id, [])
        return list(found.values())
