"""Real answers of Reddit, recorded by others: each ends in posts or in a clear SourceError.

They lie beside the checkout; without them this is skipped.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo.server import LoopbackServer
from domain.errors import SourceError
from domain.types import Post
from listeners import reddit
from tests.listeners.played import SECRETS
from tests.listeners.test_samples import LONG_AGO, NOW, SAMPLES, sane

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no captures beside the checkout")

_OURS = ("content-type", "retry-after", "www-authenticate", "location", "x-ratelimit-")
_TOKEN = {"access_token": "t", "token_type": "bearer", "expires_in": 86400, "scope": "*"}


class Recorded:
    """Gives one recorded answer on every path, or as the answer to the sign-in."""

    prefix = "/recorded"

    def __init__(self) -> None:
        self.answer: Response = Response()
        self.signing_in = False
        self.url = ""

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/v1/access_token", self._token, methods=["POST"]),
            Route("/{rest:path}", lambda _: self.answer),
        ]

    def listener(self, **options: Any) -> reddit.RedditListener:
        known = {"subreddits": ["test"], "comments": False, "since": LONG_AGO, **options}
        return reddit.RedditListener(
            reddit.Options(name="r", api_url=self.url, **known), SECRETS, lambda: NOW
        )

    def _token(self, _: Request) -> Response:
        return self.answer if self.signing_in else JSONResponse(_TOKEN)


@pytest.fixture(scope="module")
def recorded() -> Iterator[Recorded]:
    player = Recorded()
    with LoopbackServer([player]) as server:
        player.url = f"{server.url}/recorded"
        yield player


def interactions(pattern: str) -> list[Any]:
    """One parameter for each recorded exchange."""
    return [
        pytest.param(one, id=f"{path.stem.removeprefix('prawcore.')}:{number}")
        for path in sorted(SAMPLES.glob(f"reddit/{pattern}.json"))
        for number, one in enumerate(json.loads(path.read_bytes())["interactions"])
    ]


def is_sign_in(exchange: Any) -> bool:
    return str(exchange["request"]["uri"]).endswith("/api/v1/access_token")


def said(exchange: Any) -> str:
    return str(exchange["response"]["body"].get("string") or "")


def answer(exchange: Any) -> Response:
    response = exchange["response"]
    headers = {
        name.lower(): values[0]
        for name, values in response["headers"].items()
        if name.lower().startswith(_OURS)
    }
    return Response(said(exchange), response["status"]["code"], headers)


def tried(recorded: Recorded) -> tuple[Post, ...] | SourceError:
    try:
        posts = recorded.listener().fetch(None).posts
    except SourceError as error:
        told = str(error)
        assert told.startswith("r: ")
        assert "\n" not in told
        assert len(told) < 500
        return error
    sane(posts)
    return posts


@pytest.mark.parametrize("exchange", interactions("*"))
def test_a_recorded_answer_ends_in_posts_or_in_a_clear_error(
    exchange: Any, recorded: Recorded
) -> None:
    recorded.answer, recorded.signing_in = answer(exchange), is_sign_in(exchange)
    found = tried(recorded)
    if (
        said(exchange).startswith('{"kind": "Listing"')
        and exchange["response"]["status"]["code"] == 200
    ):
        try:
            json.loads(said(exchange))
        except ValueError:
            assert "something that is not" in str(found)
        else:
            assert not isinstance(found, SourceError)
    elif not recorded.signing_in:
        assert isinstance(found, SourceError)


@pytest.mark.parametrize(
    ("name", "words", "wait"),
    [
        ("test_request__too__many_requests__with_retry_headers", "too often", 4),
        ("test_request__too__many_requests__without_retry_headers", "too often", None),
        ("test_request__bad_gateway", "HTTP 502", None),
        ("test_request__service_unavailable", "HTTP 503", None),
        ("test_request__gateway_timeout", "HTTP 504", None),
        ("test_request__internal_server_error", "HTTP 500", None),
        ("test_request__cloudflare_unknown_error", "HTTP 520", None),
        ("test_request__cloudflare_connection_timed_out", "HTTP 522", None),
        ("test_request__unavailable_for_legal_reasons", "for legal reasons", None),
        ("test_request__bad_json", "something that is not", None),
        ("test_request__okay_with_0_byte_content", "something that is not", None),
        ("test_request__no_content", "HTTP 204", None),
        ("test_request__unexpected_status_code", "HTTP 205", None),
        ("test_request__with_insufficient_scope", "lacks the right to read", None),
        ("test_request__with_invalid_access_token", "check GOODWORD_REDDIT_CLIENT_ID", None),
        ("test_request__forbidden", "private or closed to this app", None),
        ("test_request__not_found", "does not exist or is banned", None),
        ("test_request__redirect", "does not exist", None),
        ("test_request__redirect_301", "HTTP 301", None),
        ("test_request__uri_too_long", "HTTP 414", None),
        ("test_request__bad_request", "HTTP 400", None),
        ("test_request__conflict", "HTTP 409", None),
    ],
)
def test_a_recorded_error_is_told_in_words(
    name: str, words: str, wait: float | None, recorded: Recorded
) -> None:
    path = SAMPLES / "reddit" / f"prawcore.TestSession.{name}.json"
    exchange = json.loads(path.read_bytes())["interactions"][-1]
    recorded.answer, recorded.signing_in = answer(exchange), is_sign_in(exchange)
    found = tried(recorded)
    assert isinstance(found, SourceError)
    assert words in str(found)
    assert (found.retry_after and found.retry_after.total_seconds()) == wait


@pytest.mark.parametrize("exchange", interactions("praw.TestCommentForest*"))
def test_a_recorded_thread_is_read(exchange: Any, recorded: Recorded) -> None:
    if "/comments/" not in exchange["request"]["uri"]:
        return
    recorded.answer, recorded.signing_in = answer(exchange), False
    listener = recorded.listener()
    post = Post(platform="reddit", external_id="t3_57dw9a", posted_at=NOW, fetched_at=NOW)
    replies = listener.replies(post)
    assert replies
    assert {reply.thread_id for reply in replies} == {"t3_57dw9a"}
    sane(replies)


@pytest.mark.parametrize("exchange", interactions("praw.TestReddit.test_info"))
def test_recorded_posts_are_looked_at_again(exchange: Any, recorded: Recorded) -> None:
    if is_sign_in(exchange):
        return
    recorded.answer, recorded.signing_in = answer(exchange), False
    children = json.loads(said(exchange))["data"]["children"]
    shown = [one["data"]["name"] for one in children if one["kind"] in {"t1", "t3"}]
    asked = [*shown[:90], "t3_unheard_of"]
    posts = [
        Post(platform="reddit", external_id=name, posted_at=NOW, fetched_at=NOW) for name in asked
    ]
    found = recorded.listener().recheck(posts)
    assert "reddit::t3_unheard_of" in found.gone
    assert len(found.posts) + len(found.gone) == len(asked)
    assert len(found.posts) > 0.8 * len(shown[:90])
    sane(found.posts)
