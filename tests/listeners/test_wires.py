"""Connections: for which name they are, how long they are kept, and through which proxy they go."""

import socket
import ssl
from collections.abc import Callable

import pytest

from config import secrets
from domain.errors import PausedError, SourceError
from listeners import http
from listeners.hosts import Hosts
from tests.listeners.wiring import CERTIFICATE, Proxy, Shop, answering, head_of, page

PUBLIC = "93.184.215.14"


def trusting(proxy: str = "", resolve: Callable[[str, int], list[str]] | None = None) -> Hosts:
    """Hosts that trust the shop's certificate, and find every name on this machine."""
    tls = ssl.create_default_context(cafile=CERTIFICATE)
    return Hosts(proxy=proxy, tls=tls, resolve=resolve or (lambda name, port: ["127.0.0.1"]))


def unknown(name: str, port: int) -> list[str]:
    raise socket.gaierror(-2, "Name or service not known")


def public(name: str, port: int) -> list[str]:
    return [PUBLIC]


# ------------------------------------------------------------------ names and certificates


def test_a_certificate_is_checked_for_the_name_and_not_for_the_address() -> None:
    shop = Shop()
    with answering(shop) as port:
        fetcher = http.Fetcher("test", trusting(), allow_private=True)
        assert fetcher.get(f"https://shop.example:{port}/").body == b"hello"
        with pytest.raises(SourceError, match="certificate verify failed"):
            fetcher.get(f"https://bank.example:{port}/")
    assert [f"Host: shop.example:{port}" in head for head in shop.heads] == [True]


def test_two_names_at_one_address_share_no_connection() -> None:
    hosts = trusting()
    with answering(Shop()) as port:
        http.Fetcher("test", hosts, allow_private=True).get(f"https://shop.example:{port}/")
        with pytest.raises(SourceError, match="certificate verify failed"):
            http.Fetcher("test", hosts, allow_private=True).get(f"https://bank.example:{port}/")


def test_a_second_address_is_tried_where_the_first_is_dead() -> None:
    with answering(Shop()) as port:
        hosts = trusting(resolve=lambda name, port: ["127.0.0.9", "127.0.0.1"])
        fetcher = http.Fetcher("test", hosts, allow_private=True)
        assert fetcher.get(f"https://shop.example:{port}/").body == b"hello"


# ------------------------------------------------------------------ connections that are kept


def test_a_connection_is_used_again_by_all_of_the_same_hosts() -> None:
    shop, hosts = Shop(), trusting()
    with answering(shop) as port:
        for _ in range(3):
            fetcher = http.Fetcher("test", hosts, allow_private=True)
            assert fetcher.get(f"https://shop.example:{port}/").status == 200
    assert (shop.connections, len(shop.heads)) == (1, 3)


def test_a_connection_that_the_other_side_has_closed_is_not_used_again() -> None:
    connections = 0

    def once(wire: socket.socket) -> None:
        nonlocal connections
        connections += 1
        head_of(wire)
        wire.sendall(page("hello"))

    with answering(once) as port:
        fetcher = http.Fetcher("test", allow_private=True)
        for n in range(1, 4):
            assert fetcher.get(f"http://127.0.0.1:{port}/").body == b"hello"
            assert connections == n


def test_a_get_that_meets_the_end_of_a_used_connection_is_sent_once_more() -> None:
    heads: list[str] = []

    def rude(wire: socket.socket) -> None:
        """Answers once on each connection, and says nothing to a second request there."""
        heads.append(head_of(wire))
        wire.sendall(page("hello"))
        heads.append(head_of(wire))

    with answering(rude) as port:
        fetcher = http.Fetcher("test", allow_private=True)
        for _ in range(2):
            assert fetcher.get(f"http://127.0.0.1:{port}/").body == b"hello"
        with pytest.raises(SourceError, match="without sending a response"):
            fetcher.send("POST", f"http://127.0.0.1:{port}/", {}, b"once")
    assert [head.partition(" ")[0] for head in heads] == ["GET", "GET", "GET", "POST"]


def test_a_connection_of_which_something_was_left_is_not_used_again() -> None:
    limits = http.Limits(size=3)
    connections = 0

    def always(wire: socket.socket) -> None:
        nonlocal connections
        connections += 1
        while head_of(wire):
            wire.sendall(page("hello"))

    with answering(always) as port:
        fetcher = http.Fetcher("test", allow_private=True, limits=limits)
        for _ in range(2):
            with pytest.raises(SourceError, match="more than 3 bytes"):
                fetcher.get(f"http://127.0.0.1:{port}/")
    assert connections == 2


# ------------------------------------------------------------------ proxies


def test_a_proxy_is_asked_by_name_with_its_own_login() -> None:
    proxy = Proxy()
    with answering(proxy) as port:
        hosts = Hosts(proxy=f"http://ann:p%40ss@127.0.0.1:{port}", resolve=public)
        fetched = http.Fetcher("test", hosts).get("http://shop.example/a?b=1")
    assert (fetched.body, fetched.url) == (b"by proxy", "http://shop.example/a?b=1")
    (head,) = proxy.heads
    assert head.startswith("GET http://shop.example/a?b=1 HTTP/1.1\r\n")
    assert "\r\nHost: shop.example\r\n" in head
    assert "\r\nProxy-Authorization: Basic YW5uOnBAc3M=\r\n" in head


