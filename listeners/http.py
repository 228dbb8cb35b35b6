"""One GET over HTTP that can neither hang, nor flood us, nor be led into our own network."""

import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple, Self

import httpx

from domain.errors import SourceError
from listeners import answers

AGENT = "goodword/0.1 (reads public posts; asks seldom)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_MAX_ADDRESSES = 3  # of one host that are tried before it counts as unreachable


class Limits(NamedTuple):
    """Seconds, but `size`: bytes of a body after unpacking."""

    connect: float = 5.0
    read: float = 30.0  # between two pieces of an answer
    total: float = 60.0  # with all redirects
    size: int = 5_000_000


USUAL = Limits()


class Fetched(NamedTuple):
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    url: str  # after redirects


class Fetcher:
    """Fetches from public addresses, and from private ones only with `allow_private`.

    The address that was checked is the one that is connected to: a name that resolves
    differently a moment later changes nothing. Proxies of the environment are not used, since
    through them nobody could tell whither a name leads.
    """

    def __init__(
        self, name: str = "", *, allow_private: bool = False, limits: Limits = USUAL
    ) -> None:
        """`name` stands before every error."""
        self._prefix = f"{name}: " if name else ""
        self._allow_private = allow_private
        self._limits = limits

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """What `url` holds, redirects followed; any status. Raises SourceError."""
        ends = time.monotonic() + self._limits.total
        try:
            target = httpx.URL(url, params=dict(params)) if params else httpx.URL(url)
            for _ in range(_MAX_REDIRECTS + 1):
                fetched, leads_to = self._once(target, headers or {}, ends)
                if leads_to is None:
                    return fetched
                target = leads_to
        except httpx.InvalidURL as error:
            raise SourceError(f"{self._prefix}{shown(url)} is no web address: {error}") from error
        where = f"{self._prefix}{shown(url)}"
        raise SourceError(f"{where} leads in circles: more than {_MAX_REDIRECTS} redirects")

    def _once(
        self, url: httpx.URL, headers: Mapping[str, str], ends: float
    ) -> tuple[Fetched, httpx.URL | None]:
        """One answer, and where it sends us on to."""
        where = self._prefix + shown(str(url))
        addresses = self._addresses(url)
        with _Deadline(ends) as deadline:
            for address in addresses:
                last = address == addresses[-1]
                try:
                    return self._from(address, url, headers, deadline)
                except (httpx.HTTPError, zlib.error) as error:
                    connecting = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
                    if deadline.passed or last or not connecting:
                        raise self._failed(where, error, deadline) from error
        raise SourceError(f"{where} has no address")

    def _failed(self, where: str, error: Exception, deadline: "_Deadline") -> SourceError:
        if deadline.passed:
            return SourceError(f"{where} took longer than {self._limits.total:.0f} s; given up")
        return answers.unreachable(where, error)

    def _from(
        self, address: str, url: httpx.URL, headers: Mapping[str, str], deadline: "_Deadline"
    ) -> tuple[Fetched, httpx.URL | None]:
        sent = {"User-Agent": AGENT, "Accept-Encoding": "gzip", **headers, "Host": _host(url)}
        timeout = httpx.Timeout(self._limits.read, connect=self._limits.connect)
        with (
            httpx.Client(verify=_tls(), trust_env=False, timeout=timeout) as client,
            client.stream(
                "GET",
                url.copy_with(host=address),
                headers=sent,
                extensions={"sni_hostname": url.raw_host.decode(), "trace": deadline.connected},
                follow_redirects=False,
            ) as response,
        ):
            body = self._read(self._prefix + shown(str(url)), response)
            if deadline.passed:  # a body that ends when the connection does looks whole
                raise httpx.ReadTimeout("cut off")
            named = {name.lower(): value for name, value in response.headers.items()}
            leads_to = named.get("location") if response.status_code in _REDIRECTS else None
            fetched = Fetched(response.status_code, named, body, str(url))
            return fetched, url.join(leads_to) if leads_to else None

    def _read(self, where: str, response: httpx.Response) -> bytes:
        body = bytearray()
        for piece in _unpacked(response, self._limits.size):
            body += piece
            if len(body) > self._limits.size:
                raise SourceError(f"{where} sent more than {self._limits.size:,} bytes; not read")
        return bytes(body)

    def _addresses(self, url: httpx.URL) -> list[str]:
        """The host's addresses that may be asked, in the order to try them."""
        where = self._prefix + shown(str(url))
        if url.scheme not in {"http", "https"} or not url.host:
            raise SourceError(f"{where} is no http or https address")
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise answers.unreachable(where, error) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [a for a in addresses if self._allow_private or is_public(a)]
        if not allowed:
            raise SourceError(
                f"{where} is an address of a private network, which is not read: "
                "set allow_private = true if that is meant"
            )
        return allowed[:_MAX_ADDRESSES]


class _Deadline:
    """Ends a connection when its time is over, whatever it is waiting for: an answer that drips
    keeps within every time-out between two pieces, and would last for ever."""

    def __init__(self, ends: float) -> None:
        self.passed = False
        self._wire: socket.socket | None = None
        self._timer = threading.Timer(max(0.0, ends - time.monotonic()), self._end)
        self._timer.daemon = True

    def connected(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore with all that happens."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._wire = info["return_value"].get_extra_info("socket")
            if self.passed:
                self._end()

    def _end(self) -> None:
        self.passed = True
        if self._wire is not None:
            with suppress(OSError):  # it is closed already
                self._wire.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


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


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def shown(url: str) -> str:
    """`url` as it may stand in a log: without user, password, query and fragment."""
    return without_login(url.partition("?")[0].partition("#")[0])


def without_login(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _host(url: httpx.URL) -> str:
    return url.netloc.decode()


def _unpacked(response: httpx.Response, size: int) -> Iterator[bytes]:
    """The body in pieces, none of them longer than `size` + 1: a small packed body can be huge."""
    if "gzip" not in response.headers.get("content-encoding", "").lower():
        yield from response.iter_raw()
        return
    unpack = zlib.decompressobj(wbits=31)  # gzip
    for piece in response.iter_raw():
        yield unpack.decompress(piece, size + 1)
        while unpack.unconsumed_tail:
            yield unpack.decompress(unpack.unconsumed_tail, size + 1)


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
