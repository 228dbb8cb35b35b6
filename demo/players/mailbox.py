"""Plays a mail server that keeps everything for everybody, and shows it as pages."""

import asyncio
import base64
import json
import random
import socket
import threading
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True, trim_blocks=True
)
_PORTS = range(20_000, 32_768)  # below those that the system hands out by itself

# A mail is foreign: it may show itself and open links in a new tab, nothing else.
_SANDBOX = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'"
)
_BASE = '<base target="_blank">'

Refusal = int | Literal["hang", "drop"]


class Mail(NamedTuple):
    """A mail as it arrived."""

    to: tuple[str, ...]  # the envelope's recipients
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - what that policy makes
        return parsed

    @property
    def headers(self) -> Mapping[str, str]:
        return {name: str(value) for name, value in self.parsed.items()}

    @property
    def subject(self) -> str:
        return str(self.parsed["Subject"] or "")

    @property
    def sender(self) -> str:
        return str(self.parsed["From"] or "")

    @property
    def recipient(self) -> str:
        """Their name, else their address."""
        name, address = parseaddr(self.headers.get("To", ""))
        return name or address or ", ".join(self.to)

    @property
    def message_id(self) -> str:
        return str(self.parsed["Message-ID"] or "")

    @property
    def sent_at(self) -> str:
        said = self.parsed["Date"]
        return f"{parsedate_to_datetime(said):%d %b %H:%M}" if said else ""

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        """ "" for a mail of text only."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.parsed.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""


class MailboxPlayer:
    """SMTP on `port` of 127.0.0.1 between `start` and `stop`; the pages below `prefix`."""

    prefix = "/mail"

    def __init__(self, port: int = 0) -> None:
        self.host = "127.0.0.1"
        self.port = port or _free_port()
        self._mails: list[Mail] = []
        self._refusals: list[tuple[str, Refusal]] = []
        self._lock = threading.Lock()
        self._controller: Controller | None = None

    def start(self) -> Self:
        self._controller = Controller(
            _Hand(self),
            hostname=self.host,
            port=self.port,
            server_hostname="mailbox.example",  # else it asks the DNS for a name at every mail
        )
        self._controller.start()
        return self

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def mails(self) -> list[Mail]:
        """A copy, oldest first."""
        with self._lock:
            return list(self._mails)

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if address in mail.to]

    def refuse(
        self, code: Refusal, times: int = 1, *, at: Literal["recipient", "content"] = "recipient"
    ) -> None:
        """Answer the next `times` mails with `code` (450, 550, ...), to their recipient or to
        their content. "hang": the mail is kept and no answer follows. "drop": it is kept and
        the connection lost before the answer."""
        place = "content" if isinstance(code, str) else at
        with self._lock:
            self._refusals += [(place, code)] * times

    def dump(self, path: Path) -> None:
        """Keep the mails for `load` in another process."""
        kept = [{"to": m.to, "raw": base64.b64encode(m.raw).decode()} for m in self.mails]
        path.write_text(json.dumps(kept))

    def load(self, path: Path) -> None:
        kept = json.loads(path.read_text())
        with self._lock:
            self._mails = [Mail(tuple(m["to"]), base64.b64decode(m["raw"])) for m in kept]

    def keep(self, mail: Mail) -> None:
        with self._lock:
            self._mails.append(mail)

    def next_refusal(self, place: str) -> Refusal | None:
        with self._lock:
            if self._refusals and self._refusals[0][0] == place:
                return self._refusals.pop(0)[1]
        return None

    # The pages

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._list),
            Route("/state", self._state),
            Route("/{number:int}", self._one),
            Route("/{number:int}/html", self._html),
        ]

    def _list(self, request: Request) -> Response:
        mails = [*enumerate(self.mails)][::-1]
        return HTMLResponse(_page("mails.html", request, mails=mails, count=len(mails)))

    def _state(self, _: Request) -> Response:
        return JSONResponse(len(self.mails))

    def _one(self, request: Request) -> Response:
        number, mails = request.path_params["number"], self.mails
        if number >= len(mails):
            return PlainTextResponse("There is no such mail.", status_code=404)
        plain = request.query_params.get("as") == "text" or not mails[number].html
        page = _page("mail.html", request, mail=mails[number], number=number, plain=plain)
        return HTMLResponse(page)

    def _html(self, request: Request) -> Response:
        """For the frame of the mail's page."""
        number, mails = request.path_params["number"], self.mails
        if number >= len(mails):
            return PlainTextResponse("There is no such mail.", status_code=404)
        body = mails[number].html.replace("<head>", f"<head>{_BASE}", 1)
        return HTMLResponse(body, headers={"content-security-policy": _SANDBOX})


class _Hand:
    """What aiosmtpd calls."""

    def __init__(self, box: MailboxPlayer) -> None:
        self._box = box

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        refused = self._box.next_refusal("recipient")
        if refused is not None:
            return f"{refused} refused as told"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        refused = self._box.next_refusal("content")
        if isinstance(refused, int):
            return f"{refused} refused as told"
        self._box.keep(Mail(tuple(envelope.rcpt_tos), bytes(envelope.original_content or b"")))
        if refused == "hang":
            await asyncio.Event().wait()  # until the client gives up or the server stops
        if refused == "drop" and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 OK"


def linked(text: str) -> Markup:
    """Plain text with its addresses as links, as mail programs show it."""
    words = text.split(" ")
    return Markup(" ").join(Markup("\n").join(map(_word, word.split("\n"))) for word in words)


def _word(word: str) -> Markup:
    if word.startswith(("http://", "https://")):
        return Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(word, word)
    return escape(word)


def _page(template: str, request: Request, **shown: Any) -> str:
    return _PAGES.get_template(template).render(base=f"{request.scope['root_path']}/", **shown)


def _free_port() -> int:
    for port in random.sample(_PORTS, 100):
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port on 127.0.0.1 between 20000 and 32767")


_PAGES.filters["linked"] = linked
