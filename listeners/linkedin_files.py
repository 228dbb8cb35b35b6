"""A folder of exports: which files are new, and their text, however they are packed.

Whatever lies in the folder may be broken or hostile: sizes are bounded, and nothing is unpacked to
disk.
"""

import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

MOST = 100_000_000  # bytes of one file after unpacking
_MOST_MEMBERS = 10_000
_KINDS = (".zip", ".csv", ".json", ".jsonl", ".ndjson")
# The parts of a member's archive that are read.
_OF_ARCHIVE = re.compile(r"^(?:shares|comments|profile)(?:_\d+)?\.csv$", re.IGNORECASE)


_MARKS_ARCHIVE = re.compile(r"^(?:profile|registration|connections)(?:_\d+)?\.csv$", re.IGNORECASE)
# Private correspondence of third parties is not even opened.
_PRIVATE = re.compile(r"messages(?:_\d+)?\.csv(?:\.gz)?$", re.IGNORECASE)


class FileError(Exception):
    """A file that cannot be read; the message says why."""


class Part(NamedTuple):
    """A text file of an export."""

    name: str  # without folders and ".gz", in lower case
    text: str
    archived: bool = False  # one of the many files of a member's archive


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Exports in `folder` and below, by name: those with a known ending, hidden ones left out."""
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in Path(name).parts)
        bare = path.name.lower().removesuffix(".gz")
        if hidden or _PRIVATE.search(path.name) or not bare.endswith(_KINDS) or not path.is_file():
            continue
        if path.resolve().is_relative_to(root):  # no link leads out of the folder
            yield name, path


def stamp(path: Path, old: str) -> str:
    """Size, time and hash of a file; it is read only where size or time differ from `old`."""
    status = path.stat()
    seen = f"{status.st_size}:{status.st_mtime_ns}"
    if old.rpartition(":")[0] == seen:
        return old
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return f"{seen}:{digest.hexdigest()[:16]}"


def same_content(one: str, other: str) -> bool:
    """Whether two stamps are of the same bytes."""
    return one.rpartition(":")[2] == other.rpartition(":")[2]


def parts(path: Path) -> list[Part]:
    """The texts in an export. Raises FileError."""
    try:
        if path.suffix.lower() == ".zip":
            return list(_of_archive(path))
        return list(_alone(path))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise FileError(f"cannot be unpacked ({error}): is it complete?") from error


def _alone(path: Path) -> Iterator[Part]:
    """One file, and in an archive that somebody has unpacked also whose it is."""
    with path.open("rb") as file:
        packed = path.suffix.lower() == ".gz"
        data = _bounded(gzip.GzipFile(fileobj=file) if packed else file)
    beside = [other for other in path.parent.iterdir() if _MARKS_ARCHIVE.match(other.name)]
    name = path.name.lower().removesuffix(".gz")
    yield Part(name, text_of(data), archived=bool(beside))
    for other in beside:
        if other != path and other.name.lower().startswith("profile") and _OF_ARCHIVE.match(name):
            yield Part(other.name.lower(), text_of(other.read_bytes()[:MOST]), archived=True)


def _of_archive(path: Path) -> Iterator[Part]:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > _MOST_MEMBERS:
            raise FileError(f"has more than {_MOST_MEMBERS} members")
        left = MOST
        for member in members:
            name = member.filename.rpartition("/")[2]
            if not _OF_ARCHIVE.match(name) or not _harmless(member):
                continue
            with archive.open(member) as file:
                data = _bounded(file, left)
            left -= len(data)
            yield Part(name.lower(), text_of(data), archived=True)


def _harmless(member: zipfile.ZipInfo) -> bool:
    name = member.filename.replace("\\", "/")
    outside = name.startswith("/") or ".." in name.split("/") or ":" in name
    encrypted = member.flag_bits & 1
    return not outside and not encrypted and not member.is_dir()


def _bounded(file: IO[bytes] | gzip.GzipFile, most: int = MOST) -> bytes:
    data = file.read(most + 1)
    if len(data) > most:
        raise FileError(f"holds more than {most:,} bytes")
    return data


def text_of(data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else what a spreadsheet in the West writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace").replace("\0", "")
