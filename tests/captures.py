"""Every real capture read by the product's own code: `python -m tests.captures` prints, for each
folder, how many records it holds, how many became posts, and why the others did not.

Each record has to be accounted for: as a post, or by a reason that stands in the record itself, or,
where it is an answer that brings none, by what SourceError said of it. It exits 1 where one is not,
or where anything but SourceError came out. The captures lie beside the checkout.
"""

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo.server import LoopbackServer
from domain.errors import SourceError
from domain.types import Post
from listeners import discourse, hackernews, markup, reddit, x
from tests import captures_linkedin
from tests.listeners.played import given
from tests.listeners.test_reddit_samples import Recorded, answer, interactions, is_sign_in, said
from tests.listeners.test_samples import (
    DISCOURSE,
    LONG_AGO,
    NOW,
    SAMPLES,
    Captures,
    pages_of_x,
    read_feed,
    sane,
    walk,
)

Record = Mapping[str, Any]
Why = Callable[[Record], str]  # why a record is no post; "" if nothing in it says so
Listen = Callable[[], Iterable[Post]]

AGAIN = "told by another record of the same answer"
_WEEK = timedelta(days=7)
_LONGEST = 500  # characters of what SourceError says
_ADDRESS = re.compile(r"(?:https?://)?127\.0\.0\.1:\d+[^\s:]*")


class Account:
    """What became of the records of one folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.files: set[str] = set()
        self.records = 0
        self.posts: list[Post] = []
        self.left: Counter[str] = Counter()
        self.wrong: list[str] = []  # what nothing accounts for
        self.notes: list[str] = []  # for the reader

    def settle(
        self,
        file: str,
        records: Sequence[tuple[str, Record]],
        listen: Listen,
        why: Why,
        empty: str = "",
    ) -> None:
        """`records`: with the ids that their posts should have. An answer without any counts as one
        itself, which is to be refused; or `empty` says why it brings none."""
        self.files.add(file)
        self.records += len(records) or 1
        posts = self._listened(file, listen, refusable=not records)
        if posts is None:
            return
        told = {post.external_id: post for post in posts}
        met: set[str] = set()
        for own_id, record in records:
            reason = AGAIN if own_id in met else why(record)
            post = None if own_id in met else told.pop(own_id, None)
            met.add(own_id)
            if post and not reason:
                self.posts.append(post)
            elif reason and not post:
                self.left[reason] += 1
            else:
                self.wrong.append(f"{file}: {own_id} {reason or 'is no post for no reason'}")
        if not records:
            self._count(file, 1, (), {empty: 1} if empty else {})
        self.wrong += [f"{file}: {own_id} was made of no record" for own_id in told]

    def count(self, file: str, records: int, listen: Listen, left: Mapping[str, int]) -> None:
        """Where posts cannot be known by their ids; without records as above."""
        self.files.add(file)
        self.records += records or 1
        posts = self._listened(file, listen, refusable=not records)
        if posts is not None:
            self._count(file, records or 1, posts, left)

    def _count(
        self, file: str, records: int, posts: Sequence[Post], left: Mapping[str, int]
    ) -> None:
        self.posts += posts
        self.left.update(left)
        if records != len(posts) + sum(left.values()):
            self.wrong.append(f"{file}: {records} records, {len(posts)} posts, left out: {left}")

    def _listened(
        self, file: str, listen: Listen, *, refusable: bool
    ) -> tuple[Post, ...] | None:
        try:
            posts = tuple(listen())
            sane(posts)
        except SourceError as error:
            told = _ADDRESS.sub("ADDRESS", str(error)).partition(": ")[2]
            if not refusable or "\n" in told or len(told) > _LONGEST:
                self.wrong.append(f"{file}: {told}")
            self.left[f"refused: {told}"] += 1
            return None
        except Exception as error:  # noqa: BLE001 - that nothing else comes out is what is shown
            self.wrong.append(f"{file}: {type(error).__name__}: {error}")
            return None
        return posts


# ------------------------------------------------------------------ reddit


class Reddit(Recorded):
    """After a recorded sign-in it has an empty listing."""

    _EMPTY = JSONResponse({"kind": "Listing", "data": {"children": []}})

    def routes(self) -> list[BaseRoute]:
        sign_in, *_ = super().routes()
        return [sign_in, Route("/{rest:path}", self._rest)]

    def _rest(self, _: Request) -> Response:
        return self._EMPTY if self.signing_in else self.answer


def of_reddit(account: Account, player: Reddit) -> None:
    for one in interactions("*"):
        exchange: Any = one.values[0]
        player.answer, player.signing_in = answer(exchange), is_sign_in(exchange)
        nodes = list(_nodes(exchange))
        thread = re.search(r"/comments/(\w+)", exchange["request"]["uri"])
        listen = partial(_heard_on_reddit, player.listener(), exchange, nodes)
        why = partial(_why_not_on_reddit, thread=bool(thread))
        records = [(str(node["data"].get("name")), node) for node in nodes]
        empty = "a sign-in that went well" if player.signing_in else "an empty listing"
        account.settle(str(one.id).rpartition(":")[0], records, listen, why, empty)


def _nodes(exchange: Any) -> Iterator[Record]:
    try:
        body = json.loads(said(exchange))
    except ValueError:
        return
    for one in walk(body):
        if one.get("kind") in {"t1", "t3", "t5", "more"}:
            yield one


def _heard_on_reddit(
    listener: reddit.RedditListener, exchange: Any, nodes: Sequence[Record]
) -> Iterable[Post]:
    uri = exchange["request"]["uri"]
    if thread := re.search(r"/comments/(\w+)", uri):
        return listener.replies(_known(f"t3_{thread[1]}"))
    if "/api/info" in uri:
        names = [str(node["data"]["name"]) for node in nodes]
        return listener.recheck([_known(n) for n in names if n[:2] in {"t1", "t3"}]).posts
    return listener.fetch(None).posts


def _known(own_id: str) -> Post:
    return Post(platform="reddit", external_id=own_id, posted_at=NOW, fetched_at=NOW)


def _why_not_on_reddit(node: Record, *, thread: bool) -> str:
    one, kind = node["data"], node["kind"]
    if kind == "t5":
        return "a subreddit"
    if kind == "more":
        return "a stub for comments that are not shown"
    if kind == "t3" and thread:
        return "what the comments answer, known before"
    if one.get("author") in {None, "[deleted]"}:
        return "taken away, or its author's account is"
    if one.get("body", one.get("selftext")) in {"[removed]", "[deleted]"}:
        return "its words are taken away"
    return "an advert" if one.get("promoted") else ""


# ------------------------------------------------------------------ x


def of_x(account: Account, player: Captures, url: str) -> None:
    for where, body in _lines_of_x():
        player.body, player.type = body, "application/json"
        try:
            page: Any = json.loads(body)
        except ValueError:
            page = {}
        data = page.get("data") or []
        found = data if isinstance(data, list) else [data]  # a line of a stream holds one
        others = {str(one["id"]): one for one in page.get("includes", {}).get("tweets", [])}
        told = [str(one.get("created_at") or "") for one in found]
        at = markup.iso_moment(max(told, default="")) or NOW
        options = x.Options(name="x", query="q", api_url=url, since=LONG_AGO)
        listener = x.XListener(options, "t", lambda at=at: at, max_pages=2)  # type: ignore[misc]
        records = [(_repeated(one) or str(one["id"]), one) for one in found]
        why = partial(_why_not_on_x, others=others, at=at)
        account.settle(where, records, lambda: listener.fetch(None).posts, why)  # noqa: B023 - used at once


