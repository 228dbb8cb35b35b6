"""Real captures, served on loopback. They lie beside the checkout; without them this is skipped."""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo.server import LoopbackServer
from domain.errors import SourceError
from domain.types import Post
from listeners import hackernews, reddit, rss, x
from tests.listeners.played import SECRETS

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LONG_AGO = "20000d"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no captures beside the checkout")


class Captures:
    """Gives whatever file it was told to, on every path."""

    prefix = "/real"

    def __init__(self) -> None:
        self.body = b""
        self.type = "application/json"

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/v1/access_token", self._token, methods=["POST"]),
            Route("/{rest:path}", self._any),
        ]

    def _any(self, _: Request) -> Response:
        return Response(self.body, media_type=self.type)

    def _token(self, _: Request) -> Response:
        known = {"access_token": "t", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
        return JSONResponse(known)


@pytest.fixture(scope="module")
def captures() -> Iterator[Any]:
    player = Captures()
    with LoopbackServer([player]) as server:
        player.url = f"{server.url}/real"  # type: ignore[attr-defined]
        yield player


def files(pattern: str) -> list[Path]:
    return sorted(SAMPLES.glob(pattern))


def named(path: Path) -> str:
    return path.name


def sane(posts: tuple[Post, ...]) -> None:
    assert len({post.key for post in posts}) == len(posts)
    for post in posts:
        assert post.title or post.text
        assert "<p>" not in post.text
        assert "@" not in post.author or " " in post.author
        assert post.posted_at <= NOW


def read_feed(captures: Any, path: Path) -> tuple[Post, ...]:
    captures.body, captures.type = path.read_bytes(), "application/xml"
    options = rss.Options(name="f", url=f"{captures.url}/x", allow_private=True, since=LONG_AGO)
    return rss.RssListener(options, lambda: NOW).fetch(None).posts


@pytest.mark.parametrize("path", [*files("feeds/*.*s"), *files("feeds/*m*")], ids=named)
def test_a_real_feed_is_read(path: Path, captures: Any) -> None:
    if path.suffix == ".json":
        with pytest.raises(SourceError, match="is not a feed"):
            read_feed(captures, path)
        return
    posts = read_feed(captures, path)
    entries = len(re.findall(rb"<(?:item|entry)[ >]", captures.body))
    assert len(posts) >= 0.9 * min(entries, 500)
    sane(posts)


def test_the_live_capture_of_hacker_news_is_read_well(captures: Any) -> None:
    posts = read_feed(captures, SAMPLES / "feeds" / "hnrss_newest.xml")
    assert len(posts) == 20
    assert all(post.author and post.title and post.url for post in posts)
    assert not any("Points:" in post.text for post in posts)


@pytest.mark.parametrize("path", files("feeds/hostile/*"), ids=named)
@pytest.mark.timeout(20)
def test_a_hostile_feed_is_refused_or_read_harmlessly(path: Path, captures: Any) -> None:
    try:
        posts = read_feed(captures, path)
    except SourceError:
        return
    assert sum(len(post.text) for post in posts) < 1_000_000
    assert not any("root:" in post.text for post in posts)


def pages_of_x() -> Iterator[tuple[str, bytes]]:
    """Pages, single posts, and errors; each a JSON object."""
    for path in files("x/twarc.*.jsonl"):
        for number, line in enumerate(path.read_bytes().splitlines()):
            if line.startswith(b"{") and line.endswith(b"}"):  # one capture was cut off
                yield f"{path.name}:{number}", line
    for path in files("x/tweepy.*search*.yaml"):
        packed = re.findall(r"string: !!binary \|\n((?:\s+[\w+/=]+\n)+)", path.read_text())
        for number, text in enumerate(packed):
            yield f"{path.name}:{number}", gzip.decompress(base64.b64decode(text))


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in pages_of_x()])
def test_a_real_page_of_x_is_read(body: bytes, captures: Any) -> None:
    captures.body, captures.type = body, "application/json"
    options = x.Options(name="x", query="q", api_url=captures.url, since=LONG_AGO)
    listener = x.XListener(options, "t", lambda: NOW, max_pages=2)
    found = json.loads(body).get("data")
    if not isinstance(found, list):  # an error, or a line of a stream
        with pytest.raises(SourceError):
            listener.fetch(None)
        return
    posts = listener.fetch(None).posts
    own = [one for one in found if "retweeted" not in str(one.get("referenced_tweets"))]
    assert len(posts) == len({one["id"] for one in own})
    sane(posts)


def listings_of_reddit() -> Iterator[tuple[str, str]]:
    for path in files("reddit/praw.TestSubreddit*.json"):
        for number, one in enumerate(json.loads(path.read_bytes())["interactions"]):
            body = one["response"]["body"].get("string") or ""
            if '"Listing"' in body[:40]:
                yield f"{path.name}:{number}", body


@pytest.mark.parametrize(
    "body", [pytest.param(body, id=name) for name, body in listings_of_reddit()]
)
def test_a_real_listing_of_reddit_is_read(body: str, captures: Any) -> None:
    answer = json.loads(body)
    answer["data"]["after"] = None
    captures.body = json.dumps(answer).encode()
    options = reddit.Options(
        name="r", subreddits=("test",), comments=False, api_url=captures.url, since=LONG_AGO
    )
    posts = reddit.RedditListener(options, SECRETS, lambda: NOW).fetch(None).posts
    children = [child["data"] for child in answer["data"]["children"]]
    kept = [
        one
        for one in children
        if one.get("author") not in (None, "[deleted]")
        and one.get("body", one.get("selftext")) not in ("[removed]", "[deleted]")
    ]
    assert len(kept) - 3 <= len(posts) <= len(children)
    sane(posts)


def test_real_hits_of_hacker_news_are_read(captures: Any) -> None:
    known = json.loads((SAMPLES / "forums/hn_algolia/test/fixtures/fixtures.json").read_bytes())
    answers = [one for one in walk(known) if isinstance(one.get("hits"), list) and one["hits"]]
    assert answers
    for answer in answers:
        captures.body, captures.type = json.dumps({**answer, "nbPages": 1}).encode(), "text/json"
        options = hackernews.Options(name="hn", api_url=captures.url, since=LONG_AGO)
        posts = hackernews.HackerNewsListener(options, lambda: NOW).fetch(None).posts
        assert posts
        assert len({post.key for post in posts}) == len(posts)


def walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inside in value.values():
            yield from walk(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from walk(inside)
