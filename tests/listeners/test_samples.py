"""Real captures, served on loopback. They lie beside the checkout; without them this is skipped."""

import base64
import gzip
import html
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
from listeners import discourse, hackernews, reddit, rss, x
from tests.listeners.played import SECRETS, given

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


def x_listener(captures: Any, body: bytes) -> x.XListener:
    captures.body, captures.type = body, "application/json"
    options = x.Options(name="x", query="q", api_url=captures.url, since=LONG_AGO)
    return x.XListener(options, "t", lambda: NOW, max_pages=2)


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in pages_of_x()])
def test_a_real_page_of_x_is_read(body: bytes, captures: Any) -> None:
    listener = x_listener(captures, body)
    found = json.loads(body).get("data")
    if found is None:  # a line about what was deleted
        with pytest.raises(SourceError):
            listener.fetch(None)
        return
    records = found if isinstance(found, list) else [found]  # a line of a stream holds one
    own = {
        one["id"]: one for one in records if "retweeted" not in str(one.get("referenced_tweets"))
    }
    batch = listener.fetch(None)
    assert {post.external_id for post in batch.posts} == own.keys()
    sane(batch.posts)
    for post in batch.posts:
        record = own[post.external_id]
        said = (record.get("note_tweet") or record)["text"]
        assert words(post.text) == words(said)
        earlier = [
            i for i in record.get("edit_history_tweet_ids", []) if int(i) < int(record["id"])
        ]
        assert post.state == ("edited" if earlier else "live")
        assert list(batch.earlier.get(post.key, ())) == [f"x::{i}" for i in earlier]
        assert post.metrics.get("locked", 0) == (
            record.get("reply_settings", "everyone") != "everyone"
        )


def words(text: str) -> list[str]:
    return re.findall(r"\w+", html.unescape(text))


@pytest.mark.parametrize("path", files("x/tweepy.*get_tweets.yaml"), ids=named)
def test_a_real_look_up_of_x_is_read(path: Path, captures: Any) -> None:
    packed = re.findall(r"string: !!binary \|\n((?:\s+[\w+/=]+\n)+)", path.read_text())
    body = gzip.decompress(base64.b64decode(packed[0]))
    listener = x_listener(captures, body)
    posts = listener.fetch(None).posts
    deleted = posts[0].model_copy(update={"external_id": "1"})  # not in the answer, nor its errors
    assert listener.recheck([*posts, deleted]) == (posts, ())


def test_of_an_edited_post_that_is_looked_at_again_the_latest_version_is_told(
    captures: Any,
) -> None:
    """The older version refers to the later one, which is given in every answer."""
    path = SAMPLES / "x" / "twarc.edited_before.jsonl"
    old = json.loads(path.read_bytes())
    listener = x_listener(captures, path.read_bytes())
    (known,) = listener.fetch(None).posts
    assert (known.external_id, known.state) == (old["data"][0]["id"], "live")
    newer = json.loads((SAMPLES / "x" / "twarc.edited_after.jsonl").read_bytes())
    captures.body = json.dumps({"data": old["data"] + newer["data"]}).encode()
    (now,) = listener.recheck([known]).posts
    assert (now.key, now.state) == (known.key, "edited")
    assert now.text == newer["data"][0]["text"]


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
        posts = hackernews.make(options, given(lambda: NOW)).fetch(None).posts
        assert posts
        assert len({post.key for post in posts}) == len(posts)


DISCOURSE = "forums/discourse/api-examples"


@pytest.mark.parametrize(
    "path", [*files(f"{DISCOURSE}/posts.json"), *files(f"{DISCOURSE}/t_*.json")], ids=named
)
def test_real_posts_of_discourse_are_read(path: Path, captures: Any) -> None:
    captures.body, captures.type = path.read_bytes(), "application/json"
    options = discourse.Options(name="d", url=captures.url, allow_private=True, since=LONG_AGO)
    batch = discourse.make(options, given(lambda: NOW)).fetch(None)
    answer = json.loads(captures.body)
    records = answer.get("latest_posts") or answer["post_stream"]["posts"]
    # Two hold a video and nothing else, two what a blog's software wrote, one is no post.
    assert len(records) - 2 <= len(batch.posts) <= len(records)
    sane(batch.posts)
    assert {post.external_id for post in batch.posts} <= {str(one["id"]) for one in records}
    assert all(post.author and post.instance and "/t/" in post.url for post in batch.posts)
    assert not any("data-username" in post.text for post in batch.posts)
    assert batch.notices == ()


def test_what_others_are_quoted_with_is_not_told_as_the_author_s(captures: Any) -> None:
    path = SAMPLES / DISCOURSE / "posts.json"
    captures.body, captures.type = path.read_bytes(), "application/json"
    options = discourse.Options(name="d", url=captures.url, allow_private=True, since=LONG_AGO)
    posts = discourse.make(options, given(lambda: NOW)).fetch(None).posts
    told = {post.external_id: len(post.text) for post in posts}
    quoting = [one for one in json.loads(captures.body)["latest_posts"] if one["quote_count"]]
    assert len(quoting) > 10
    assert all(told.get(str(one["id"]), 0) < len(one["raw"]) for one in quoting)


@pytest.mark.parametrize("path", files(f"{DISCOURSE}/*.rss"), ids=named)
def test_real_feeds_of_discourse_are_read(path: Path, captures: Any) -> None:
    posts = read_feed(captures, path)
    assert len(posts) >= 0.9 * captures.body.count(b"<item>")
    sane(posts)


def walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inside in value.values():
            yield from walk(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from walk(inside)
