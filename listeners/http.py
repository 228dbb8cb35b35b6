"""One exchange over HTTP that can neither hang, nor flood us, nor be led into our own network."""

import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx

from domain.errors import SourceError
from listeners import answers, targets
from listeners.hosts import OWN, STRANGERS, Hosts, Pace, Turn
from listeners.targets import Target, is_public, shown, without_login
from listeners.wires import OverdueError, TooBigError, Whither

__all__ = ["AGENT", "USUAL", "Fetched", "Fetcher", "Limits", "is_public", "shown", "without_login"]

AGENT = "goodword/0.1 (reads public posts; asks seldom)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_MAX_REDIRECTS = 5
_MAX_ADDRESSES = 3  # of one host that are tried before it counts as unreachable
_SERVER_ERROR = 500  # and above
_PROXY_WANTS_LOGIN = 407
_UNREACHED = ("502", "503", "504")  # by a proxy that was asked for a tunnel
_CONNECTING = (httpx.ConnectError, httpx.ConnectTimeout)
_SECRET = frozenset({"authorization", "cookie"})  # headers that no other host may see


class Limits(NamedTuple):
    """Seconds, but `size`: bytes of a body after unpacking."""

    connect: float = 5.0
    read: float = 30.0  # between two pieces of an answer
    total: float = 60.0  # with all redirects
    size: int = 5_000_000


USUAL = Limits()


class Fetched(NamedTuple):
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    url: str  # after redirects
    moved_to: str = ""  # whither permanent redirects lead (301, 308), if the way began with one


class _Question(NamedTuple):
    method: str
    headers: Mapping[str, str]
    body: bytes
    ends: float  # time.monotonic
    pace: Pace
    known_as: str


