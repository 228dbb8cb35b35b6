"""A folder of exports: which files lie there, and which have changed."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from domain.text import one_line, shorten
from listeners import linkedin_names

MOST = 100_000_000  # bytes of one file, after unpacking


class FileError(Exception):
    """A file, or a part of it, that cannot be read; the message says why and what to do."""


class File(NamedTuple):
    name: str  # with its folders, from the watched one on
    path: Path
    trouble: str = ""  # why it is not even opened, with what to do


def shown(name: str) -> str:
    """`name` as it may stand in a notice or a log: names of files are foreign text."""
    return shorten(one_line(name.encode(errors="replace").decode()), 200)


def files(folder: Path, *, messages: bool) -> list[File]:
    """All exports in `folder` and below, by name. Hidden files are left out, and what holds no
    posts; private messages too, unless they are wanted: those are not even opened.

    Raises OSError if `folder` itself cannot be listed.
    """
    found: list[File] = []
    root = folder.resolve()

    def closed(error: OSError) -> None:
        path = Path(error.filename)
        if path == folder:
            raise error
        name = path.relative_to(folder).as_posix()
        found.append(File(name, path, f"cannot be opened ({error.strerror}): let Goodword read it"))

    for at, inner, names in os.walk(folder, onerror=closed):
        inner[:] = [name for name in inner if not linkedin_names.is_hidden(name)]
        linked = [name for name in inner if Path(at, name).is_symlink()]
        for name in (*names, *linked):
            path = Path(at, name)
            whole = path.relative_to(folder).as_posix()
            if not linkedin_names.is_left_out(whole, messages=messages):
                found += _seen(whole, path, root)
    return sorted(found)


def _seen(name: str, path: Path, root: Path) -> Iterator[File]:
    instead = linkedin_names.otherwise(name)
    if path.is_symlink() and path.is_dir():
        yield File(name, path, "is a link to a folder, which is not followed: put that folder here")
    elif linkedin_names.is_hidden(name) or not (instead or linkedin_names.is_readable(name)):
        return
    elif not _is_within(path, root):
        yield File(name, path, "is a link that leads out of the folder: put the file itself here")
    elif path.is_file():  # no pipe, no device
        yield File(name, path, instead)


def _is_within(path: Path, root: Path) -> bool:
    try:
        return not path.is_symlink() or path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # links in a circle
        return False


def stamp(path: Path, old: str) -> str:
    """Size, time and hash of a file; it is read only where size or time differ from `old`.

    Raises OSError.
    """
    status = path.stat()
    seen = f"{status.st_size}:{status.st_mtime_ns}"
    if old.rpartition(":")[0] == seen:
        return old
    if status.st_size > MOST:  # an archive with films: its time has to do
        return f"{seen}:{status.st_size}-{status.st_mtime_ns}"
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return f"{seen}:{digest.hexdigest()[:16]}"


def same_content(one: str, other: str) -> bool:
    """Whether two stamps are of the same bytes."""
    return one.rpartition(":")[2] == other.rpartition(":")[2]
