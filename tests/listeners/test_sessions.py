"""What an SDK sends goes through the same guard as all else."""

from collections.abc import Iterator
from datetime import timedelta

import prawcore
import pytest
import requests
import tweepy
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo import faults
from demo.server import LoopbackServer
from domain.errors import PausedError, SourceError
from listeners import http, sessions
from listeners.hosts import Hosts
from tests.listeners.played import NOW

X = "https://api.twitter.com"


class Echo:
    """Answers with what it was asked."""

    prefix = "/x"

    def routes(self) -> list[BaseRoute]:
        return [Route("/{path:path}", self._echo, methods=["GET", "POST"])]

    async def _echo(self, request: Request) -> Response:
        body = (await request.body()).decode()
        return JSONResponse({"data": [], "path": request.url.path, "body": body})


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer([Echo()]) as running:
        yield running


@pytest.fixture(autouse=True)
def _empty(server: LoopbackServer) -> Iterator[None]:
    yield
    server.reset()


def session(
    server: LoopbackServer, hosts: Hosts | None = None, total: float = 5.0
) -> requests.Session:
    made = requests.Session()
    limits = http.Limits(1.0, 1.0, total, 20_000)
    sessions.prepare(
        made, (X,), f"{server.url}/x", limits, name="x", hosts=hosts, clock=lambda: NOW
    )
    return made


def test_the_platforms_address_is_replaced_and_the_rest_is_kept(server: LoopbackServer) -> None:
    asking = session(server)
    answer = asking.post(f"{X}/2/posts?a=1", data={"b": "2"}, headers={"Authorization": "Bearer t"})
    assert answer.json() == {"data": [], "path": "/x/2/posts", "body": "b=2"}
    assert (answer.status_code, answer.reason, answer.encoding) == (200, "OK", "utf-8")
    (seen,) = server.requests
    assert seen.query == {"a": "1"}
    assert seen.headers["authorization"] == "Bearer t"
    assert seen.headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.twitter.com.evil.example/2",
        "https://api.twitter.com:444/2",
        "http://api.twitter.com/2",
        "https://api.twitter.com@evil.example/2",
        "https://evil.example/2",
    ],
)
def test_no_other_host_is_asked(url: str, server: LoopbackServer) -> None:
    with pytest.raises(SourceError, match="another host than the platform's"):
        session(server).get(url)


def test_a_redirect_stays_within_the_host(server: LoopbackServer) -> None:
    asking = session(server)
    server.fail("/x", faults.redirect("/x/moved"))
    assert asking.get(f"{X}/2/posts").json()["path"] == "/x/moved"
    server.fail("/x", faults.redirect("https://evil.example/"))
    with pytest.raises(SourceError, match=r"evil\.example/ is another host"):
        asking.get(f"{X}/2/posts")


def test_a_body_of_50_mb_is_not_read(server: LoopbackServer) -> None:
    server.fail("/x", faults.huge(50_000_000))
    with pytest.raises(SourceError, match=r"x: .*/x/2 sent more than 20,000 bytes; not read"):
        session(server).get(f"{X}/2")


def test_a_body_that_drips_is_given_up(server: LoopbackServer) -> None:
    server.fail("/x", faults.Drip())
    with pytest.raises(SourceError, match="took longer than 0 s"):
        session(server, total=0.3).get(f"{X}/2")


def test_what_drips_to_its_end_in_time_is_read(server: LoopbackServer) -> None:
    server.fail("/x", faults.Drip(0.001))
    assert session(server).get(f"{X}/2").json()["path"] == "/x/2"


def test_a_pause_holds_for_every_session_of_the_same_hosts(server: LoopbackServer) -> None:
    hosts = Hosts()
    server.fail("/x", faults.too_many(retry_after=90))
    assert session(server, hosts).get(f"{X}/2").status_code == 429
    with pytest.raises(PausedError) as held:
        session(server, hosts).get(f"{X}/2")
    assert held.value.retry_after == timedelta(seconds=90)


def test_neither_proxies_nor_passwords_of_the_environment_are_used(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert session(server).get(f"{X}/2").status_code == 200


def test_tweepy_lets_out_what_the_guard_raises(server: LoopbackServer) -> None:
    client = tweepy.Client("token", return_type=dict)
    client.session = session(server)
    server.fail("/x", faults.Reset())
    with pytest.raises(SourceError, match="cannot be reached"):
        client.search_recent_tweets("crm")
    server.fail("/x", faults.status(503))
    with pytest.raises(tweepy.TwitterServerError, match="503 Service Unavailable"):
        client.search_recent_tweets("crm")
    assert client.search_recent_tweets("crm")["data"] == []


def test_prawcore_wraps_what_the_guard_raises_unless_its_requestor_is_ours(
    server: LoopbackServer,
) -> None:
    requestor = prawcore.Requestor(user_agent="test agent", session=session(server))
    server.fail("/x", faults.Reset())
    with pytest.raises(prawcore.RequestException) as wrapped:
        requestor.request("GET", f"{X}/2")
    assert isinstance(wrapped.value.original_exception, SourceError)