class Fetcher:
    """Fetches from public addresses, and from private ones only with `allow_private`.

    The address that was checked is the one that is connected to: a name that resolves
    differently a moment later changes nothing. Proxies of the environment are not used, since
    through them nobody could tell whither a name leads. The operator's own (`Hosts.proxy`) is; it
    finds names by itself, after they were found here to lead to no private address.
    """

    def __init__(
        self,
        name: str = "",
        hosts: Hosts | None = None,
        *,
        allow_private: bool = False,
        limits: Limits = USUAL,
        clock: Callable[[], datetime] | None = None,
        credential: str = "",
        pace: Pace | None = None,
    ) -> None:
        """`name` stands before every error. `hosts`: None for a pacer of its own.

        `allow_private`: what is asked is the operator's own (`api_url`, `allow_private`): private
        addresses are admitted, no proxy is used, and it is not spared as a stranger's host is.
        `credential`: what the host knows us by; those who share it (and the host) share a pace, and
        its "stay away" is meant for all of them. Only a hash of it is kept. For an interface that
        counts its parts apart, each part has one; where nobody is known, it may be any name.
        `pace`: what the platform allows, where it says so.
        """
        self._prefix = f"{name}: " if name else ""
        self._hosts = hosts or Hosts()
        self._allow_private = allow_private
        self._limits = limits
        self._timeout = httpx.Timeout(limits.read, connect=limits.connect).as_dict()
        self._clock = clock or _system_clock
        self._known_as = hashlib.sha256(credential.encode()).hexdigest() if credential else ""
        self._usual = OWN if allow_private else STRANGERS
        self._pace = pace or self._usual
        self._proxied = bool(self._hosts.proxy) and not allow_private

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """What `url` holds, redirects followed; any status. Raises SourceError.

        A login in `url`, and headers that say who we are, do not go along to another host.
        """
        target = self._target(url, params=params)
        login = {"Authorization": target.login} if target.login else {}
        question = self._question("GET", {**login, **(headers or {})})
        moved_to, lasting = "", True
        for _ in range(_MAX_REDIRECTS + 1):
            fetched = self._exchange(target, question)
            leads_to = fetched.headers.get("location") if fetched.status in _REDIRECTS else None
            if not leads_to:
                return fetched._replace(moved_to=moved_to)
            before, target = target, self._target(str(target.url), leads_to)
            lasting = lasting and fetched.status in _PERMANENT
            moved_to = str(target.url) if lasting else moved_to
            if not target.same_origin(before):
                kept = {k: v for k, v in question.headers.items() if k.lower() not in _SECRET}
                question = question._replace(headers=kept, pace=self._usual, known_as="")
        where = f"{self._prefix}{shown(url)}"
        raise SourceError(f"{where} leads in circles: more than {_MAX_REDIRECTS} redirects")

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
        """One exchange of any kind; redirects are the caller's to follow. Raises SourceError."""
        return self._exchange(self._target(url), self._question(method, headers, body))

    def stay_away(self, url: str, wait: timedelta) -> None:
        """The host of `url` asked for it in words of its own (a field of its JSON)."""
        seconds = min(wait, answers.LONGEST_WAIT).total_seconds()
        self._hosts.hold(_key(self._target(url), self._known_as), seconds, self._clock)

    def _question(self, method: str, headers: Mapping[str, str], body: bytes = b"") -> _Question:
        ends = time.monotonic() + self._limits.total
        sent = {"User-Agent": AGENT, **headers, "Accept-Encoding": "gzip"}
        return _Question(method, sent, body, ends, self._pace, self._known_as)

    def _target(
        self, url: str, link: str = "", params: Mapping[str, str | int] | None = None
    ) -> Target:
        try:
            return targets.target(targets.joined(url, link, params) if link or params else url)
        except ValueError as error:
            raise SourceError(f"{self._prefix}{shown(link or url)} {error}") from error

    def _exchange(self, target: Target, question: _Question) -> Fetched:
        where, key = f"{self._prefix}{target.host}", _key(target, question.known_as)
        with self._hosts.turn(where, key, question.pace, self._clock) as turn:
            fetched = self._asked(target, question, turn)
            stay_away = answers.stay_away(fetched.status, fetched.headers, self._clock())
            if fetched.status >= _SERVER_ERROR:
                turn.failed(stay_away)
            else:
                turn.heard(stay_away)
            return fetched

    def _asked(self, target: Target, question: _Question, turn: Turn) -> Fetched:
        """By the first of its addresses that can be connected to."""
        addresses = self._addresses(target, turn)
        for address in addresses:
            try:
                return self._from(address, target, question)
            except (httpx.HTTPError, httpx.InvalidURL, OverdueError, TooBigError) as error:
                another = isinstance(error, _CONNECTING) and address != addresses[-1]
                if not another or time.monotonic() >= question.ends:
                    raise self._told(target, error, turn) from error
        raise SourceError(f"{self._prefix}{target.shown} has no address")

    def _from(self, address: str, target: Target, question: _Question) -> Fetched:
        named = {"sni_hostname": target.url.raw_host.decode()} if address else {}
        request = httpx.Request(
            question.method,
            targets.at_address(target.url, address) if address else target.url,
            headers={**question.headers, "Host": target.host},
            content=question.body or None,
            extensions={"timeout": self._timeout, **named},
        )
        whither = Whither(target.url.scheme, target.place, address)
        answer = self._hosts.wires.ask(whither, request, question.ends, self._limits.size)
        if self._proxied and answer.status == _PROXY_WANTS_LOGIN:
            raise httpx.ProxyError("407 Proxy Authentication Required")
        return Fetched(answer.status, answer.headers, answer.body, str(target.url))

    def _told(self, target: Target, error: Exception, turn: Turn) -> SourceError:
        where = f"{self._prefix}{target.shown}"
        if isinstance(error, TooBigError):
            turn.heard()
            return SourceError(f"{where} sent more than {self._limits.size:,} bytes; not read")
        if self._proxied:
            where = f"{where} through the proxy"
            if isinstance(error, httpx.ProxyError) and not str(error).startswith(_UNREACHED):
                return SourceError(f"{where} cannot be reached ({error}): check GOODWORD_PROXY")
            if isinstance(error, _CONNECTING):  # with the proxy: the host is not to blame
                return answers.unreachable(where, error)
        turn.failed()
        if isinstance(error, OverdueError):
            return SourceError(f"{where} took longer than {self._limits.total:.0f} s; given up")
        return answers.unreachable(where, error)

    def _addresses(self, target: Target, turn: Turn) -> list[str]:
        """The host's addresses that may be asked, in the order to try them; "" is the proxy's."""
        where = f"{self._prefix}{target.shown}"
        try:
            found = self._hosts.resolve(target.url.raw_host.decode(), target.port)
        except (OSError, UnicodeError) as error:
            if self._proxied:  # many that must use a proxy cannot resolve names at all
                return [""]
            turn.failed()
            raise answers.unreachable(where, error) from error
        allowed = [a for a in found if self._allow_private or is_public(a)]
        if not allowed or (self._proxied and allowed != found):
            raise SourceError(
                f"{where} is an address of a private network, which is not read: "
                "set allow_private = true if that is meant"
            )
        return [""] if self._proxied else allowed[:_MAX_ADDRESSES]


def _key(target: Target, known_as: str) -> str:
    return f"{target.place} {known_as}"


def _system_clock() -> datetime:
    return datetime.now(UTC)
