"""Reddit's API by praw: sign-in, token, time-outs, and its errors in our words.

praw keeps the token. Pages are asked for as plain JSON, so that no attribute of a lazy object costs
a request of its own. Every answer is looked at before prawcore sees it, which would repeat what
failed and sleep where it thinks that we ask too often: repeating is left to the source's own pace,
and the pace to what all sources of one app share, so that no thread sleeps in here.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import praw
import prawcore
import requests
from praw.exceptions import PRAWException
from prawcore.exceptions import OAuthException, PrawcoreException

from domain.errors import SourceError
from domain.text import one_line, shorten
from listeners import answers, sessions
from listeners.hosts import Hosts, Pace
from listeners.reddit_marks import How
from listeners.reddit_posts import Node

CLIENT_ID = "GOODWORD_REDDIT_CLIENT_ID"
CLIENT_SECRET = "GOODWORD_REDDIT_CLIENT_SECRET"  # noqa: S105 - the name of a secret, not one

# Reddit allows an app 100 requests a minute on average of ten minutes.
PACE = Pace(at_once=4, per_minute=90, burst=100)

_SIGNED_IN = "https://oauth.reddit.com"
_SIGN_IN = "https://www.reddit.com"
_TOKEN = "/api/v1/access_token"  # noqa: S105 - a path
_AGENT = "server:goodword:0.1 (listens for questions; never posts)"
_SUCCESS = range(200, 203)
_NOT_UNDERSTOOD = frozenset({400, 414})
_UNAUTHORISED, _FORBIDDEN = 401, 403

# How a part of Reddit can be closed to us: what is said of it, and what to do.
SHUT: Mapping[How, tuple[str, str]] = {
    "missing": ("does not exist", "check its spelling in `subreddits`"),
    "private": (
        "is private or closed to this app",
        "take it out of `subreddits`, or ask to be let in",
    ),
    "quarantined": (
        "is quarantined, which no app without an account may read",
        "take it out of `subreddits`",
    ),
    "banned": ("does not exist or is banned", "take it out of `subreddits`"),
    "legal": ("may not be shown for legal reasons", "take it out of `subreddits`"),
}
_SHUT_BY: Mapping[int, How] = {302: "missing", 403: "private", 404: "banned", 451: "legal"}


class ClosedError(SourceError):
    """What was asked for exists not, or not for us; other parts of Reddit may well be open."""

    def __init__(self, where: str, how: How, status: int) -> None:
        self.how = how
        self.why, remedy = SHUT[how]
        super().__init__(f"{where}: this {self.why} (HTTP {status}): {remedy}")


class RedditApi:
    """One praw.Reddit, made when it is first needed. It serves one thread at a time."""

    def __init__(
        self,
        name: str,
        secrets: Mapping[str, str],
        api_url: str,
        clock: Callable[[], datetime],
        limits: sessions.Timeouts,
        hosts: Hosts,
    ) -> None:
        """`name`: the source's, which stands before every error."""
        self.where = f"{name}: Reddit"
        self._name = name
        self._secrets = secrets
        self._api_url = api_url
        self._clock = clock
        self._limits = limits
        self._hosts = hosts
        self._reddit: praw.Reddit | None = None
        self._one_at_a_time = threading.Lock()

    def listing(self, path: str, params: Mapping[str, str | int]) -> tuple[list[Node], str]:
        """Its nodes, and what to ask for as `after` to go on ("": it ends here)."""
        answer = self.get(path, params)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("children"), list):
            raise answers.unreadable(self.where, "a listing")
        after = data.get("after")
        return nodes_of(data["children"]), after if isinstance(after, str) else ""

    def get(self, path: str, params: Mapping[str, str | int]) -> Any:
        """The JSON at `path`. Raises ClosedError, or another SourceError."""
        with self._one_at_a_time:
            try:
                return self._got(path, params)
            except _TokenError:
                self._reddit = None  # the token was withdrawn before its time: sign in once more
            try:
                return self._got(path, params)
            except _TokenError as error:
                raise answers.refusal(
                    self.where, _UNAUTHORISED, {}, self._clock(), _CHECK
                ) from error

    def _got(self, path: str, params: Mapping[str, str | int]) -> Any:
        try:
            reddit = self._reddit = self._reddit or self._made()
            return reddit.request(method="GET", path=path, params=dict(params))
        except OAuthException as error:
            raise self._no_sign_in(shorten(one_line(str(error)), 200)) from error
        except (PRAWException, PrawcoreException, *_SHAPE) as error:
            raise answers.unreadable(self.where, "what Reddit is known to send") from error

    def _made(self) -> praw.Reddit:
        missing = [name for name in (CLIENT_ID, CLIENT_SECRET) if not self._secrets.get(name)]
        if missing:
            raise SourceError(f"{self.where} needs an app's credentials: set {', '.join(missing)}")
        session = requests.Session()
        sessions.prepare(
            session,
            (_SIGNED_IN, _SIGN_IN),
            self._api_url,
            self._limits,
            name=self._name,
            hosts=self._hosts,
            clock=self._clock,
            credential=self._secrets[CLIENT_ID],
            pace=None if self._api_url else PACE,
        )
        return praw.Reddit(
            client_id=self._secrets[CLIENT_ID],
            client_secret=self._secrets[CLIENT_SECRET],
            user_agent=_AGENT,
            oauth_url=_SIGNED_IN,  # said here, no praw.ini lying about can change it
            reddit_url=_SIGN_IN,
            username=None,
            password=None,
            refresh_token=None,
            check_for_updates=False,
            check_for_async=False,
            requestor_class=_Requestor,
            requestor_kwargs={"session": session, "where": self.where, "heard": self._heard},
        )

    def _heard(self, response: requests.Response, *, signing_in: bool) -> None:
        """Let through what is a success, and nothing that would make prawcore wait."""
        if response.status_code not in _SUCCESS:
            raise self._refusal(response, signing_in=signing_in)
        for name in ("remaining", "used", "reset"):
            response.headers.pop(f"x-ratelimit-{name}", None)

    def _refusal(self, response: requests.Response, *, signing_in: bool) -> Exception:
        status = response.status_code
        if signing_in and status in range(400, 404):
            return self._no_sign_in(f"HTTP {status}")
        if status == _UNAUTHORISED:
            return _TokenError()
        if status == _FORBIDDEN and "scope" in response.headers.get("www-authenticate", ""):
            return self._told(response, f"the app lacks the right to read; {_CHECK}")
        if status in _SHUT_BY and not signing_in:
            return ClosedError(self.where, _how_shut(response), status)
        understood = status not in _NOT_UNDERSTOOD
        return self._told(response, "it will be tried again" if understood else "check `search`")

    def _told(self, response: requests.Response, advice: str) -> SourceError:
        """Every answer tells when the period ends; only some ask us to wait for it."""
        now, status = self._clock(), response.status_code
        asks = answers.stay_away(status, response.headers, now) is not None
        return answers.refusal(self.where, status, response.headers if asks else {}, now, advice)

    def _no_sign_in(self, why: str) -> SourceError:
        return SourceError(f"{self.where} does not let us sign in ({why}): {_CHECK}")


