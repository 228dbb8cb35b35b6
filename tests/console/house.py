"""A console with something in it, and ways to come in."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from config.console import Options
from console import links
from console.app import make_app
from console.desk import Desk
from console.slack import SlackDoor
from domain.types import Ask, Assessment, Opportunity, Post, Source
from notifiers.messages import Company
from storage.store import Store
from tests import make

KEY = "a key of the tests, thirty-two long"
PASSWORD = "open sesame"

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class Clock:
    def __init__(self) -> None:
        self.now = make.NOW

    def __call__(self) -> datetime:
        return self.now


class Doorway:
    """Stands where the app will stand: one server for all tests, each with an app of its own."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.base = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app
        await self.app(scope, receive, send)


class House:
    def __init__(self, store: Store, doorway: Doorway) -> None:
        self.store = store
        self.clock = Clock()
        self.desk = Desk(
            store=store,
            clock=self.clock,
            company=Company(name="Kingwren", products=("Fernhill",)),
        )
        self._doorway = doorway
        self.base = doorway.base
        self._clients: list[httpx.Client] = []

    def open(
        self,
        *,
        password: str = "",
        slack: SlackDoor | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        given = {"bind": self.base.removeprefix("http://"), **(options or {})}
        secrets = {"GOODWORD_SECRET_KEY": KEY, "GOODWORD_CONSOLE_PASSWORD": password}
        self._doorway.app = make_app(self.desk, Options(**given), secrets, slack=slack)

    def visitor(self) -> httpx.Client:
        """A browser with its own cookies; follows no redirect by itself."""
        # Without certificates, which take long to load: there is no TLS here.
        client = httpx.Client(base_url=self.base, trust_env=False, verify=False, timeout=10)  # noqa: S501
        self._clients.append(client)
        return client

    def reviewer(self, name: str = "Kim", password: str = "") -> httpx.Client:
        client = self.visitor()
        said = {"name": name, "password": password, "csrf": token(client.get("/sign-in"))}
        assert client.post("/sign-in", data=said).status_code == 303
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()

    # What is in it

    def heard(
        self,
        n: int = 1,
        *,
        assessment: Assessment | None = None,
        post: Post | None = None,
        **o: Any,
    ) -> Opportunity:
        heard = post or make.post(n)
        worth = make.opportunity(heard, **o)
        self.store.save_source(Source(name="s"), [heard])
        thought = assessment or make.assessment(heard)
        self.store.save_assessments([thought], make.NOW, opportunities=[worth])
        return worth

    def asked(self, n: int = 1, who: str = "anna", **given: Any) -> Ask:
        opportunity = self.heard(n, state="approved", decided_by="Robin", decided_at=make.NOW)
        self.store.add_advocates([make.advocate(who)])
        post = self.store.post(opportunity.key)
        fields = {"state": "sent", "sent_at": make.NOW, "due_at": make.NOW + make.DAY, **given}
        ask = make.ask(post, who, **fields)
        assert self.store.add_ask(ask)
        return ask

    def ask_path(self, ask: Ask) -> str:
        return links.ask_link("", KEY, ask.key)


def token(page: httpx.Response) -> str:
    found = _TOKEN.search(page.text)
    assert found, f"no form on this page: {page.status_code} {page.text[:200]}"
    return found[1]


def send(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Fill in a form of the page at `path` and send it."""
    return client.post(path, data={"csrf": token(client.get(path)), **fields})


def words(page: httpx.Response) -> str:
    """What a person reads, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
