"""What every request passes first and every answer leaves with, whatever page it is for."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000  # bytes; Slack's own payloads are the largest that we are sent

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # the key in an advocate's address stays with us
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
}


class Guard:
    """`hosts`: the names under which we may be called, empty for any. On this machine only a name
    of ours is safe: else a web page elsewhere could make its own name lead here and read along."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = (), *, https: bool = False) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._headers = dict(_HEADERS)
        if https:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._leaving(send)
        headers = Headers(scope=scope)
        if self._hosts and host_of(headers) not in self._hosts:
            refused = PlainTextResponse("This is not the name of this server.", 421)
            await refused(scope, receive, answer)
        elif _too_large(headers.get("content-length", "")):
            await PlainTextResponse("That is too much.", 413)(scope, receive, answer)
        else:
            await self._app(scope, _counted(receive), answer)

    def _leaving(self, send: Send) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return with_headers


def host_of(headers: Headers) -> str:
    """Without its port and brackets; "" where there is none or it is garbage."""
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _too_large(length: str) -> bool:
    return length.isdigit() and int(length) > MAX_BODY


def _counted(receive: Receive) -> Receive:
    """For those who do not say beforehand how much they send."""
    got = 0

    async def next_part() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > MAX_BODY:
            raise HTTPException(413)
        return message

    return next_part