_CHECK = f"check {CLIENT_ID} and {CLIENT_SECRET}"

# From within praw, where an answer is JSON of another shape.
_SHAPE = (ValueError, TypeError, KeyError, AttributeError, IndexError)


class _TokenError(Exception):
    """Reddit does not know the token."""


def nodes_of(children: Sequence[Any]) -> list[Node]:
    """The `data` of each child with its kind in it; what is none is left out."""
    return [
        {**child["data"], "kind": child.get("kind")}
        for child in children
        if isinstance(child, dict) and isinstance(child.get("data"), dict)
    ]


def _how_shut(response: requests.Response) -> How:
    """By Reddit's own word for it, where it says one."""
    try:
        said = str(response.json().get("reason"))
    except (ValueError, AttributeError):
        said = ""
    return next((how for how in SHUT if how == said), _SHUT_BY[response.status_code])


class _Requestor(prawcore.Requestor):
    def __init__(self, *, where: str, heard: Callable[..., None], **known: Any) -> None:
        super().__init__(**known)
        self._where = where
        self._heard = heard

    def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> requests.Response:
        """`args`: method and address."""
        try:
            response = self._http.request(*args, **{**kwargs, "timeout": timeout})
        except requests.RequestException as error:
            raise answers.unreachable(self._where, error) from error
        self._heard(response, signing_in=str(args[1]).endswith(_TOKEN))
        return response
