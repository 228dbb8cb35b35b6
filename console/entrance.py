"""Who is let in: the password, who signed in as whom, and how often one may guess."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from domain.text import one_line, shorten

SIGNED_IN_FOR = timedelta(hours=12)
UNNAMED = "board"  # whoever decides on this machine without having told a name

_TRIES, _WITHIN = 5, timedelta(minutes=5)
_MOST_ADDRESSES = 1_000


def session_key(secret: str, password: str) -> str:
    """Another password, and all sessions are over."""
    said = f"goodword: sessions: {password}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def right(password: str, given: str) -> bool:
    """In the same time, whatever is given."""
    return hmac.compare_digest(password.encode(), given.encode())


def person(said: str) -> str:
    """A reviewer's name as it is kept: without ":", which marks advocates in the history."""
    return shorten(one_line(said.replace(":", " ")), 60)


def csrf_token(session: dict[str, Any]) -> str:
    """Of this session, made when a form first needs it."""
    if not session.get("csrf"):
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def csrf_right(session: Mapping[str, Any], given: str) -> bool:
    kept = str(session.get("csrf", ""))
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode())


def way_back(target: str) -> str:
    """A path of ours, "/" for anything that could lead elsewhere."""
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if ours and not parts.netloc and target.isprintable() else "/"


@dataclass
class Patience:
    """Passwords tried by each address, in memory: a handful within a few minutes, then a wait."""

    _tried: dict[str, list[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, address: str, now: datetime) -> bool:
        """One try, counted before the password is looked at, so that a hundred at once count as a
        hundred; False where none is left."""
        with self._lock:
            recent = [when for when in self._tried.get(address, ()) if when > now - _WITHIN]
            if len(recent) >= _TRIES:
                return False
            self._tried[address] = [*recent, now]
            while len(self._tried) > _MOST_ADDRESSES:
                self._tried.pop(next(iter(self._tried)))
            return True

    def forgive(self, address: str) -> None:
        with self._lock:
            self._tried.pop(address, None)
