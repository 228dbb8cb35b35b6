"""What a platform's refusal means, in one line that says what to do."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from domain.errors import SourceError
from domain.text import one_line, shorten

LONGEST_WAIT = timedelta(days=1)  # no platform's word keeps us away for longer

_BUSY = frozenset({429, 503})
_REFUSED = 400  # and above
_SAID = {
    400: "did not understand the question",
    401: "does not know us",
    402: "wants to be paid first",
    403: "does not let us in",
    404: "has nothing at this address",
    410: "says that this is gone for good",
    429: "says that we ask too often",
    451: "may not show this, for legal reasons",
}


def wait_of(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long `headers` (any case) ask us to stay away; None where they do not say.

    Retry-After holds seconds or an HTTP date (RFC 9110, 10.2.3); X's x-rate-limit-reset holds
    the epoch second from which it listens again, Reddit's x-ratelimit-reset the seconds until then.
    """
    said = {name.lower(): value.strip() for name, value in headers.items()}
    if "retry-after" in said:
        return _bounded(_seconds(said["retry-after"], now))
    if "x-rate-limit-reset" in said:
        reset = _number(said["x-rate-limit-reset"])
        return _bounded(None if reset is None else reset - now.timestamp())
    if "x-ratelimit-reset" in said:
        return _bounded(_number(said["x-ratelimit-reset"]))
    return None


def stay_away(status: int, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long an answer asks us not to ask again at all; None where it does not.

    Besides refusals that tell a time, that is an answer that was the last one of its period. (X and
    Reddit tell with every answer when the period ends; that alone asks for nothing.)
    """
    said = {name.lower(): value.strip() for name, value in headers.items()}
    left = said.get("x-rate-limit-remaining") or said.get("x-ratelimit-remaining") or "1"
    spent = (number := _number(left)) is not None and number < 1
    if status in _BUSY or spent or (status >= _REFUSED and "retry-after" in said):
        return wait_of(said, now)
    return None


def refusal(
    where: str, status: int, headers: Mapping[str, str], now: datetime, advice: str = ""
) -> SourceError:
    """The error for an HTTP status that is no success."""
    told = _SAID.get(status, "is out of order" if status >= 500 else "gave an odd answer")  # noqa: PLR2004
    line = f"{where} {told} (HTTP {status})"
    said = f"{line}: {advice}" if advice else line
    return SourceError(said, retry_after=wait_of(headers, now), status=status)


def unreachable(where: str, error: Exception) -> SourceError:
    """The error for a connection that failed or fell silent. Raise it `from error`."""
    why = shorten(one_line(str(error)), 200) or type(error).__name__
    return SourceError(f"{where} cannot be reached ({why}); it will be tried again")


def unreadable(where: str, what: str) -> SourceError:
    """The error for an answer that is not `what` was asked for, although it says 200."""
    return SourceError(
        f"{where} answered with something that is not {what}: is the address right, "
        "and does nothing (a login page, a proxy) stand between?"
    )


def _seconds(said: str, now: datetime) -> float | None:
    number = _number(said)
    if number is not None:
        return number
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now.timestamp()


def _number(said: str) -> float | None:
    try:
        number = float(said)
    except ValueError:
        return None
    return number if abs(number) < 1e12 else None  # noqa: PLR2004 - no time, and not infinite


def _bounded(seconds: float | None) -> timedelta | None:
    if seconds is None or seconds <= 0:
        return None
    return min(timedelta(seconds=seconds), LONGEST_WAIT)
