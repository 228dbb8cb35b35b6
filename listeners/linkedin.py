"""LinkedIn: a folder of exports that people put there.

LinkedIn has no interface for searching posts, and forbids scraping. What is read here, somebody
exported: the archive of a member's own data, or the result of a search tool.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from domain.errors import SourceError
from domain.types import Post
from listeners import linkedin_export, linkedin_files
from listeners.base import Batch, Given, SourceOptions
from listeners.linkedin_files import File, FileError, shown

log = logging.getLogger(__name__)

SECRETS: tuple[str, ...] = ()

# Article 6(1) of the GDPR, a to f.
Basis = Literal[
    "",
    "consent",
    "contract",
    "legal_obligation",
    "vital_interests",
    "public_task",
    "legitimate_interests",
]
_NAMED = 5  # troubles of one file that are told; of more, their number
_READER = 2  # one more whenever files that could not be read before may be readable now


class Options(SourceOptions):
    folder: Annotated[Path, Field(description="relative to where the program is started")]
    messages: bool = False  # read private messages in members' archives too
    lawful_basis: Basis = ""

    def doubts(self) -> tuple[str, ...]:
        found = []
        if not self.lawful_basis:
            what = "private messages" if self.messages else "posts"
            found.append(
                f"an export holds what other people wrote ({what}), which the GDPR lets nobody "
                "keep without a lawful basis: state yours with `lawful_basis`"
            )
        if "since" in self.model_fields_set:
            found.append("`since` means nothing for exports, whose files are read whole: remove it")
        return (*super().doubts(), *found)


class Kept(NamedTuple):
    """What is remembered of a file."""

    stamp: str = ""  # "": look again in any case
    troubles: tuple[str, ...] = ()


class LinkedInListener:
    platform = "linkedin"

    def __init__(self, options: Options, clock: Callable[[], datetime]) -> None:
        self.name = options.name
        self.every = options.every
        self._folder = options.folder
        self._messages = options.messages
        self._clock = clock

    def fetch(self, cursor: str | None) -> Batch:
        """Each file once, and again when its content has changed. `since` means nothing here: what
        somebody puts into the folder is meant to be read.

        What cannot be read is a notice as long as it lies there unchanged, and no error. A post
        that a changed file tells again is brought up to date.
        """
        before = _remembered(cursor, messages=self._messages)
        posts, kept, again = dict[str, Post](), dict[str, Kept](), set[str]()
        for file in sorted(self._files(), key=_written):  # so that the latest word counts
            old = before.get(file.name, Kept())
            try:
                kept[file.name], found = self._look(file, old)
            except FileNotFoundError:  # it went away while we looked
                continue
            posts.update((post.key, post) for post in found)
            again |= {post.key for post in found if old.stamp}
        notices = tuple(
            f"{shown(name)} {trouble}"
            for name, one in sorted(kept.items())
            for trouble in one.troubles
        )
        remembered = _to_remember(kept, messages=self._messages)
        return Batch(tuple(posts.values()), remembered, notices, earlier=dict.fromkeys(again, ()))

    def _files(self) -> list[File]:
        if not self._folder.is_dir():
            raise SourceError(f"{self.name}: there is no folder {self._folder}: check `folder`")
        try:
            return linkedin_files.files(self._folder, messages=self._messages)
        except OSError as error:
            said = f"{self.name}: {self._folder} cannot be read ({error.strerror})"
            raise SourceError(f"{said}: let Goodword read it") from error

    def _look(self, file: File, old: Kept) -> tuple[Kept, tuple[Post, ...]]:
        """What to remember of a file, and its posts if it is new or has changed."""
        if file.trouble:
            return Kept("", (file.trouble,)), ()
        try:
            stamp = linkedin_files.stamp(file.path, old.stamp)
            if old.stamp and linkedin_files.same_content(old.stamp, stamp):
                return old._replace(stamp=stamp), ()
            return self._read(file, stamp)
        except FileNotFoundError:
            raise
        except OSError as error:
            return Kept("", (f"cannot be opened ({error.strerror}): let Goodword read it",)), ()

    def _read(self, file: File, stamp: str) -> tuple[Kept, tuple[Post, ...]]:
        written = datetime.fromtimestamp(file.path.stat().st_mtime, UTC)
        try:
            export = linkedin_export.read(
                file.path, self._folder, written, self._clock(), messages=self._messages
            )
        except FileError as error:
            log.warning("%s: %s %s", self.name, shown(file.name), error)
            return Kept(stamp, (str(error),)), ()
        for line in export.told:
            log.info("%s: %s: %s", self.name, shown(file.name), line)
        for trouble in export.troubles:
            log.warning("%s: %s %s", self.name, shown(file.name), trouble)
        return Kept(stamp, _few(export.troubles)), export.posts


def make(options: Options, given: Given) -> LinkedInListener:
    return LinkedInListener(options, given.clock)


def _written(file: File) -> float:
    try:
        return file.path.lstat().st_mtime
    except OSError:
        return 0.0


def _few(troubles: Sequence[str]) -> tuple[str, ...]:
    if len(troubles) <= _NAMED:
        return tuple(troubles)
    more = f"has {len(troubles) - _NAMED:,} more parts that cannot be read: see the log"
    return (*troubles[:_NAMED], more)


# ------------------------------------------------------------------ what the cursor holds


def _remembered(cursor: str | None, *, messages: bool) -> Mapping[str, Kept]:
    """Of each file. What could not be read is forgotten when Goodword has learned to read more;
    everything, when messages are wanted that were left out before."""
    try:
        said = json.loads(cursor or "{}")
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    files = said.get("files", said)
    if not isinstance(files, dict) or (messages and not said.get("messages")):
        return {}
    kept = {str(name): _kept(value) for name, value in files.items()}
    same = said.get("reader") == _READER
    return {name: one for name, one in kept.items() if same or not one.troubles}


def _kept(value: Any) -> Kept:
    stamp, *troubles = value if isinstance(value, list) and value else [value]
    return Kept(str(stamp), tuple(map(str, troubles)))


def _to_remember(kept: Mapping[str, Kept], *, messages: bool) -> str:
    files = {name: [one.stamp, *one.troubles] for name, one in kept.items()}
    return json.dumps({"reader": _READER, "messages": messages, "files": files})
