"""The guarded fetcher: sizes, times, redirects, and addresses of our own network."""

import gzip
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from demo import faults
from demo.server import LoopbackServer
from domain.errors import SourceError
from listeners import http
from listeners.hosts import Hosts, Turn
from listeners.targets import Target


class Site:
    """What answers at /site/NAME."""

    prefix = "/site"

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[Request], Response]] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{name}", lambda request: self.answers[request.path_params["name"]](request))
        ]


@pytest.fixture(scope="module")
def site() -> Any:
    played = Site()
    with LoopbackServer([played]) as server:
        played.answers["plain"] = lambda _: Response("hello")
        played.answers["loop"] = lambda _: RedirectResponse("loop")
        played.answers["on"] = lambda _: RedirectResponse("/site/plain")
        played.answers["query"] = lambda request: Response(str(request.query_params["q"]))
        played.url = f"{server.url}/site"  # type: ignore[attr-defined]
        played.server = server  # type: ignore[attr-defined]
        yield played


@pytest.mark.parametrize("address", ["10.0.0.7", "169.254.169.254", "fd00::7"])
def test_a_name_that_leads_into_our_own_network_is_refused(address: str) -> None:
    hosts = Hosts(resolve=lambda name, port: [address])
    with pytest.raises(SourceError, match=r"inner\.example/x is an address of a private network"):
        http.Fetcher("test", hosts).get("https://inner.example/x")


def get(url: str, read: float = 1.0, total: float = 2.0) -> http.Fetched:
    limits = http.Limits(1.0, read, total, 1000)
    return http.Fetcher("test", allow_private=True, limits=limits).get(url)


def test_a_page_is_fetched_with_its_headers_in_lower_case(site: Any) -> None:
    fetched = get(f"{site.url}/plain")
    assert (fetched.status, fetched.body) == (200, b"hello")
    assert fetched.headers["content-length"] == "5"


def test_the_name_stays_in_the_host_header(site: Any) -> None:
    url = site.url.replace("127.0.0.1", "localhost")
    assert get(f"{url}/plain").body == b"hello"
    assert site.server.requests[-1].headers["host"].startswith("localhost:")


def test_parameters_are_encoded(site: Any) -> None:
    fetcher = http.Fetcher(allow_private=True)
    assert fetcher.get(f"{site.url}/query", params={"q": "a&b=(c)"}).body == b"a&b=(c)"


def test_a_redirect_is_followed_and_a_circle_is_not(site: Any) -> None:
    assert get(f"{site.url}/on").url == f"{site.url}/plain"
    with pytest.raises(SourceError, match=r"test: .*/loop leads in circles"):
        get(f"{site.url}/loop")


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.example/x", "gopher://a", "http://", "//[bad"]
)
def test_a_redirect_to_something_else_is_refused(target: str, site: Any) -> None:
    site.answers["away"] = lambda _: Response(status_code=302, headers={"location": target})
    with pytest.raises(SourceError):
        get(f"{site.url}/away")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://127.1/x",
        "http://2130706433/x",
        "http://0x7f.1/x",
        "http://localhost/x",
        "http://0.0.0.0/x",
        "http://10.1.2.3/x",
        "http://172.16.0.1/x",
        "http://192.168.1.1/x",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/x",
        "http://224.0.0.1/x",
        "http://[::1]/x",
        "http://[::]/x",
        "http://[fe80::1]/x",
        "http://[fd00::1]/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[64:ff9b::7f00:1]/x",
        "http://[2002:7f00:1::]/x",
    ],
)
def test_addresses_of_our_own_network_are_refused(url: str) -> None:
    with pytest.raises(SourceError, match=r"private network.*allow_private"):
        http.Fetcher("test").get(url)


