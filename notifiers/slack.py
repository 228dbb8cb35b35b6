"""Slack, through its Web API.

Slack keeps no idempotency keys, so each message carries its letter's key as metadata: after a
crash `find` can ask whether Slack has it.
"""

import re
import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from http.client import HTTPException
from typing import Annotated, Any
from urllib.error import URLError
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from domain.errors import ConfigError, DeliveryError
from notifiers.base import Address, Letter
from notifiers.blocks import MAX_BLOCKS, MAX_TEXT, escape, fitted, total_text

SECRET = "GOODWORD_SLACK_BOT_TOKEN"  # noqa: S105 - the name of a secret, not one

_EVENT = "goodword"
_TEXT = 3_500  # of the notification; Slack recommends at most 4,000
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

# find() reads back this far before the channel's newest message. A message is looked for when the
# program starts after a crash, and a program that was down for longer says nothing twice by it:
# what it would repeat is no longer true by then.
_LOOK_BACK = timedelta(days=7)
_PAGE, _MAX_PAGES = 200, 50

# https://docs.slack.dev/reference/methods/chat.postMessage#errors
_WAIT = frozenset(
    (
        *("ratelimited", "rate_limited", "message_limit_exceeded", "internal_error"),
        *("fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"),
    )
)
_ASK_OPS = frozenset(
    (
        *("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"),
        *("missing_scope", "no_permission", "not_allowed_token_type"),
    )
)
_OPS_NEED = timedelta(minutes=15)


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    # Best an id: names change, and Slack's history, which is asked after a crash, knows only ids.
    # Slack shows it at the end of "View channel details".
    channel: Annotated[str, Field(pattern=r"^([CGD][A-Z0-9]+|#?[a-z0-9][a-z0-9_-]{0,79})$")]
    api_url: str = "https://slack.com/api/"
    timeout: Annotated[int, Field(ge=1, le=120)] = 15  # seconds, for each request


class SlackNotifier:
    kind = "slack"

    def __init__(self, options: Options, token: str) -> None:
        self._channel = options.channel
        # The SDK's own retry sends a message again after a reset: then it may arrive twice.
        self._client = WebClient(
            token=token, base_url=options.api_url, timeout=options.timeout, retry_handlers=[]
        )
        if urlsplit(options.api_url).hostname in _LOOPBACK:
            self._client.proxy = None  # the SDK takes HTTPS_PROXY even for this machine

    def send(self, to: Address, letter: Letter) -> str:
        channel = self._open(to)
        _guard(letter)
        sent = _translated(
            lambda: self._client.chat_postMessage(
                channel=channel,
                unfurl_links=False,
                unfurl_media=False,
                **_content(letter),
            ),
            repeatable=False,
        )
        return f"{sent['channel']}:{sent['ts']}"

    def find(self, to: Address, key: str) -> str | None:
        channel = self._open(to)
        for message in self._history(channel):
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") != _EVENT:
                continue
            if (metadata.get("event_payload") or {}).get("key") == key:
                return f"{channel}:{message['ts']}"
        return None

    def update(self, provider_id: str, letter: Letter) -> None:
        channel, _, ts = provider_id.partition(":")
        _guard(letter)
        # What is left out of an update may stay as it was, so everything is said again.
        _translated(
            lambda: self._client.chat_update(channel=channel, ts=ts, **_content(letter)),
            repeatable=True,
        )

    def _open(self, to: Address) -> str:
        """The channel to post to. People have to be opened first: only the id of that
        conversation is good for an update."""
        if not to.slack.startswith(("U", "W")):
            return to.slack or self._channel
        opened = _translated(
            lambda: self._client.conversations_open(users=[to.slack]), repeatable=True
        )
        return str(opened["channel"]["id"])

    def _history(self, channel: str) -> Iterator[Mapping[str, Any]]:
        """Newest first, as far as `_LOOK_BACK`."""
        cursor, until = "", 0.0
        for _ in range(_MAX_PAGES):
            page = _asked(self._client, channel, cursor)
            for message in page["messages"]:
                until = until or float(message["ts"]) - _LOOK_BACK.total_seconds()
                if float(message["ts"]) < until:
                    return
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise DeliveryError(
            f"Slack channel {channel} has too many new messages to search", unknown=True
        )


def make(options: Options, secrets: Mapping[str, str]) -> SlackNotifier:
    token = secrets.get(SECRET, "")
    if not token:
        raise ConfigError([f"{SECRET} is not set: give it the app's bot token (xoxb-...)"])
    return SlackNotifier(options, token)


