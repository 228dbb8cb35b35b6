"""The texts within a file of an export, however it is packed.

Whatever lies there may be broken or hostile: sizes are bounded, and nothing is unpacked to disk.
"""

import gzip
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from listeners import linkedin_names
from listeners.linkedin_files import MOST, FileError, shown

_MOST_MEMBERS = 100_000
_BROKEN = (
    *(OSError, EOFError, ValueError, OverflowError, RuntimeError, NotImplementedError),
    *(IndexError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile),
)
_GONE_BAD = "is it complete? Copy or export it again, or take it away"
_ZIP, _GZIP, _WORKBOOK = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
_FIRST = 4_000  # bytes from which an encoding is guessed


class Part(NamedTuple):
    """A text file of an export."""

    name: str  # with the folders within the export
    text: str
    where: str = ""  # its name as it may be shown; "" where the file is all there is
    archived: bool = False  # it lies among the many files of a member's archive


class Unpacked(NamedTuple):
    parts: tuple[Part, ...]
    troubles: tuple[str, ...]  # what could not be read, where, and what to do


def unpack(path: Path, root: Path, wanted: Callable[[str], bool]) -> Unpacked:
    """The texts in an export below the folder `root`. Of a member's archive only those whose names
    are `wanted`. Raises FileError if nothing of it can be read, OSError if it cannot be opened."""
    with path.open("rb") as file:
        if path.suffix.lower() == ".zip":
            return _of_zip(file, wanted)
        text = _text(file, path.name)
    beside = sorted(path.parent.iterdir())
    archived = any(linkedin_names.marks_archive(other.name) for other in beside)
    profile = _profile(path, root) if wanted(path.name) else ()
    return Unpacked((*profile, Part(path.name, text, archived=archived)), ())


def _profile(path: Path, root: Path) -> tuple[Part, ...]:
    """Of the member whose unpacked archive `path` belongs to: beside it, or one folder up."""
    for folder in (path.parent, path.parent.parent):
        for other in sorted(folder.iterdir()):
            if other != path and linkedin_names.is_profile(other.name) and other.is_file():
                with other.open("rb") as file:
                    return (Part(other.name, text_of(file.read(_FIRST * 25))),)
        if folder == root:
            break
    return ()


def _of_zip(file: IO[bytes], wanted: Callable[[str], bool]) -> Unpacked:
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise FileError(f"cannot be unpacked ({error}): {_GONE_BAD}") from error
    parts, troubles, left = [], [], MOST
    with archive:
        if len(archive.infolist()) > _MOST_MEMBERS:
            raise FileError(f"has more than {_MOST_MEMBERS:,} members: unpack what is meant")
        for member in _chosen(archive, wanted):
            where = shown(member.filename)
            try:
                part = _part(archive, member, left)
            except FileError as error:
                troubles.append(f"({where}) {error}")
                continue
            except _BROKEN as error:
                troubles.append(f"({where}) cannot be unpacked ({error}): {_GONE_BAD}")
                continue
            left -= member.file_size
            parts.append(part._replace(where=where))
    return Unpacked(tuple(parts), tuple(troubles))


def _chosen(archive: zipfile.ZipFile, wanted: Callable[[str], bool]) -> Iterator[zipfile.ZipInfo]:
    """Of a member's archive only known files, whatever else lies there; otherwise all that might
    be exports, and zips, of which somebody has to be told that they are not read."""
    members = [one for one in archive.infolist() if not one.is_dir()]
    names = [one.filename for one in members]
    archived = any(
        linkedin_names.marks_archive(name) or linkedin_names.plain(name) == linkedin_names.SHARES
        for name in names
    )
    for one in members:
        name = one.filename
        if linkedin_names.is_hidden(linkedin_names.base(name)) or "__MACOSX" in name:
            continue
        loose = linkedin_names.is_readable(name) and not linkedin_names.holds_no_posts(name)
        if wanted(name) or (loose and not archived) or name.lower().endswith(".zip"):
            yield one


def _part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> Part:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name:
        raise FileError("leads out of the archive, so it is left out: look where it came from")
    if name.lower().endswith(".zip"):
        raise FileError("is a zip within a zip, which is not read: unpack it")
    if member.flag_bits & 1:
        raise FileError("is locked with a password: unpack it yourself")
    if member.file_size > left:
        raise FileError(f"would unpack to more than {MOST:,} bytes: is this an export?")
    with archive.open(member) as file:
        return Part(name, _text(file, name, left))


def _text(file: IO[bytes], name: str, most: int = MOST) -> str:
    """Of an open file, unpacked where it was packed by gzip, under whatever name."""
    head = file.read(4)
    file.seek(0)
    if head in (_ZIP, _WORKBOOK):
        raise FileError("is a zip or a workbook under another name: give it its own or save as CSV")
    if not (name.lower().endswith(".gz") or head[:2] == _GZIP):
        return text_of(_bounded(file, most))
    try:
        return text_of(_bounded(gzip.GzipFile(fileobj=file), most))
    except _BROKEN as error:
        raise FileError(f"cannot be unpacked ({error}): {_GONE_BAD}") from error


def _bounded(file: IO[bytes] | gzip.GzipFile, most: int) -> bytes:
    data = file.read(most + 1)
    if len(data) > most:
        raise FileError(f"holds more than {MOST:,} bytes: split it, or is this an export?")
    return data


def text_of(data: bytes) -> str:
    """UTF-8, also with a few bytes gone bad or cut at its end; UTF-16; else what a spreadsheet in
    the West writes. Without NUL, which no text has."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").replace("\0", "")
    first = data[:_FIRST]
    if first.count(0) > len(first) // 4:
        little = first[1::2].count(0) >= first[::2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", errors="replace")
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8-sig", errors="replace").replace("\0", "")
    good, bad = len(re.findall("[^\x00-\x7f\ufffd]", text)), text.count("\ufffd")
    return text if good >= bad else data.decode("cp1252", errors="replace").replace("\0", "")
