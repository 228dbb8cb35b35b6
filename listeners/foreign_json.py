"""JSON as strangers send it: odd bytes and endless numbers make no answer unreadable."""

import json
from typing import Any

_LONGEST = 30  # digits of a whole number; no platform counts so far


def read(body: bytes) -> Any:
    """Raises ValueError where `body` is no JSON."""
    try:
        text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
        return json.loads(text, parse_int=_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def an_object(body: bytes) -> dict[str, Any]:
    """The JSON object that `body` holds; an empty one where it holds none."""
    try:
        said = read(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST else 0