def test_a_redirect_into_our_own_network_is_refused(site: Any) -> None:
    """The first address is let through as a public one would be, the next one is not."""

    class Half(http.Fetcher):
        def _addresses(self, target: Target, turn: Turn) -> list[str]:
            first = target.url.path == "/site/on"
            return ["127.0.0.1"] if first else super()._addresses(target, turn)

    with pytest.raises(SourceError, match="private network"):
        Half("test").get(f"{site.url}/on")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::5db8:d70e", True),
        ("fe80::1%eth0", False),
        ("no address", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert http.is_public(address) is public


def test_a_body_that_is_too_long_is_not_read(site: Any) -> None:
    site.answers["long"] = lambda _: Response("x" * 1001)
    with pytest.raises(SourceError, match="more than 1,000 bytes"):
        get(f"{site.url}/long")


def test_a_small_packed_body_that_unpacks_to_too_much_is_not_read(site: Any) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    site.answers["bomb"] = lambda _: Response(bomb, headers={"content-encoding": "gzip"})
    with pytest.raises(SourceError, match="more than 1,000 bytes"):
        get(f"{site.url}/bomb")


def test_a_packed_body_is_unpacked_and_a_broken_one_told(site: Any) -> None:
    packed = gzip.compress(b"hello")
    site.answers["packed"] = lambda _: Response(packed, headers={"content-encoding": "gzip"})
    assert get(f"{site.url}/packed").body == b"hello"
    site.answers["broken"] = lambda _: Response(b"nonsense", headers={"content-encoding": "gzip"})
    with pytest.raises(SourceError, match="cannot be reached"):
        get(f"{site.url}/broken")


def test_an_answer_that_drips_is_given_up_in_the_end(site: Any) -> None:
    def drip() -> Any:
        for _ in range(20):
            time.sleep(0.05)
            yield b"."

    site.answers["drip"] = lambda _: StreamingResponse(drip())
    with pytest.raises(SourceError, match="took longer than 0 s"):
        get(f"{site.url}/drip", total=0.2)


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_headers_and_bodies_that_never_end_are_given_up_too(first: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def drip() -> None:
            wire, _ = listening.accept()
            with wire, suppress(OSError):
                wire.sendall(first)
                while not ended.wait(0.02):
                    wire.sendall(b"x-more: 1\r\n")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            with pytest.raises(SourceError, match="took longer than 0 s"):
                get(f"http://127.0.0.1:{listening.getsockname()[1]}/x", total=0.3)
        finally:
            ended.set()
            dripping.join(timeout=5)


def test_an_answer_that_drips_byte_by_byte_is_given_up_too(site: Any) -> None:
    site.server.fail("/site/plain", faults.Drip())
    with pytest.raises(SourceError, match="took longer than 0 s"):
        get(f"{site.url}/plain", total=0.05)


def test_each_of_many_has_its_own_time(site: Any) -> None:
    """Those whose time is over are cut at their time, whoever else still has some."""
    site.server.fail("/site/plain", faults.Hang(), times=12)

    def wait(n: int) -> tuple[float, float]:
        total, began = 0.1 + 0.05 * (n % 4), time.monotonic()
        with pytest.raises(SourceError, match="took longer"):
            get(f"{site.url}/plain", read=5.0, total=total)
        return total, time.monotonic() - began

    with ThreadPoolExecutor(12) as many:
        for total, took in many.map(wait, range(12)):
            assert total <= took < total + 3


def test_32_threads_fetch_at_once(site: Any) -> None:
    fetcher = http.Fetcher("test", allow_private=True)
    site.answers["own"] = lambda request: Response(request.query_params["n"])

    def fetch(n: int) -> bytes:
        return fetcher.get(f"{site.url}/own", params={"n": n}).body

    with ThreadPoolExecutor(32) as many:
        assert list(many.map(fetch, range(300))) == [str(n).encode() for n in range(300)]


def test_a_body_of_50_mb_is_not_read(site: Any) -> None:
    site.server.fail("/site/plain", faults.huge(50_000_000))
    with pytest.raises(SourceError, match="more than 1,000 bytes"):
        get(f"{site.url}/plain")


@pytest.mark.parametrize(
    ("codes", "moved_to"),
    [
        ([], ""),
        ([301], "/1"),
        ([308], "/1"),
        ([302], ""),
        ([307], ""),
        ([301, 308], "/2"),
        ([301, 302], "/1"),
        ([302, 301], ""),
        ([301, 302, 301], "/1"),
    ],
)
def test_only_what_moved_for_good_is_told_as_moved(
    codes: list[int], moved_to: str, site: Any
) -> None:
    site.answers["0"] = site.answers["1"] = site.answers["2"] = lambda _: Response("hello")
    site.answers["3"] = site.answers["0"]
    for n, code in enumerate(codes):
        site.server.fail(f"/site/{n}", faults.redirect(f"/site/{n + 1}", code))
    fetched = get(f"{site.url}/0")
    assert fetched.url == f"{site.url}/{len(codes)}"
    assert fetched.moved_to == (f"{site.url}{moved_to}" if moved_to else "")


def test_who_we_are_is_not_told_to_another_host(site: Any) -> None:
    elsewhere = site.url.replace("127.0.0.1", "localhost")
    said = {"Authorization": "Bearer t", "Cookie": "c", "If-None-Match": '"e"'}
    site.server.reset()
    site.server.fail("/site/on", faults.redirect("/site/two"))
    site.server.fail("/site/two", faults.redirect(f"{elsewhere}/plain"))
    http.Fetcher(allow_private=True).get(f"{site.url}/on", headers=said)
    first, second, third = (seen.headers for seen in site.server.requests)
    assert first["authorization"] == second["authorization"] == "Bearer t"
    assert not {"authorization", "cookie"} & third.keys()
    assert third["if-none-match"] == '"e"'


def test_a_login_in_the_address_is_sent_and_stays_within_the_host(site: Any) -> None:
    site.server.reset()
    site.server.fail("/site/on", faults.redirect(f"{site.url}/two"))
    elsewhere = site.url.replace("127.0.0.1", "localhost")
    site.server.fail("/site/two", faults.redirect(f"{elsewhere}/plain"))
    with_login = site.url.replace("http://", "http://ann:p%40ss@")
    http.Fetcher(allow_private=True).get(f"{with_login}/on")
    first, second, third = (seen.headers for seen in site.server.requests)
    assert first["authorization"] == second["authorization"] == "Basic YW5uOnBAc3M="
    assert "authorization" not in third


def test_a_name_that_does_not_exist_is_told() -> None:
    with pytest.raises(SourceError, match=r"nowhere\.invalid/x cannot be reached"):
        http.Fetcher().get("http://nowhere.invalid/x")


@pytest.mark.parametrize(
    "url", ["", "x", "http://", "http://a b/", "http://[::1", "http://" + "a" * 70]
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(SourceError):
        http.Fetcher().get(url)


def test_a_port_that_accepts_and_says_nothing_is_given_up() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(SourceError, match="cannot be reached"),
    ):
        get(f"http://127.0.0.1:{silent.getsockname()[1]}/x", read=0.2)
