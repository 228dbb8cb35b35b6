"""What the commands share. Light on purpose: heavy modules are imported when they are needed."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from config.settings import Settings
    from pipeline.kit import Kit
    from storage.store import Store

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class Chosen:
    """What stood before the command."""

    config: Path | None = None
    verbose: bool = False


def now() -> datetime:
    return datetime.now(UTC)


def log(*, quiet: bool = False) -> None:
    from pipeline.logs import set_up

    set_up(verbose=Chosen.verbose, quiet=quiet)


def settings(*, need_secrets: bool = True) -> "Settings":
    from config.settings import DEFAULT, load

    named = Chosen.config or os.environ.get("GOODWORD_CONFIG") or DEFAULT
    return load(Path(named), os.environ, now, need_secrets=need_secrets)


def store(of: "Settings") -> "Store":
    from storage.store import Store

    return Store(of.storage.url)


@contextmanager
def kit(*, need_secrets: bool = True) -> Iterator["Kit"]:
    """All that the steps work with; closed at the end."""
    from console.doors import addresses
    from pipeline.kit import Kit

    read = settings(need_secrets=need_secrets)
    opened = store(read)
    try:
        yield Kit(read, opened, addresses(read))
    finally:
        opened.close()


def refuse(problem: str) -> NoReturn:
    """Wrong usage."""
    from domain.errors import ConfigError

    raise ConfigError([problem])


def print_json(document: Any) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def note(line: str) -> None:
    """Beside the result, on stderr."""
    sys.stderr.write(line + "\n")


def say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
