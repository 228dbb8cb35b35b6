"""Secrets: from the environment, or from the file that NAME_FILE names. Never from the settings."""

import re
from collections.abc import Mapping
from pathlib import Path

NAMES = (
    "GOODWORD_X_BEARER_TOKEN",
    "GOODWORD_REDDIT_CLIENT_ID",
    "GOODWORD_REDDIT_CLIENT_SECRET",
    "GOODWORD_STACKEXCHANGE_KEY",
    "GOODWORD_SLACK_BOT_TOKEN",
    "GOODWORD_SLACK_APP_TOKEN",
    "GOODWORD_SLACK_SIGNING_SECRET",
    "GOODWORD_SMTP_PASSWORD",
    "GOODWORD_SECRET_KEY",
    "GOODWORD_CONSOLE_PASSWORD",
    "GOODWORD_PROXY",  # may hold a password
)
_PROXY = re.compile(r"https?://([^\s/@]+@)?(\[[\da-fA-F:.]+\]|[^\s/@:]+)(:\d{1,5})?/?")


def read(environ: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    """Those that are set; what cannot be read is added to `problems`."""
    found = {}
    for name in NAMES:
        file = environ.get(f"{name}_FILE")
        if environ.get(name) and file:
            problems.append(f"{name}: set twice, itself and as {name}_FILE; keep one")
        elif file:
            try:
                found[name] = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{name}_FILE: {file} cannot be read ({_why(error)})")
        elif value := environ.get(name, "").strip():
            found[name] = value
    if (proxy := found.get("GOODWORD_PROXY")) and not _PROXY.fullmatch(proxy):
        problems.append(
            "GOODWORD_PROXY: is no proxy's address: write http://USER:PASSWORD@HOST:PORT"
        )
    return found


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or "not UTF-8 text"
