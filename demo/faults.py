"""What can go wrong between a client and a platform, as values that the loopback server plays.

`server.fail("/x", too_many(retry_after=30))` makes the next request below /x meet it.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, for 0 seconds
_LOGIN = (
    b"<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
)


class Exchange(NamedTuple):
    """One request that is to meet a fault."""

    app: App  # what would have answered it
    scope: Scope
    receive: Receive  # gives the request's body, then waits for the disconnect
    send: Send
    stopping: asyncio.Event  # set when the server ends: whoever waits must wait no longer


class Fault(Protocol):
    async def play(self, exchange: Exchange) -> None: ...


@dataclass(frozen=True)
class Answer:
    """A canned answer; nothing of the player's own code runs."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    async def play(self, exchange: Exchange) -> None:
        headers = {"content-type": "text/plain", "content-length": str(len(self.body))}
        headers |= {name.lower(): value for name, value in self.headers.items()}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await exchange.send({"type": "http.response.start", "status": self.status, "headers": raw})
        await exchange.send({"type": "http.response.body", "body": self.body})


def status(code: int, body: str = "", **headers: str) -> Answer:
    """`status(503, retry_after="30")`: underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(code, named, body.encode())


def too_many(*, retry_after: int | str | None = None, reset: int | None = None) -> Answer:
    """429; `retry_after` in seconds or as an HTTP date, `reset` as X tells it, in epoch seconds."""
    headers = {}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    if reset is not None:
        headers["x-rate-limit-reset"] = str(reset)
    return Answer(429, headers, b"Too many requests")


def html(code: int = 200) -> Answer:
    """A login page where data was expected."""
    return Answer(code, {"content-type": "text/html; charset=utf-8"}, _LOGIN)


def broken_json() -> Answer:
    return Answer(200, {"content-type": "application/json"}, b'{"data": [{"id": "1", "te')


def huge(size: int, content_type: str = "application/json") -> Answer:
    """`size` bytes of blanks."""
    return Answer(200, {"content-type": content_type}, b" " * size)


def redirect(to: str, code: int = 302) -> Answer:
    return Answer(code, {"location": to})


@dataclass(frozen=True)
class Hang:
    """No answer for so long (or until client or server gives up), then a reset."""

    seconds: float = 60.0

    async def play(self, exchange: Exchange) -> None:
        await _ended(exchange, self.seconds)
        await _drop(exchange)


@dataclass(frozen=True)
class Reset:
    """The connection is dropped before anything is done."""

    async def play(self, exchange: Exchange) -> None:
        await _drop(exchange)


@dataclass(frozen=True)
class ResetAfter:
    """The request is carried out, then the connection is dropped: the other side *has* it."""

    async def play(self, exchange: Exchange) -> None:
        await exchange.app(exchange.scope, exchange.receive, _unheard)
        await _drop(exchange)


@dataclass(frozen=True)
class Cut:
    """The true answer, announced at full length, of which only the first half arrives."""

    async def play(self, exchange: Exchange) -> None:
        head, body = await _said(exchange)
        await exchange.send(head)
        half = {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        await exchange.send(half)
        exchange.scope["state"]["transport"].close()  # after what is written so far
        await _gone(exchange.receive)


@dataclass(frozen=True)
class Drip:
    """The true answer, byte by byte: no pause is long, and the whole takes for ever."""

    pause: float = 0.02  # seconds

    async def play(self, exchange: Exchange) -> None:
        head, body = await _said(exchange)
        await exchange.send(head)
        for n in range(len(body)):
            piece = {"type": "http.response.body", "body": body[n : n + 1], "more_body": True}
            await exchange.send(piece)
            if await _ended(exchange, self.pause):
                await _drop(exchange)
                return
        await exchange.send({"type": "http.response.body"})


async def _said(exchange: Exchange) -> tuple[Message, bytes]:
    """What would have been answered: its head, with the full length announced, and its body."""
    said: list[Message] = []

    async def keep(message: Message) -> None:
        said.append(dict(message))

    await exchange.app(exchange.scope, exchange.receive, keep)
    body = b"".join(message.get("body", b"") for message in said[1:])
    headers = [(n, v) for n, v in said[0]["headers"] if n.lower() != b"content-length"]
    return {**said[0], "headers": [*headers, (b"content-length", str(len(body)).encode())]}, body


async def _unheard(_: Message) -> None:
    return None


async def _drop(exchange: Exchange) -> None:
    """Close at once, so that the client sees a reset and not an orderly end."""
    transport = exchange.scope["state"]["transport"]
    if not transport.is_closing():
        wire = transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
    await _gone(exchange.receive)


async def _ended(exchange: Exchange, seconds: float) -> bool:
    """Whether client or server gives up within so long."""
    ends = [
        asyncio.ensure_future(exchange.stopping.wait()),
        asyncio.ensure_future(_gone(exchange.receive)),
    ]
    done, _ = await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()
    await asyncio.gather(*ends, return_exceptions=True)
    return bool(done)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
