"""The buttons of a card: what a click does, and how Slack's requests come in (signed HTTP, or
Socket Mode where the app has a token for it).

A click is acknowledged first and done after; the card is redrawn by the message that each decision
queues. Whoever clicked is told what happened, alone.
"""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from slack_bolt import Ack, App, BoltContext, BoltResponse, Respond
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk import WebClient
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from config.console import APP_TOKEN, SIGNING_SECRET, is_loopback
from console import entrance
from console.desk import Desk
from domain.errors import GoodwordError
from domain.types import Dismissal
from notifiers import slack as notifier
from notifiers import standing
from notifiers.blocks import escape_marks
from notifiers.clicks import Action, Click, read

log = logging.getLogger(__name__)

_DECISIONS = re.compile(
    rf"({Action.APPROVE}|{Action.DISMISS}|{Action.SNOOZE}|{Action.CLAIM}|ask:.+)"
)
_FAILED = "That did not work, and nothing was changed. The program's log says why."


class Connection(Protocol):
    """Socket Mode: Slack is called by us, so no address of ours has to be reachable."""

    def connect(self) -> None: ...
    def close(self) -> None: ...


class SlackDoor:
    """`signing_secret`: "" to take nothing by HTTP. `app_token`: "" for no Socket Mode."""

    def __init__(
        self, desk: Desk, client: WebClient, *, signing_secret: str = "", app_token: str = ""
    ) -> None:
        self._desk = desk
        self._by_http = bool(signing_secret)
        self._app_token = app_token
        # An empty secret is refused by Bolt, at the first request only, or (older ones) taken.
        self.app = App(
            client=client,
            signing_secret=signing_secret or "no request is taken by HTTP",
            token_verification_enabled=False,  # else it calls Slack here, before anything runs
            logger=logging.getLogger("console.slack.bolt"),
        )
        self.app.action(_DECISIONS)(self._clicked)
        self.app.action(Action.OPEN.value)(_acknowledged)
        self.app.error(_logged)

    @property
    def by_socket(self) -> bool:
        return bool(self._app_token)

    def connection(self) -> Connection:
        """Not connected yet. Only where `by_socket`."""
        from slack_bolt.adapter.socket_mode import SocketModeHandler  # noqa: PLC0415 - starts threads

        return SocketModeHandler(self.app, self._app_token)

    async def receive(self, request: Request) -> Response:
        """`POST /slack/events`."""
        if not self._by_http:
            return PlainTextResponse(f"{SIGNING_SECRET} is not set.", 404)
        stamp = request.headers.get("x-slack-request-timestamp", "")
        if not (stamp.isascii() and stamp.isdigit()):  # Bolt would answer 500
            return PlainTextResponse("This is not from Slack.", 401)
        body = await request.body()
        try:
            asked = to_bolt_request(request, body)
        except ValueError:  # no UTF-8, no JSON; nobody has looked at the signature yet
            return PlainTextResponse("This is not from Slack.", 400)
        answer: BoltResponse = await run_in_threadpool(self.app.dispatch, asked)
        return to_starlette_response(answer)

    def _clicked(
        self, ack: Ack, body: dict[str, Any], respond: Respond, context: BoltContext
    ) -> None:
        """Nothing may be raised once it is acknowledged, or Bolt takes the acknowledgement back."""
        ack()
        try:
            said = self._done(body, context)
        except GoodwordError as error:
            log.info("slack click refused: %s", error)
            said = str(error)
        except Exception:
            log.exception("slack click failed")
            said = _FAILED
        try:
            respond(text=escape_marks(said), response_type="ephemeral", replace_original=False)
        except Exception:
            log.warning("slack did not take the answer to a click", exc_info=True)

    def _done(self, body: dict[str, Any], context: BoltContext) -> str:
        if _stranger(body, context):
            return "Only members of this workspace can decide here."
        click = read(body)
        if click is None:
            return "This button is of an older kind; decide on the board instead."
        who = entrance.person(click.user) or click.user_id
        return _ACTIONS[click.action](self._desk, click, who)


def make(desk: Desk, options: notifier.Options, secrets: Mapping[str, str]) -> SlackDoor | None:
    """None where nothing could come in: neither a signing secret nor an app token is set."""
    signing_secret, app_token = secrets.get(SIGNING_SECRET, ""), secrets.get(APP_TOKEN, "")
    if not signing_secret and not app_token:
        return None
    client = WebClient(token=secrets.get(notifier.SECRET, ""), base_url=options.api_url)
    if is_loopback(urlsplit(options.api_url).hostname or ""):
        client.proxy = None  # the SDK takes HTTPS_PROXY even for this machine
    return SlackDoor(desk, client, signing_secret=signing_secret, app_token=app_token)


def _stranger(body: Mapping[str, Any], context: BoltContext) -> bool:
    """From another workspace, in a channel that both share. Within one enterprise a member's home
    may be another workspace than ours."""
    home = (body.get("user") or {}).get("team_id")
    ours = context.authorize_result.team_id if context.authorize_result else None
    return bool(home and ours and home != ours and not body.get("enterprise"))


def _acknowledged(ack: Ack) -> None:
    """A button that leads to a page tells us of it all the same."""
    ack()


def _logged(error: Exception) -> None:
    log.error("slack request failed", exc_info=error)


def _approve(desk: Desk, click: Click, who: str) -> str:
    desk.approve(click.key, who, click.advocate)
    return "Approved. The best one free is asked next; this card will say so."


def _ask(desk: Desk, click: Click, who: str) -> str:
    desk.approve(click.key, who, click.advocate)
    person = desk.store.advocate(click.advocate)
    return f"Approved. {person.name if person else click.advocate} is asked next."


def _dismiss(desk: Desk, click: Click, who: str) -> str:
    reason = click.reason or Dismissal.OTHER
    desk.dismiss(click.key, who, reason)
    return f"Dismissed: {standing.DISMISSED[reason].lower()}."


def _snooze(desk: Desk, click: Click, who: str) -> str:
    became = desk.snooze(click.key, who, desk.snooze_until("tomorrow"))
    until = (became.snoozed_until or desk.clock()).astimezone(desk.zone)
    return f"Out of sight until {until:%d %B, %H:%M}."


def _claim(desk: Desk, click: Click, who: str) -> str:
    desk.claim(click.key, who)
    return "It is yours; the others see that you are looking at it."


_ACTIONS: Mapping[Action, Callable[[Desk, Click, str], str]] = {
    Action.APPROVE: _approve,
    Action.ASK: _ask,
    Action.DISMISS: _dismiss,
    Action.SNOOZE: _snooze,
    Action.CLAIM: _claim,
}
