"""Connections that are used again for a moment, and that end when their time is over.

A wire is bound to one address that was checked for one name, and its certificate was checked for
that name: it never serves another name, though both may live at one address.
"""

import socket
import ssl
import threading
import time
import weakref
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, NamedTuple

import httpx

_KEPT_FOR = 3.0  # seconds: no server known closes an idle connection before five
_MOST_IDLE = 64
_ENDED = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class Whither(NamedTuple):
    scheme: str
    place: str  # "host:port", in lower case
    address: str  # one of the host's; "": through the proxy, which finds it by itself


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # unpacked


class OverdueError(Exception):
    """The time was over before the answer was."""


class TooBigError(Exception):
    """What came after the bound was not read."""


class _StaleError(Exception):
    """A connection that was used before has ended without an answer."""


class Wires:
    """All connections of a process. Safe between threads."""

    def __init__(self, proxy: str = "", tls: ssl.SSLContext | None = None) -> None:
        self._proxy = proxy
        self._tls = tls
        self._lock = threading.Lock()
        self._idle: list[_Wire] = []  # the longest idle first
        weakref.finalize(self, _close, self._idle)

    def ask(self, whither: Whither, request: httpx.Request, ends: float, size: int) -> Answer:
        """At `ends` (`time.monotonic`) the connection is cut, whatever it waits for: an answer that
        drips keeps within every time-out between two of its pieces, and would last for ever.
        `size`: bytes of a body after unpacking. Raises httpx.HTTPError and the two above.

        A connection that was used before may have been closed by the other side just as we ask:
        where nothing was answered, a GET is sent once more, over a new one.
        """
        if used := self._taken(whither):
            try:
                return self._asked(used, whither, request, ends, size)
            except _StaleError:
                pass
        return self._asked(self._new(whither), whither, request, ends, size)

    def _asked(
        self, wire: "_Wire", whither: Whither, request: httpx.Request, ends: float, size: int
    ) -> Answer:
        try:
            with _WATCH.cutting(wire, ends):
                answer = wire.ask(request, size)
        except BaseException as error:
            wire.close()
            if wire.overdue and isinstance(error, httpx.HTTPError):
                raise OverdueError from error
            raise
        if wire.overdue:  # a body that ends when the connection does looks whole
            wire.close()
            raise OverdueError
        self._keep(whither, wire)
        return answer

    def close(self) -> None:
        """Those that are idle; who asks again gets new ones."""
        with self._lock:
            closing, self._idle[:] = self._idle[:], []
        _close(closing)

    def _new(self, whither: Whither) -> "_Wire":
        return _Wire(None if whither.address else self._proxy, self._tls or _usual_tls())

    def _taken(self, whither: Whither) -> "_Wire | None":
        with self._lock:
            for n in reversed(range(len(self._idle))):
                if self._idle[n].whither == whither:
                    return self._idle.pop(n)
        return None

    def _keep(self, whither: Whither, wire: "_Wire") -> None:
        now = time.monotonic()
        wire.whither, wire.idle_since = whither, now
        with self._lock:
            self._idle.append(wire)
            old = sum(now - idle.idle_since > _KEPT_FOR for idle in self._idle)
            over = max(old, len(self._idle) - _MOST_IDLE)
            closing, self._idle[:over] = self._idle[:over], []
        _close(closing)


class _Wire:
    """At most one connection, which serves one request at a time."""

    def __init__(self, proxy: str | None, tls: ssl.SSLContext) -> None:
        self.overdue = False
        self.whither: Whither | None = None
        self.idle_since = 0.0
        self._connected = False  # by the request that is under way
        self._socket: socket.socket | None = None
        self._transport = httpx.HTTPTransport(
            verify=tls,
            trust_env=False,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=_KEPT_FOR),
            proxy=proxy,
        )

    def ask(self, request: httpx.Request, size: int) -> Answer:
        self._connected = False
        request.extensions["trace"] = self._traced
        try:
            response = self._transport.handle_request(request)
        except _ENDED as error:
            if request.method == "GET" and not self._connected and not self.overdue:
                raise _StaleError from error
            raise
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, headers, _body(response, size))
        finally:
            response.close()

    def cut(self) -> None:
        self.overdue = True
        if self._socket is not None:
            with suppress(OSError):  # it is closed already
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._transport.close()

    def _traced(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore with all that happens."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._connected = True
            self._socket = info["return_value"].get_extra_info("socket")
            if self.overdue:
                self.cut()


class _Watch:
    """One thread that cuts every wire whose time is over; a timer for each would cost far more."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: dict[_Wire, float] = {}
        self._wakes_at = float("inf")
        self._thread: threading.Thread | None = None

    @contextmanager
    def cutting(self, wire: _Wire, ends: float) -> Iterator[None]:
        with self._changed:
            self._watched[wire] = ends
            if ends < self._wakes_at:
                self._wakes_at = ends
                self._run()
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:  # from here on it is not cut any more
                self._watched.pop(wire, None)

    def _run(self) -> None:
        if self._thread is None or not self._thread.is_alive():  # a forked process has none
            self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
            self._thread.start()

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for wire in [wire for wire, ends in self._watched.items() if ends <= now]:
                    del self._watched[wire]
                    wire.cut()
                self._wakes_at = min(self._watched.values(), default=float("inf"))
                self._changed.wait(self._wakes_at - now if self._watched else None)


_WATCH = _Watch()


def _close(wires: list[_Wire]) -> None:
    for wire in wires:
        wire.close()


def _body(response: httpx.Response, size: int) -> bytes:
    body = bytearray()
    for piece in _unpacked(response, size):
        body += piece
        if len(body) > size:
            raise TooBigError
    return bytes(body)


def _unpacked(response: httpx.Response, size: int) -> Iterator[bytes]:
    """The body in pieces, none of them longer than `size` + 1: a small packed body can be huge."""
    if "gzip" not in response.headers.get("content-encoding", "").lower():
        yield from response.iter_raw()
        return
    unpack = zlib.decompressobj(wbits=31)  # gzip
    try:
        for piece in response.iter_raw():
            yield unpack.decompress(piece, size + 1)
            while unpack.unconsumed_tail:
                yield unpack.decompress(unpack.unconsumed_tail, size + 1)
    except zlib.error as error:
        raise httpx.DecodingError(f"broken gzip: {error}") from error


@cache
def _usual_tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
