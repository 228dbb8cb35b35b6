"""One loopback server that plays every platform, for the demo and for the tests.

    with LoopbackServer([RedditPlayer(), FeedPlayer()]) as server:
        options = reddit.Options(..., api_url=f"{server.url}/reddit")
        server.fail("/reddit", too_many(retry_after=30))

What it heard is in `requests`; what it shall get wrong is told by `fail`.
"""

import asyncio
import json
import random
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from uvicorn.protocols.http.h11_impl import H11Protocol

from demo.faults import App, Exchange, Fault, Message, Receive, Scope, Send

_PORTS = range(20_000, 32_768)  # below those that the system hands out by itself


class Player(Protocol):
    """Plays one platform below its prefix."""

    @property
    def prefix(self) -> str:
        """ "/x"."""

    def routes(self) -> Sequence[BaseRoute]:
        """Their paths count from the prefix."""


class Seen(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str  # with the prefix
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class LoopbackServer:
    """Listens on 127.0.0.1 from its making until `stop`, in a thread of its own."""

    def __init__(self, players: Sequence[Player], port: int = 0) -> None:
        routes = [Mount(player.prefix, routes=list(player.routes())) for player in players]
        self._front = _Front(Starlette(routes=routes))
        self._server = _Server(self._front)
        listening = _listen(port)
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._thread = threading.Thread(
            target=self._server.run, args=([listening],), name="loopback", daemon=True
        )
        self._thread.start()
        self._server.ready.wait(timeout=10)

    @property
    def requests(self) -> list[Seen]:
        """A copy, in order of arrival."""
        return self.seen("")

    def seen(self, prefix: str) -> list[Seen]:
        """Those of `requests` whose path starts with `prefix`."""
        with self._front.lock:
            return [seen for seen in self._front.heard if seen.path.startswith(prefix)]

    def fail(self, prefix: str, fault: Fault, times: int | None = 1) -> None:
        """The next `times` requests (None: all) whose path starts with `prefix` meet `fault`."""
        with self._front.lock:
            self._front.script.append(_Scripted(prefix, fault, times))

    def weather(self, of: Callable[[str], Fault | None] | None) -> None:
        """What becomes of a request for a path for which nothing is scripted; None: it is answered.
        Called for one request at a time."""
        with self._front.lock:
            self._front.weather = of

    def reset(self) -> None:
        """Forget the requests heard, the faults not yet met and the weather."""
        with self._front.lock:
            self._front.heard.clear()
            self._front.script.clear()
            self._front.weather = None

    def stop(self) -> None:
        """Safe to call twice."""
        self._server.stop()
        self._thread.join(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Scripted:
    def __init__(self, prefix: str, fault: Fault, left: int | None) -> None:
        self.prefix = prefix
        self.fault = fault
        self.left = left


class _Front:
    """Hears every request first: notes it, and plays the fault that is scripted for it, if any."""

    def __init__(self, app: App) -> None:
        self.stopping = asyncio.Event()
        self.lock = threading.Lock()
        self.heard: list[Seen] = []
        self.script: list[_Scripted] = []
        self.weather: Callable[[str], Fault | None] | None = None
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        heard = _seen(scope, body)
        with self.lock:
            self.heard.append(heard)
            fault = self._next_fault(heard.path)
        again = _replayed(body, receive)
        if fault:
            await fault.play(Exchange(self._app, scope, again, send, self.stopping))
        else:
            await self._app(scope, again, send)

    def _next_fault(self, path: str) -> Fault | None:
        for scripted in self.script:
            if path.startswith(scripted.prefix) and scripted.left != 0:
                if scripted.left is not None:
                    scripted.left -= 1
                return scripted.fault
        return self.weather(path) if self.weather else None


class _Protocol(H11Protocol):
    """Lets a fault reach the connection, as `scope["state"]["transport"]`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    def __init__(self, front: _Front) -> None:
        config = uvicorn.Config(
            front,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",  # a scripted fault is no news
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self.ready = threading.Event()
        self._front = front
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait for `stop` itself; uvicorn's own loop looks ten times a second."""
        await self.on_tick(0)
        await self._front.stopping.wait()

    def stop(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._front.stopping.set)


def _listen(port: int) -> socket.socket:
    for candidate in [port] if port else random.sample(_PORTS, 100):
        # The protocol is named, or asyncio would not switch off Nagle's delay of 40 ms.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", candidate))
            listening.listen(128)
        except OSError:
            listening.close()
            if candidate == port:
                raise
        else:
            return listening
    raise OSError("no free port on 127.0.0.1 between 20000 and 32767")


async def _read(receive: Receive) -> bytes:
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


def _seen(scope: Scope, body: bytes) -> Seen:
    query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Seen(scope["method"], scope["path"], query, headers, body)
