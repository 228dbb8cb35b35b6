"""Web addresses: taken apart, shown without secrets, and whether they lead into our own network."""

import base64
import ipaddress
import socket
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import httpx

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Target(NamedTuple):
    url: httpx.URL
    shown: str  # as it may stand in a log
    host: str  # as the header says it: a port of its own stands behind it
    port: int
    place: str  # "host:port", in lower case
    login: str  # what stands before the host, as the header Authorization says it; or ""

    def same_origin(self, other: "Target") -> bool:
        return self.url.scheme == other.url.scheme and self.place == other.place


@lru_cache(maxsize=2048)
def target(url: str) -> Target:
    """Raises ValueError, which says why, if it is no http or https address."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"is no web address: {error}") from error
    if parsed.scheme not in _PORTS or not parsed.host:
        raise ValueError("is no http or https address")
    port = parsed.port or _PORTS[parsed.scheme]
    login = base64.b64encode(f"{parsed.username}:{parsed.password}".encode()).decode()
    return Target(
        parsed,
        shown(url),
        parsed.netloc.decode(),
        port,
        f"{parsed.raw_host.decode()}:{port}",
        f"Basic {login}" if parsed.userinfo else "",
    )


def joined(base: str, link: str, params: Mapping[str, str | int] | None = None) -> str:
    """Whither `link` leads from `base`. Raises ValueError."""
    try:
        led = httpx.URL(base).join(link)
        return str(httpx.URL(led, params=dict(params)) if params else led)
    except httpx.InvalidURL as error:
        raise ValueError(f"is no web address: {error}") from error


@lru_cache(maxsize=2048)
def at_address(url: httpx.URL, address: str) -> httpx.URL:
    return url.copy_with(host=address)


def resolved(name: str, port: int) -> list[str]:
    """A host's IP addresses, in the order to try them. Raises OSError, UnicodeError."""
    entries = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet, also when it is one wrapped in another."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def shown(url: str) -> str:
    """`url` as it may stand in a log: without user, password, query and fragment."""
    return without_login(url.partition("?")[0].partition("#")[0])


def without_login(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"