def test_a_tunnel_is_asked_for_by_name_and_the_name_is_checked_at_its_end() -> None:
    shop = Shop()
    with answering(shop) as far:
        proxy = Proxy(far)
        with answering(proxy) as port:
            hosts = trusting(f"http://ann:p@127.0.0.1:{port}", public)
            fetcher = http.Fetcher("test", hosts)
            for _ in range(2):
                assert fetcher.get("https://shop.example/").body == b"hello"
            with pytest.raises(SourceError, match="certificate verify failed"):
                fetcher.get("https://bank.example/")
            hosts.wires.close()
    assert [head.partition(" HTTP")[0] for head in proxy.heads] == [
        "CONNECT shop.example:443",
        "CONNECT bank.example:443",
    ]
    assert len(shop.heads) == 2
    assert "Proxy-Authorization" not in shop.heads[0]


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://127.0.0.1/", ["127.0.0.1"]),
        ("http://inner.example/", ["10.0.0.7"]),
        ("http://inner.example/", [PUBLIC, "10.0.0.7"]),
    ],
)
def test_a_proxy_is_not_asked_for_what_lies_in_our_own_network(
    url: str, addresses: list[str]
) -> None:
    proxy = Proxy()
    with answering(proxy) as port:
        hosts = Hosts(proxy=f"http://127.0.0.1:{port}", resolve=lambda name, port: addresses)
        with pytest.raises(SourceError, match="private network"):
            http.Fetcher("test", hosts).get(url)
    assert proxy.heads == []


def test_a_name_that_only_the_proxy_knows_is_left_to_it() -> None:
    with answering(Proxy()) as port:
        hosts = Hosts(proxy=f"http://127.0.0.1:{port}", resolve=unknown)
        assert http.Fetcher("test", hosts).get("http://shop.example/").body == b"by proxy"


def test_what_is_the_operators_own_is_asked_without_the_proxy() -> None:
    with answering(Shop()) as port:
        fetcher = http.Fetcher("test", trusting("http://127.0.0.1:9"), allow_private=True)
        assert fetcher.get(f"https://shop.example:{port}/").body == b"hello"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        ("407 Proxy Authentication Required", "407 Proxy Authentication Required.*GOODWORD_PROXY"),
        ("502 Bad Gateway", "502"),
    ],
)
def test_what_a_proxy_refuses_is_told(scheme: str, refusal: str, told: str) -> None:
    with answering(Proxy(refusal=refusal)) as port:
        hosts = Hosts(proxy=f"http://ann:secret@127.0.0.1:{port}", resolve=public)
        said = refused_or_status(hosts, f"{scheme}://shop.example/")
    assert told.partition(".*")[0] in said
    assert told.endswith("GOODWORD_PROXY") is ("GOODWORD_PROXY" in said)
    assert "secret" not in said


def refused_or_status(hosts: Hosts, url: str) -> str:
    try:
        return str(http.Fetcher("test", hosts).get(url).status)
    except SourceError as error:
        return str(error)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://proxy.example:3128",
        "https://ann:p%40ss@proxy.example/",
        "http://[::1]:3128",
        "http://10.0.0.1",
    ],
)
def test_a_proxy_is_taken_from_the_secrets(proxy: str) -> None:
    problems: list[str] = []
    assert secrets.read({"GOODWORD_PROXY": proxy}, problems) == {"GOODWORD_PROXY": proxy}
    assert problems == []
    http.Fetcher("test", Hosts(proxy=proxy))


@pytest.mark.parametrize(
    "proxy", ["proxy.example:3128", "socks5://a", "http://", "http://a@b@c", "http://a:b/"]
)
def test_what_is_no_proxy_is_told_when_the_settings_are_read(proxy: str) -> None:
    problems: list[str] = []
    secrets.read({"GOODWORD_PROXY": proxy}, problems)
    (problem,) = problems
    assert problem.startswith("GOODWORD_PROXY: is no proxy's address")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_dead_is_told_and_no_host_is_blamed_for_it(scheme: str) -> None:
    hosts = Hosts(proxy="http://ann:secret@127.0.0.1:9", resolve=public)
    for _ in range(10):
        said = refused_or_status(hosts, f"{scheme}://shop.example/")
        assert "through the proxy cannot be reached" in said
        assert "secret" not in said


def test_all_that_hosts_know_of_a_name_holds_through_a_proxy_too() -> None:
    refusal = "429 Too Many Requests\r\nRetry-After: 90"
    with answering(Proxy(refusal=refusal)) as port:
        hosts = Hosts(proxy=f"http://127.0.0.1:{port}", resolve=public)
        assert http.Fetcher("test", hosts).get("http://shop.example/").status == 429
        with pytest.raises(PausedError, match=r"shop\.example asked us to stay away"):
            http.Fetcher("test", hosts).get("http://shop.example/")
