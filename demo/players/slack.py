"""Plays Slack: its Web API as far as notifiers and slack-bolt use it, and its window as a page.

Clicking a button on the page, or `click`, sends the app what Slack would send: a signed
`block_actions` payload, form-encoded.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from slack_sdk.signature import SignatureVerifier
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from demo.players import slack_page
from demo.players.slack_workspace import TEAM, Json, Member, Workspace

__all__ = ["CHANNEL", "Member", "SlackPlayer"]

CHANNEL = "C0GOODWORD"  # where the team decides, unless told otherwise


class SlackPlayer:
    """The first of `members` is the one who clicks on the page; `actions_url`, where the app hears
    of clicks, may be set later. A `token` other than this one is refused; "" takes any."""

    prefix = "/slack"

    def __init__(
        self,
        *,
        channels: Mapping[str, str] | None = None,
        members: tuple[Member, ...] = (Member("U0REVIEWER", "Robin Reviewer"),),
        signing_secret: str = "played-signing-secret",  # noqa: S107 - plays Slack's
        actions_url: str = "",
        token: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        named = channels or {CHANNEL: "buying-questions"}
        self.workspace = Workspace(named, members, clock)
        self.actions_url = actions_url
        self._secret, self._token = signing_secret, token
        self._base = "http://127.0.0.1/slack/"

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/{method}", self._api, methods=["GET", "POST"]),
            Route("/respond/{channel}/{ts}", self._respond, methods=["POST"]),
            Route("/click", self._page_click, methods=["POST"]),
            Route("/state", self._state),
            Route("/", self._page),
        ]

    @property
    def messages(self) -> list[Json]:
        """Copies, oldest first: channel, ts, text, blocks, metadata."""
        return self.workspace.messages

    @property
    def counts(self) -> Counter[str]:
        """Calls of the Web API by method."""
        return self.workspace.counts

    def dump(self, path: Path) -> None:
        """Keep the messages for `load` in another process."""
        path.write_text(json.dumps(self.workspace.kept()))

    def load(self, path: Path) -> None:
        self.workspace.restore(json.loads(path.read_text()))

    def click(
        self, ts: str, action_id: str, value: str | None = None, user: str | None = None
    ) -> httpx.Response:
        """Click the element `action_id` of the message `ts`, choosing option `value` of a menu.

        Returns what the app answered. Raises LookupError where there is no such element, and
        httpx's errors where the app cannot be reached.
        """
        message = self.workspace.message(ts)
        members = self.workspace.members
        who = members[user] if user else next(iter(members.values()))
        payload = self._payload(message, _action(message, action_id, value), who)
        body = urlencode({"payload": json.dumps(payload)})
        stamp = str(int(time.time()))  # the app compares it with the true time
        signature = SignatureVerifier(self._secret).generate_signature(timestamp=stamp, body=body)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": signature or "",
        }
        with httpx.Client(trust_env=False, timeout=10) as client:
            return client.post(self.actions_url, content=body, headers=headers)

    def _payload(self, message: Json, action: Json, who: Member) -> Json:
        channel, ts = message["channel"], message["ts"]
        name = self.workspace.channels.get(channel, "directmessage")
        container = {"type": "message", "message_ts": ts, "channel_id": channel}
        return {
            "type": "block_actions",
            "user": {"id": who.id, "username": who.name, "name": who.name, "team_id": TEAM["id"]},
            "api_app_id": "A0GOODWORD",
            "token": "played",
            "container": {**container, "is_ephemeral": False},
            "trigger_id": f"{ts}.played",
            "team": TEAM,
            "channel": {"id": channel, "name": name},
            "message": {key: value for key, value in message.items() if key != "channel"},
            "state": {"values": {}},
            "response_url": f"{self._base}respond/{channel}/{ts}",
            "actions": [{**action, "action_ts": f"{time.time():.6f}"}],
        }

    async def _api(self, request: Request) -> Response:
        self._base = _own_url(request)
        arguments = _arguments(request, await request.body())
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = sent or str(arguments.get("token", ""))
        if not token:
            return JSONResponse({"ok": False, "error": "not_authed"})
        if self._token and token != self._token:
            return JSONResponse({"ok": False, "error": "invalid_auth"})
        return JSONResponse(self.workspace.call(request.path_params["method"], arguments))

    async def _respond(self, request: Request) -> Response:
        said = json.loads(await request.body())
        self.workspace.respond(request.path_params["channel"], request.path_params["ts"], said)
        return JSONResponse({"ok": True})

    def _page(self, request: Request) -> Response:
        self._base = _own_url(request)
        version = self.workspace.version()  # before the rest: what comes after shows next time
        channels = self.workspace.channels
        asked = request.query_params.get("channel", "")
        channel = asked if asked in channels else next(iter(channels))
        page = slack_page.render(
            base=self._base,
            channels=channels,
            channel=channel,
            messages=self.messages,
            asides=self.workspace.asides,
            me=next(iter(self.workspace.members.values())).name,
            version=version,
        )
        return HTMLResponse(page)

    def _state(self, _: Request) -> Response:
        return JSONResponse(self.workspace.version())

    async def _page_click(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        channel, ts = form.get("channel", ""), form.get("ts", "")
        problem = await run_in_threadpool(self._clicked, form)
        if problem:
            self.workspace.respond(channel, "", {"text": problem})
        back = f"{self._base}?{urlencode({'channel': channel})}#m{ts}"
        return RedirectResponse(back, status_code=303)

    def _clicked(self, form: Mapping[str, str]) -> str:
        """What the person who clicked is told, "" if all went well."""
        try:
            answer = self.click(form["ts"], form["action_id"], form.get("value") or None)
        except LookupError:
            return "That button is gone: the message has changed since."
        except (httpx.HTTPError, httpx.InvalidURL):
            return "Slack could not reach the app."
        if answer.is_success:
            return ""
        return f"The app did not take the click: it answered {answer.status_code}."


def _own_url(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}/"


def _arguments(request: Request, body: bytes) -> Json:
    if request.headers.get("content-type", "").startswith("application/json"):
        with suppress(ValueError):
            return dict(json.loads(body or b"{}"))
        return {}
    said: Json = dict(request.query_params)
    said |= parse_qsl(body.decode(), keep_blank_values=True)
    return said


def _action(message: Json, action_id: str, value: str | None) -> Json:
    """The element as Slack tells it after a click."""
    for block in message["blocks"]:
        for element in (block.get("accessory") or {}, *(block.get("elements") or ())):
            if element.get("action_id") == action_id:
                return _done(block["block_id"], element, value)
    raise LookupError(f"message {message['ts']} has no {action_id!r}")


def _done(block_id: str, element: Mapping[str, Any], value: str | None) -> Json:
    done = {
        "block_id": block_id,
        "action_id": element["action_id"],
        "type": element["type"],
    }
    if element["type"] == "button":
        return done | {key: element[key] for key in ("text", "value", "url") if key in element}
    chosen = next((option for option in element["options"] if option["value"] == value), None)
    if chosen is None:
        raise LookupError(f"{element['action_id']} has no option {value!r}")
    return done | {"selected_option": chosen, "placeholder": element["placeholder"]}
