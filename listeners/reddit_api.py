"""Reddit's API by praw: sign-in, rate, time-outs, and its errors in our words.

praw keeps the token and the rate. Pages are asked for as plain JSON, so that no attribute of a lazy
object costs a request of its own, and repeating is left to the source's own pace, so that no thread
sleeps in here.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import praw
import prawcore
import requests
from praw.exceptions import PRAWException
from prawcore.exceptions import BadJSON, OAuthException, PrawcoreException, ResponseException

from domain.errors import SourceError
from domain.text import one_line, shorten
from listeners import answers, sessions

CLIENT_ID = "GOODWORD_REDDIT_CLIENT_ID"
CLIENT_SECRET = "GOODWORD_REDDIT_CLIENT_SECRET"  # noqa: S105 - the name of a secret, not one

_SIGNED_IN = "https://oauth.reddit.com"
_SIGN_IN = "https://www.reddit.com"
_AGENT = "server:goodword:0.1 (listens for questions; never posts)"
_UNAUTHORISED, _TOO_MANY, _SERVER_ERROR = 401, 429, 500
_CLOSED = {302: "does not exist", 403: "is private or closed to this app"}
_CLOSED |= {404: "does not exist or is banned", 451: "may not be shown for legal reasons"}


class ClosedError(SourceError):
    """What was asked for exists not, or not for us; other parts of Reddit may well be open."""

    def __init__(self, where: str, status: int) -> None:
        self.why = _CLOSED[status]
        super().__init__(f"{where}: this {self.why} (HTTP {status}): check `subreddits`")


class RedditApi:
    """One praw.Reddit, made when it is first needed. It serves one thread at a time."""

    def __init__(
        self,
        where: str,
        secrets: Mapping[str, str],
        api_url: str,
        clock: Callable[[], datetime],
        timeouts: sessions.Timeouts,
    ) -> None:
        self._where = where
        self._secrets = secrets
        self._api_url = api_url
        self._clock = clock
        self._timeouts = timeouts
        self._reddit: praw.Reddit | None = None
        self._one_at_a_time = threading.Lock()
        self._spent_until: datetime | None = None

    def get(self, path: str, params: Mapping[str, str | int]) -> Any:
        """The JSON at `path`. Raises ClosedError, or another SourceError."""
        now = self._clock()
        if self._spent_until and now < self._spent_until:
            raise SourceError(
                f"{self._where}: this app has used up its requests; it goes on when Reddit allows",
                retry_after=self._spent_until - now,
            )
        try:
            with self._one_at_a_time:
                reddit = self._reddit = self._reddit or self._made()
                return reddit.request(method="GET", path=path, params=dict(params))
        except ResponseException as error:
            raise self._refusal(error) from error
        except OAuthException as error:
            said = shorten(one_line(str(error)), 200)
            raise SourceError(
                f"{self._where} does not let us sign in ({said}): check {CLIENT_ID} and "
                f"{CLIENT_SECRET}"
            ) from error
        except (PRAWException, PrawcoreException, ValueError, TypeError, KeyError) as error:
            # also from within praw, where an answer is JSON of another shape
            raise answers.unreadable(self._where, "what Reddit is known to send") from error

    def _made(self) -> praw.Reddit:
        missing = [name for name in (CLIENT_ID, CLIENT_SECRET) if not self._secrets.get(name)]
        if missing:
            raise SourceError(f"{self._where} needs an app's credentials: set {', '.join(missing)}")
        session = requests.Session()
        sessions.prepare(session, (_SIGNED_IN, _SIGN_IN), self._api_url, self._timeouts)
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
            requestor_kwargs={"session": session, "where": self._where, "heard": self._heard},
        )

    def _heard(self, response: requests.Response) -> None:
        """Every answer, before prawcore sees it, which would repeat what failed and sleep where
        the last request of a period is spent."""
        headers = response.headers
        if response.status_code == _TOO_MANY or response.status_code >= _SERVER_ERROR:
            raise self._told(response, "it will be tried again")
        wait = answers.wait_of(headers, self._clock())
        if wait and headers.get("x-ratelimit-remaining", "1").partition(".")[0] == "0":
            self._spent_until = self._clock() + wait

    def _refusal(self, error: ResponseException) -> SourceError:
        response = error.response
        if isinstance(error, BadJSON):
            return answers.unreadable(self._where, "JSON")
        if response.status_code in _CLOSED:
            return ClosedError(self._where, response.status_code)
        advice = "it will be tried again"
        if response.status_code == _UNAUTHORISED:
            advice = f"check {CLIENT_ID} and {CLIENT_SECRET}"
        return self._told(response, advice)

    def _told(self, response: requests.Response, advice: str) -> SourceError:
        now = self._clock()
        return answers.refusal(self._where, response.status_code, response.headers, now, advice)


class _Requestor(prawcore.Requestor):
    def __init__(
        self, *, where: str, heard: Callable[[requests.Response], None], **known: Any
    ) -> None:
        super().__init__(**known)
        self._where = where
        self._heard = heard

    def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> requests.Response:
        try:
            response = self._http.request(*args, **{**kwargs, "timeout": timeout})
        except requests.RequestException as error:
            raise answers.unreachable(self._where, error) from error
        self._heard(response)
        return response
