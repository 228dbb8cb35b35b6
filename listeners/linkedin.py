"""LinkedIn: a folder of exports that people put there.

LinkedIn has no interface for searching posts, and forbids scraping. What is read here, somebody
exported: the archive of a member's own data, or the result of a search tool.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.errors import SourceError
from domain.types import Post
from listeners import linkedin_files, linkedin_posts, linkedin_rows
from listeners.base import Batch, SourceOptions
from listeners.batches import posts_of
from listeners.linkedin_files import FileError
from listeners.linkedin_rows import Sort

log = logging.getLogger(__name__)

SECRETS: tuple[str, ...] = ()


class Options(SourceOptions):
    folder: Annotated[Path, Field(description="relative to where the program is started")]


class LinkedInListener:
    platform = "linkedin"

    def __init__(self, options: Options, clock: Callable[[], datetime]) -> None:
        self.name = options.name
        self.every = options.every
        self._folder = options.folder
        self._clock = clock

    def fetch(self, cursor: str | None) -> Batch:
        """Each file once, and again when its content has changed. `since` means nothing here: what
        somebody puts into the folder is meant to be read.

        A file that cannot be read is tried again with every look, and said aloud as an error as
        soon as nothing else is new.
        """
        if not self._folder.is_dir():
            raise SourceError(f"{self.name}: there is no folder {self._folder}: check `folder`")
        stamps, posts, troubles = _read(cursor), dict[str, Post](), list[str]()
        kept: dict[str, str] = {}
        try:
            for name, path in linkedin_files.files(self._folder):
                old = stamps.get(name, "")
                kept[name] = linkedin_files.stamp(path, old)
                if old and linkedin_files.same_content(old, kept[name]):
                    continue
                try:
                    posts.update((post.key, post) for post in self._posts(name, path))
                except FileError as error:
                    del kept[name]
                    troubles.append(f"{name} {error}")
        except OSError as error:
            raise SourceError(f"{self.name}: {self._folder} cannot be read: {error}") from error
        for trouble in troubles:
            log.warning("%s: %s", self.name, trouble)
        if troubles and not posts:
            raise SourceError(f"{self.name}: {'; '.join(troubles)}: put it right or take it away")
        return Batch(tuple(posts.values()), json.dumps(kept))

    def _posts(self, name: str, path: Path) -> list[Post]:
        parts = linkedin_files.parts(path)
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        export = linkedin_posts.Export(written, self._clock(), linkedin_rows.member(parts))
        posts: list[Post] = []
        for part in parts:
            found = linkedin_rows.rows_of(part)
            if found.broken:
                log.warning("%s: %s: %d rows could not be read", self.name, name, found.broken)
            posts += _made(found, export, f"{self.name}: {name}")
        return posts


def make(
    options: Options, secrets: Mapping[str, str], clock: Callable[[], datetime]
) -> LinkedInListener:
    del secrets  # there are none
    return LinkedInListener(options, clock)


def _made(found: linkedin_rows.Rows, export: linkedin_posts.Export, where: str) -> tuple[Post, ...]:
    if found.sort is Sort.NONE:
        return ()
    try:
        return posts_of(
            found.rows, lambda row: linkedin_posts.post_of(found.sort, row, export), where
        )
    except SourceError as error:
        raise FileError(str(error)) from error


def _read(cursor: str | None) -> dict[str, str]:
    try:
        said = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}
