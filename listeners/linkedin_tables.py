"""CSV as LinkedIn and export tools write it, made rows by column name. Pure."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

_HEADER_WITHIN = 10  # rows; notes may stand above it
_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,http)", re.MULTILINE)
_WRAPPED = '"\n"'
_NOT_A_WORD = re.compile(r"[\s_]+")

csv.field_size_limit(10_000_000)  # one post can exceed the usual 131,072


class Table(NamedTuple):
    columns: tuple[str, ...]  # as `key` makes them
    rows: tuple[dict[str, str], ...]
    broken: int  # rows of another width than the header's, left out


def key(name: str) -> str:
    """A column's name without case, blanks and underscores: tools and years differ in those."""
    return _NOT_A_WORD.sub("", name.strip().lower())


def table(text: str, is_header: Callable[[AbstractSet[str]], bool]) -> Table | None:
    """The table under the first row whose keys are a header's; None if there is none.

    Quotes inside a field are doubled, or escaped by a backslash in some files: what breaks fewer
    rows is taken.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = [_read(text, is_header, escape) for escape in (None, "\\")]
    read = [one for one in found if one is not None]
    if not read:
        return None
    escaped = '\\"' in text
    return min(read, key=lambda one: (one.broken, (one is not read[0]) != escaped))


def _read(
    text: str, is_header: Callable[[AbstractSet[str]], bool], escape: str | None
) -> Table | None:
    columns: tuple[str, ...] = ()
    rows, broken = [], 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), escapechar=escape)):
            if columns:
                if len(row) == len(columns):
                    rows.append(dict(zip(columns, row, strict=True)))
                elif any(row):
                    broken += 1
            elif is_header({key(name) for name in row}):
                columns = tuple(key(name) for name in row)
            elif number >= _HEADER_WITHIN:
                return None
    except csv.Error:
        broken += 1
    return Table(columns, tuple(rows), broken) if columns else None


def recovered(text: str, columns: Sequence[str]) -> Table:
    """Rows of a table of date, link and text whose quoting is past help (a spreadsheet saved it
    again): every line that starts with date and link starts a row."""
    rows = []
    for record in _RECORD.split(text.replace("\r\n", "\n").replace("\r", "\n"))[1:]:
        date, link, said = record.split(",", 2)
        said = said.strip().removeprefix('"').removesuffix('"').replace('\\"', '"')
        rows.append(dict(zip(columns, (date, link, said.replace('""', '"')), strict=True)))
    return Table(tuple(columns), tuple(rows), 0)


def unwrapped(text: str) -> str:
    """The text of a share, of which each line is wrapped in quotes of its own."""
    if _WRAPPED not in text:
        return text
    inner = text.removeprefix('"').removesuffix('"')
    return inner.replace(_WRAPPED, "\n").replace('""', '"')
