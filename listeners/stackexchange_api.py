"""Stack Exchange's API: one question to it, its wrapper, its quota, and what its errors mean."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from domain.errors import SourceError
from listeners import answers, foreign_json, http, markup
from listeners.base import Given
from listeners.hosts import Pace

KEY = "GOODWORD_STACKEXCHANGE_KEY"  # free; without one an address may ask 300 times a day
PAGE = 100  # items, the most that it gives

_API = "https://api.stackexchange.com"
_VERSION = "/2.3"
_PACE = Pace(at_once=1, per_minute=60, burst=10)  # more than 30 a second gets an address banned
_THROTTLED = 502  # an error_id, not a status
_NO_HINT = timedelta(minutes=10)
_OF_THE_KEY = range(401, 408)
_AVAILABLE_IN = re.compile(r"available in (\d{1,7}) seconds")
_OK, _TOO_MANY = 200, 429


class Answer(NamedTuple):
    items: tuple[Mapping[str, Any], ...]
    more: bool
    backoff: timedelta  # how long to leave this method alone
    quota: int | None  # requests left for today
    quota_max: int | None


class Api:
    def __init__(
        self, name: str, site: str, api_url: str, given: Given, limits: http.Limits, *, own: bool
    ) -> None:
        """`own`: the address is the operator's, private ones are admitted."""
        self._name = name
        self._where = f"{name}: Stack Exchange"
        self._site = site
        self._base = (api_url or _API).rstrip("/").removesuffix(_VERSION) + _VERSION
        self._given = given
        self._limits = limits
        self._own = own
        self._key = given.secrets.get(KEY, "")

    @property
    def has_key(self) -> bool:
        return bool(self._key)

    def ask(
        self, method: str, asked: Mapping[str, str | int], path: str = "", site: str = ""
    ) -> Answer:
        """`path`: the address of the method, where that is not its name. Raises SourceError."""
        fetcher, url = self._fetcher(method), f"{self._base}/{path or method}"
        params: dict[str, str | int] = {"site": site or self._site, "filter": "withbody"}
        params |= {"pagesize": PAGE, **({"key": self._key} if self._key else {}), **asked}
        fetched = fetcher.get(url, params=params)
        said = foreign_json.an_object(fetched.body)
        if fetched.status != _OK or "error_id" in said:
            refused = self._refusal(fetched, said)
            if refused.retry_after:
                fetcher.stay_away(url, refused.retry_after)
            raise refused
        items = said.get("items")
        if not isinstance(items, list):
            raise answers.unreadable(self._where, "a page of its API")
        backoff = timedelta(seconds=max(0, min(markup.count(said.get("backoff")), 86_400)))
        if backoff:
            fetcher.stay_away(url, backoff)
        return Answer(
            tuple(item for item in items if isinstance(item, dict)),
            said.get("has_more") is True,
            backoff,
            _number(said.get("quota_remaining")),
            _number(said.get("quota_max")),
        )

    def _fetcher(self, method: str) -> http.Fetcher:
        """Each method is slowed down by itself, so each has a pace of its own."""
        return http.Fetcher(
            self._name,
            self._given.hosts,
            allow_private=self._own,
            limits=self._limits,
            clock=self._given.clock,
            credential=f"{self._key}/{method}",
            pace=None if self._own else _PACE,
        )

    def _refusal(self, fetched: http.Fetched, said: Mapping[str, Any]) -> SourceError:
        now = self._given.clock()
        error = _number(said.get("error_id")) or 0
        words = markup.title(str(said.get("error_message") or said.get("error_name") or ""))
        status = _TOO_MANY if error == _THROTTLED else fetched.status
        if status == _OK:
            status = error
        refused = answers.refusal(
            self._where, status, fetched.headers, now, self._advice(status, error, words)
        )
        if error == _THROTTLED and refused.retry_after is None:
            told = _AVAILABLE_IN.search(words)
            wait = timedelta(seconds=int(told[1])) if told else _NO_HINT
            refused.retry_after = min(wait, answers.LONGEST_WAIT)
        return refused

    def _advice(self, status: int, error: int, words: str) -> str:
        says = f". It says: {words}" if words else ""
        if error == _THROTTLED or status == _TOO_MANY:
            more = "give it a longer `every`" if self._key else f"set {KEY}, or a longer `every`"
            return f"{more}{says}"
        if error in _OF_THE_KEY or "`key`" in words:
            return f"check {KEY}{says}"
        return {
            400: f"check `site`, `tags` and `query`{says}",
            403: f"it does not let this address in{says}",
            404: "check `api_url`",
        }.get(status, f"it will be tried again{says}")


def _number(said: object) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) else None
