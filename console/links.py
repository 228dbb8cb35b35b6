"""Addresses that are their own key: whoever holds one may answer for that one thing.

A token names what it is for and is signed; it holds ids, nothing secret. Each purpose has its own
salt, so that none can be used for another.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from itsdangerous import BadData, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer

from domain.errors import GoodwordError

VALID_DAYS = 14
_ASK, _STOP = "goodword: answer an ask", "goodword: stop messages"
_SHA = {"digest_method": hashlib.sha256}
_DAY = 86_400  # seconds


class LinkError(GoodwordError):
    """`expired`: it was ours once; else somebody changed it."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.expired = expired


def ask_link(base_url: str, secret: str, ask_key: str) -> str:
    """The advocate's page for one ask. Good for VALID_DAYS days."""
    return f"{base_url.rstrip('/')}/a/{_ask_signer(secret).dumps({'ask': ask_key})}"


def unsubscribe_link(base_url: str, secret: str, advocate_id: str) -> str:
    """RFC 8058's one-click address. Never expires: a right to be left alone does not either."""
    return f"{base_url.rstrip('/')}/u/{_stop_signer(secret).dumps({'advocate': advocate_id})}"


def opportunity_link(base_url: str, key: str) -> str:
    """An opportunity's page on the board; needs a sign-in where the board does."""
    return f"{base_url.rstrip('/')}{opportunity_path(key)}"


def opportunity_path(key: str) -> str:
    """A key may hold any character ("/" in a feed's ids): all of them are kept from the server."""
    return f"/o/{quote(key, safe=':')}"


def read_ask(secret: str, token: str) -> str:
    """The ask's key. Raises LinkError."""
    try:
        return _named(_ask_signer(secret).loads(token, max_age=VALID_DAYS * _DAY), "ask")
    except SignatureExpired as error:
        raise LinkError("this link has run out", expired=True) from error
    except BadData as error:
        raise LinkError("this is no link of ours") from error


def read_unsubscribe(secret: str, token: str) -> str:
    """The advocate's id. Raises LinkError."""
    try:
        return _named(_stop_signer(secret).loads(token), "advocate")
    except BadData as error:
        raise LinkError("this is no link of ours") from error


def kept_key(file: Path) -> str:
    """A key of this installation's own, made once, readable for its user alone.

    For a board on loopback without GOODWORD_SECRET_KEY. Raises OSError.
    """
    if not file.exists():
        mine = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        mine.touch(0o600)
        mine.write_text(secrets.token_urlsafe(32) + "\n", encoding="ascii")
        with suppress(FileExistsError):  # another process was first: its key counts
            os.link(mine, file)
        mine.unlink()
    return file.read_text(encoding="ascii").strip()


def _named(said: Any, name: str) -> str:
    if not isinstance(said, dict) or not isinstance(said.get(name), str):
        raise LinkError("this is no link of ours")
    return str(said[name])


def _ask_signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_ASK, signer_kwargs=_SHA)


def _stop_signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_STOP, signer_kwargs=_SHA)
