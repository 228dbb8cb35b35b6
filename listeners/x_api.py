"""X's API v2 as we use it, by tweepy: recent search and the look-up of posts, billed by the post.

tweepy.Client keeps nothing between two requests but its session, whose connections requests shares
out safely, so threads may use one together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import requests
import tweepy

from domain.errors import SourceError
from listeners import answers, markup, sessions
from listeners.hosts import Hosts, Pace
from listeners.meter import Meter

BEARER = "GOODWORD_X_BEARER_TOKEN"
LEAST = 10  # posts that one search brings at most, at least

_HOST = "https://api.twitter.com"  # fixed in tweepy
_PAGE: Final = 100
_NO_HINT = timedelta(minutes=15)  # X counts per quarter of an hour
_UNPAID = timedelta(hours=1)
_OK = range(200, 300)
# Of 450 and 3,500 requests a quarter of an hour, for all that use one token.
_SEARCHES = Pace(at_once=4, per_minute=25, burst=75)
_LOOK_UPS = Pace(at_once=4, per_minute=200, burst=500)
_FIELDS = (
    "author_id created_at conversation_id lang public_metrics referenced_tweets note_tweet "
    "reply_settings withheld"
)

Page = dict[str, Any]


class QueryError(SourceError):
    """X does not take this query; others it may take."""


class _RefusedError(Exception):
    """Raised before tweepy reads an error's body, for it trips over some of their shapes."""

    def __init__(self, response: requests.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        try:
            self.said = told(response.json())
        except (ValueError, RecursionError):
            self.said = ""
        super().__init__(f"HTTP {self.status}")


class XApi:
    def __init__(
        self,
        name: str,
        token: str,
        clock: Callable[[], datetime],
        meter: Meter,
        *,
        instead: str = "",
        timeouts: sessions.Timeouts = sessions.USUAL,
        hosts: Hosts | None = None,
    ) -> None:
        self.where = f"{name}: X"  # how errors begin
        self._name = name
        self._token = token
        self._clock = clock
        self._meter = meter

        def client(part: str, pace: Pace) -> tweepy.Client:
            # Each endpoint is counted, and says "too often", for itself.
            made = tweepy.Client(token, return_type=dict)
            made.session.hooks["response"].append(_look_first)
            sessions.prepare(
                made.session,
                (_HOST,),
                instead,
                timeouts,
                name=self.where,
                hosts=hosts,
                clock=clock,
                credential=f"{token} {part}",
                pace=None if instead else pace,
            )
            return made

        self._searcher = client("search", _SEARCHES)
        self._finder = client("tweets", _LOOK_UPS)

    def room(self) -> int:
        """How many posts a page may bring now. Raises PausedError where the cap leaves too few."""
        self._meter.check(self._name, self._clock())
        left = self._meter.left
        return _PAGE if left is None else min(left, _PAGE)

    def search(self, query: str, asked: Mapping[str, Any], size: int) -> Page:
        """One page, newest first. Raises SourceError; QueryError where X does not take `asked`."""
        expansions = ["author_id"]
        if self._meter.left is None:
            # X may bill these as well, so that under a cap nobody knows how many posts will come.
            expansions.append("referenced_tweets.id")
        return self._page(
            lambda: self._searcher.search_recent_tweets(
                query,
                max_results=size,
                tweet_fields=_FIELDS.split(),
                expansions=expansions,
                user_fields=["username"],
                **asked,
            )
        )

    def look_up(self, ids: Iterable[str]) -> Iterator[Page]:
        """Posts by their ids, as many a page as may be. Counted, but stopped by no cap: what was
        deleted has to leave us all the same. Raises SourceError."""
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _PAGE):
            yield self._looked_up(wanted[start : start + _PAGE])

    def _looked_up(self, ids: list[str]) -> Page:
        return self._page(
            lambda: self._finder.get_tweets(
                ids,
                tweet_fields=_FIELDS.split(),
                expansions=["author_id"],
                user_fields=["username"],
            )
        )

    def _page(self, ask: Callable[[], Any]) -> Page:
        """What `ask` brings, checked and counted."""
        if not self._token:
            raise SourceError(f"{self.where} needs a token: set {BEARER}")
        try:
            page = ask()
        except _RefusedError as error:
            raise self._refusal(error) from error
        except (requests.JSONDecodeError, RecursionError) as error:
            raise answers.unreadable(self.where, "JSON") from error
        except requests.RequestException as error:
            raise answers.unreachable(self.where, error) from error
        except (tweepy.TweepyException, ValueError, TypeError, AttributeError) as error:
            raise answers.unreadable(self.where, "what X is known to send") from error
        self._check(page)
        self._meter.count_once(_billed(page), self._clock())
        return dict(page)

    def _check(self, page: Any) -> None:
        if isinstance(page, dict) and page.get("errors") and not page.keys() & {"data", "meta"}:
            # X answers so where it shows none of the posts asked for, each with its own error.
            if not all({"resource_id", "value"} & e.keys() for e in records(page, "errors")):
                raise SourceError(f"{self.where} answered with an error: {told(page)}")
            return
        known = isinstance(page, dict) and page.keys() & {"data", "meta"}
        if not known or not isinstance(page.get("data"), (list, dict, type(None))):
            raise answers.unreadable(self.where, "a page of posts")

    def _refusal(self, refused: _RefusedError) -> SourceError:
        advice = {
            400: f"check `query`. X says: {refused.said}",
            401: f"check {BEARER}",
            402: "the credits are used up; buy some, or raise the limit, in X's developer console",
            403: f"check what the app behind {BEARER} may do. X says: {refused.said}",
        }.get(refused.status, "it will be tried again")
        error = answers.refusal(self.where, refused.status, refused.headers, self._clock(), advice)
        wait = error.retry_after or {402: _UNPAID, 429: _NO_HINT}.get(refused.status)
        kind = QueryError if refused.status == requests.codes.bad_request else SourceError
        return kind(str(error), retry_after=wait)


def records(page: Mapping[str, Any], part: str) -> list[Page]:
    """A list of objects, or one object, whatever else stands between them left out."""
    found = page.get(part)
    found = [found] if isinstance(found, dict) else found
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def included(page: Mapping[str, Any], *parts: str) -> list[Page]:
    """Under any of the names that X has for them."""
    inside = page.get("includes")
    if not isinstance(inside, dict):
        return []
    return [one for part in parts for one in records(inside, part)]


def refers(error: Mapping[str, Any]) -> str:
    """The id of the post that an error of `errors` is about; "" if it is about something else."""
    if str(error.get("parameter") or "ids") not in {"id", "ids"}:
        return ""
    return str(error.get("resource_id") or error.get("value") or "")


def told(said: Any) -> str:
    """What an error's body says, in whichever of X's shapes, on one line."""
    if not isinstance(said, dict):
        return ""
    inner = [_words(error) for error in records(said, "errors")]
    parts = [part for part in dict.fromkeys(inner) if part]
    return markup.title("; ".join(parts) or _words(said))


def _words(error: Mapping[str, Any]) -> str:
    named = (error.get(name) for name in ("message", "detail", "title", "error"))
    return next((str(words) for words in named if words), "")


def _billed(page: Mapping[str, Any]) -> Iterable[str]:
    posts = records(page, "data") + included(page, "tweets", "posts")
    return (str(post.get("id")) for post in posts)


def _look_first(response: requests.Response, *_: Any, **__: Any) -> None:
    """A hook of the session's."""
    response.encoding = None  # JSON is Unicode, whatever a header says
    if response.status_code not in _OK and not response.is_redirect:
        raise _RefusedError(response)
