"""One Discourse forum as guests see it: its addresses that end in .json."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from listeners import answers, foreign_json, http, markup, rechecks
from listeners.base import Given
from listeners.hosts import Pace

_PACE = Pace(at_once=2, per_minute=100, burst=20)  # it allows 200 a minute and 50 in ten seconds
_CHUNK = 20  # posts in one request
_OK = 200
_NOT_FOR_GUESTS = frozenset({401, 403})
_NOT_THERE = frozenset({403, 404})
_GONE, _OVERLOADED, _TOO_MANY = 410, 409, 429
_MEMBERS = "it is open to members only: ask its owners to open it to guests, or remove this source"
_GUARD = "its guard lets no programs in: ask its owners to let this one in, or remove this source"

Record = Mapping[str, Any]


class Site:
    def __init__(
        self, name: str, address: str, api_url: str, given: Given, limits: http.Limits, *, own: bool
    ) -> None:
        """`api_url`: asked instead of `address`, if it is given."""
        self.where = f"{name}: {address.partition('://')[2]}"
        self.address = address
        self._base = (api_url or address).rstrip("/")
        self._clock = given.clock
        self._fetcher = http.Fetcher(
            name,
            given.hosts,
            allow_private=own,
            limits=limits,
            clock=given.clock,
            pace=None if own else _PACE,
        )

    def get(self, path: str, asked: Iterable[tuple[str, str | int]] = ()) -> Record:
        """A JSON object. Raises SourceError."""
        return self._read(self._fetched(path, asked))

    def find(self, path: str, asked: Iterable[tuple[str, str | int]] = ()) -> Record | None:
        """The same; None where the forum itself says that guests do not see it (any more). A 404
        of whatever else stands between says nothing of the kind."""
        fetched = self._fetched(path, asked)
        if fetched.status == _GONE:
            return None
        if fetched.status in _NOT_THERE and "errors" in foreign_json.an_object(fetched.body):
            return None
        return self._read(fetched)

    def posts(self, topic: str, ids: Sequence[str]) -> list[Record]:
        """Those of `ids` that stand in the topic and can be seen. Raises SourceError."""
        found: list[Record] = []
        for some in rechecks.chunks(ids, _CHUNK):
            answer = self.find(f"/t/{topic}/posts.json", [("post_ids[]", one) for one in some])
            if answer is None:
                break
            found += stream_of(answer)[0]
        return found

    def _fetched(self, path: str, asked: Iterable[tuple[str, str | int]]) -> http.Fetched:
        query = urlencode(list(asked))
        return self._fetcher.get(
            f"{self._base}{path}{'?' if query else ''}{query}",
            headers={"Accept": "application/json"},
        )

    def _read(self, fetched: http.Fetched) -> Record:
        said = foreign_json.an_object(fetched.body)
        if fetched.status != _OK:
            refused = answers.refusal(
                self.where,
                fetched.status,
                fetched.headers,
                self._clock(),
                _advice(fetched.status, said),
            )
            extras = said.get("extras")
            if refused.retry_after is None and isinstance(extras, dict):
                seconds = min(max(0, markup.count(extras.get("wait_seconds"))), 86_400)
                refused.retry_after = timedelta(seconds=seconds) or None
            raise refused
        if urlsplit(fetched.url).path.endswith(("/login", "/session/sso")):
            raise answers.refusal(self.where, 401, {}, self._clock(), _MEMBERS)
        if not said:
            raise answers.unreadable(self.where, "Discourse's JSON")
        return said


def stream_of(answer: Record) -> tuple[list[Record], list[str]]:
    """The posts that an answer holds, and the ids of all that the topic has."""
    stream = answer.get("post_stream")
    stream = stream if isinstance(stream, dict) else {}
    return records(stream, "posts"), [str(one) for one in _list(stream, "stream")]


def records(said: Record, name: str) -> list[Record]:
    return [one for one in _list(said, name) if isinstance(one, dict)]


def _list(said: Record, name: str) -> list[Any]:
    found = said.get(name)
    return found if isinstance(found, list) else []


def _advice(status: int, said: Record) -> str:
    if status in _NOT_FOR_GUESTS:
        return _MEMBERS if "errors" in said else _GUARD
    return {
        400: "check `url` and `search`",
        404: "check `url`: does it lead to a Discourse forum, and is its category or tag there?",
        _OVERLOADED: "it is overloaded; it will be tried again",
        _GONE: "remove this source",
        _TOO_MANY: "give it a longer `every`",
    }.get(status, "it will be tried again")
