"""The loopback server itself: what it hears, and what it gets wrong when told to."""

import threading

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo import faults
from demo.server import LoopbackServer


class Counter:
    prefix = "/count"

    def __init__(self) -> None:
        self.hits = 0

    def routes(self) -> list[BaseRoute]:
        return [Route("/up", self._up, methods=["GET", "POST"])]

    def _up(self, _: Request) -> Response:
        self.hits += 1
        return JSONResponse({"hits": self.hits, "padding": "." * 500})


@pytest.fixture
def counter() -> Counter:
    return Counter()


def test_it_notes_what_it_hears(counter: Counter) -> None:
    with LoopbackServer([counter]) as server:
        httpx.post(f"{server.url}/count/up?a=1&b=", json={"x": "ü"}, headers={"X-Word": "w"})
        httpx.post(f"{server.url}/count/up", data={"k": "v w"})
        assert httpx.get(f"{server.url}/elsewhere").status_code == 404
        first, second, third = server.requests
        assert (first.method, first.path, first.query) == ("POST", "/count/up", {"a": "1", "b": ""})
        assert first.json() == {"x": "ü"}
        assert first.headers["x-word"] == "w"
        assert second.form() == {"k": "v w"}
        assert server.seen("/elsewhere") == [third]
        server.reset()
        assert server.requests == []


def test_its_port_is_below_those_that_the_system_hands_out(counter: Counter) -> None:
    with LoopbackServer([counter]) as server, LoopbackServer([counter]) as other:
        ports = {httpx.URL(one.url).port or 0 for one in (server, other)}
        assert len(ports) == 2
        assert max(ports) < 32_768


def test_a_port_can_be_chosen_and_is_free_again_afterwards(counter: Counter) -> None:
    with LoopbackServer([counter]) as server:
        port = httpx.URL(server.url).port or 0
        with pytest.raises(OSError, match="in use"):
            LoopbackServer([counter], port)
    with LoopbackServer([counter], port) as server:
        assert httpx.get(f"{server.url}/count/up").json()["hits"] == 1
    server.stop()  # a second time does no harm


@pytest.mark.parametrize(
    ("fault", "hits"),
    [
        (faults.Reset(), 0),
        (faults.ResetAfter(), 1),
        (faults.Cut(), 1),
        (faults.Hang(0.05), 0),
    ],
    ids=["reset", "reset after", "cut", "hang"],
)
def test_a_dropped_connection_and_whether_the_other_side_has_it(
    fault: faults.Fault, hits: int, counter: Counter
) -> None:
    with LoopbackServer([counter]) as server:
        server.fail("/count", fault)
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{server.url}/count/up")
        assert counter.hits == hits
        assert httpx.get(f"{server.url}/count/up").json()["hits"] == hits + 1


def test_faults_come_in_the_order_of_telling_and_as_often_as_told(counter: Counter) -> None:
    with LoopbackServer([counter]) as server:
        server.fail("/count", faults.too_many(retry_after=3), times=2)
        server.fail("/count/up", faults.status(503, "later", x_reason="rest"))
        server.fail("/other", faults.html(), times=None)
        answers = [httpx.get(f"{server.url}/count/up") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [429, 429, 503, 200]
        assert answers[0].headers["retry-after"] == "3"
        assert answers[2].headers["x-reason"] == "rest"
        assert [httpx.get(f"{server.url}/other").text[:5] for _ in range(3)] == ["<!doc"] * 3


def test_who_hangs_is_let_go_when_the_server_stops(counter: Counter) -> None:
    server = LoopbackServer([counter])
    server.fail("/count", faults.Hang(60))
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url}/count/up", timeout=30)
        ended.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not server.requests:
        ended.wait(0.01)
    server.stop()
    waiting.join(timeout=5)
    assert ended.is_set()


def test_an_answer_that_drips_is_whole_in_the_end(counter: Counter) -> None:
    with LoopbackServer([counter]) as server:
        server.fail("/count", faults.Drip(0.0001))
        assert httpx.get(f"{server.url}/count/up").json()["hits"] == 1


def test_a_redirect_leads_elsewhere(counter: Counter) -> None:
    with LoopbackServer([counter]) as server:
        server.fail("/old", faults.redirect("/count/up", 301))
        answer = httpx.get(f"{server.url}/old", follow_redirects=True)
        assert (answer.url.path, answer.json()["hits"]) == ("/count/up", 1)


def test_a_huge_body_is_huge(counter: Counter) -> None:
    with LoopbackServer([counter]) as server:
        server.fail("/count", faults.huge(3_000_000))
        assert len(httpx.get(f"{server.url}/count/up").content) == 3_000_000
