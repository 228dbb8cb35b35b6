"""Captures of Reddit and of X."""

import base64
import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from domain.types import Post
from listeners import markup, reddit, x
from tests.captures.account import Account, Record, an_object
from tests.listeners.test_reddit_samples import Recorded, answer, interactions, is_sign_in, said
from tests.listeners.test_samples import LONG_AGO, NOW, SAMPLES, Captures, pages_of_x, walk

_WEEK = timedelta(days=7)
_EMOTE = re.compile(r"\[\]\([^()]*\)")  # a link without words, which the subreddit's style draws


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
        account.settle(str(one.id), records, listen, why, empty)


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
    words = str(one.get("body", one.get("selftext"))).strip()
    reasons = {
        "a subreddit": kind == "t5",
        "a stub for comments that are not shown": kind == "more",
        "what the comments answer, known before": kind == "t3" and thread,
        "taken away, or its author's account is": one.get("author") in {None, "[deleted]"},
        "its words are taken away": words in {"[removed]", "[deleted]"},
        "an emote and no words": _EMOTE.fullmatch(words) and not one.get("title"),
        "an advert": one.get("promoted"),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


# ------------------------------------------------------------------ x


def of_x(account: Account, player: Captures, url: str) -> None:
    originals: set[str] = set()
    for file, body in _answers_of_x():
        player.body, player.type = body, "application/json"
        page = an_object(body)
        data = page.get("data") or []
        found = data if isinstance(data, list) else [data]  # a line of a stream holds one
        others = {one["id"]: one for one in page.get("includes", {}).get("tweets", [])}
        # As if it had been read when it was captured: what a repost repeats is young then.
        at = max(map(_written, found), default=NOW) + timedelta(minutes=1)
        account.settle(
            file,
            [(_repeated(one) or one["id"], one) for one in found],
            partial(_heard_on_x, url, at),
            partial(_why_not_on_x, others=others, since=at - _WEEK),
        )
        originals |= {post.key for post in account.posts} & {
            f"x::{own_id}" for own_id in map(_repeated, found) if own_id
        }
    account.notes.append(f"{len(originals)} of the posts are what a repost repeats")


def _answers_of_x() -> Iterator[tuple[str, bytes]]:
    """Pages, posts, errors, and what breaks off; each line that is not empty, once."""
    yield from pages_of_x()
    for path in sorted(SAMPLES.glob("x/twarc.*.jsonl")):
        for number, line in enumerate(path.read_bytes().splitlines()):
            if line and not line.endswith(b"}"):
                yield f"{path.name}:{number}", line
    for path in sorted(SAMPLES.glob("x/tweepy.*get_tweets.yaml")):
        packed = re.findall(r"!!binary \|\n((?:\s+[\w+/=]+\n)+)", path.read_text())
        for number, text in enumerate(packed):
            yield f"{path.name}:{number}", gzip.decompress(base64.b64decode(text))


def _heard_on_x(url: str, at: datetime) -> Iterable[Post]:
    options = x.Options(name="x", query="q", api_url=url, since=LONG_AGO)
    return x.XListener(options, "t", lambda: at, max_pages=2).fetch(None).posts


def _why_not_on_x(record: Record, others: Mapping[str, Record], since: datetime) -> str:
    if not (own_id := _repeated(record)):
        return ""
    if own_id not in others:
        return "a repost, without what it repeats"
    return "a repost of what is older than a week" if _written(others[own_id]) < since else ""


def _repeated(record: Record) -> str:
    """The id of the post of which `record` is a repost."""
    links = record.get("referenced_tweets", [])
    return next((str(one["id"]) for one in links if one["type"] == "retweeted"), "")


def _written(record: Record) -> datetime:
    return markup.iso_moment(record.get("created_at")) or NOW