def _content(letter: Letter) -> dict[str, Any]:
    """`text` is what notifications and screen readers say; Slack parses it, so it is escaped."""
    return {
        "text": fitted(letter.subject if letter.blocks else letter.text, _TEXT, escape),
        "blocks": [dict(block) for block in letter.blocks],
        "metadata": {"event_type": _EVENT, "event_payload": {"key": letter.key}},
    }


def _guard(letter: Letter) -> None:
    size = total_text(letter.blocks)
    if len(letter.blocks) > MAX_BLOCKS or size > MAX_TEXT:
        raise DeliveryError(
            f"the letter {letter.key} is too large for Slack: "
            f"{len(letter.blocks)} blocks, {size} characters",
            permanent=True,
        )


def _asked(client: WebClient, channel: str, cursor: str) -> SlackResponse:
    """A page of the channel's history. Where we may not read it, nobody can be asked."""
    try:
        return _translated(
            lambda: client.conversations_history(
                channel=channel, cursor=cursor or None, limit=_PAGE, include_all_metadata=True
            ),
            repeatable=True,
        )
    except DeliveryError as error:
        cause = error.__cause__
        unscoped = isinstance(cause, SlackApiError) and _code(cause.response) == "missing_scope"
        if error.permanent or unscoped:
            raise DeliveryError(str(error), unknown=True) from error
        raise


def _translated(call: Callable[[], SlackResponse], *, repeatable: bool) -> SlackResponse:
    """`call`'s answer. Where it is `repeatable`, doing it twice is the same as doing it once, so
    that a lost answer is no unknown outcome."""
    try:
        return call()
    except SlackApiError as error:
        raise _refused(error.response, repeatable=repeatable) from error
    except URLError as error:
        # Raised while connecting: the request was not sent, unless the other side hung up on it.
        lost = isinstance(error.reason, ConnectionResetError | BrokenPipeError)
        raise _unreachable(error.reason, unknown=lost and not repeatable) from error
    except (OSError, HTTPException, ValueError) as error:
        # Raised while waiting for the answer, or by an answer cut off.
        raise _unreachable(error, unknown=not repeatable) from error
    except SlackClientError as error:
        raise DeliveryError(f"Slack cannot be asked: {error}", permanent=True) from error


def _unreachable(reason: object, *, unknown: bool) -> DeliveryError:
    if isinstance(reason, socket.gaierror):
        return DeliveryError("Slack's address cannot be found: check the network and api_url")
    if unknown:
        return DeliveryError(f"the connection to Slack was lost: {reason}", unknown=True)
    return DeliveryError(f"Slack cannot be reached: {reason}")


def _refused(response: SlackResponse, *, repeatable: bool) -> DeliveryError:
    code = _code(response)
    if response.status_code == 429 or code in ("ratelimited", "rate_limited"):  # noqa: PLR2004
        return DeliveryError("Slack asks us to slow down", retry_after=_retry_after(response))
    if response.status_code >= 500:  # noqa: PLR2004 - HTTP's own numbers
        return DeliveryError(f"Slack answered {response.status_code}; trying again later")
    if not re.fullmatch(r"\w+", code):
        # No JSON of Slack's: it may have taken the message and lost its answer.
        what = "Slack's answer cannot be read: check api_url"
        return DeliveryError(what, unknown=not repeatable)
    if code in _WAIT:
        return DeliveryError(f"Slack says {code}; trying again later")
    if code in _ASK_OPS:
        needed = _field(response, "needed")
        scope = f" (add the scope {needed} to the app and install it again)" if needed else ""
        return DeliveryError(f"Slack says {code}: check {SECRET}{scope}", retry_after=_OPS_NEED)
    return DeliveryError(f"Slack refuses the message: {code}", permanent=True)


def _code(response: SlackResponse) -> str:
    return str(_field(response, "error"))


def _field(response: SlackResponse, name: str) -> object:
    data = response.data
    return data.get(name) or "" if isinstance(data, dict) else ""


def _retry_after(response: SlackResponse) -> timedelta:
    """In seconds, in a header whose case varies; one minute where it is missing or no number."""
    said = {name.lower(): value for name, value in response.headers.items()}.get("retry-after", "")
    seconds = int(said) if str(said).isdigit() else 60
    return timedelta(seconds=max(1, seconds))
