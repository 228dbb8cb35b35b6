"""CSV as LinkedIn, spreadsheets and export tools write it, made rows by column name. Pure."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from listeners import linkedin_csv
from listeners.linkedin_csv import Broken, Place
from listeners.linkedin_files import FileError

MOST_ROWS = 200_000  # of one table; they are held in memory

_HEADER_WITHIN = 20  # lines; notes may stand above it
_DELIMITERS = (",", ";", "\t", "|")
_NOT_A_WORD = re.compile(r"[\s_\-\ufeff\"']+")
_ESCAPED = re.compile(r'\\(["\\])')
# Where a row of an archive begins that no quotes keep together: with date and link.
_DATE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_RECORD = re.compile(rf'^(?="?{_DATE}"?,"?http|,"?https?://)', re.MULTILINE)
_FIRST_TWO = re.compile(rf'"?({_DATE})?"?,(?:"([^"\n]*)"|([^,\n]*)),(.*)', re.DOTALL)
_CELL = r',("[^"\n]*"|[^",\n]*)'
_WRAPPED = '"\n"'

Row = dict[str, str]
Plausible = Callable[[Row], bool]
IsHeader = Callable[[AbstractSet[str]], bool]


class Table(NamedTuple):
    columns: tuple[str, ...]  # as `key` makes them
    rows: tuple[Row, ...]
    broken: Broken = Broken()


class _Header(NamedTuple):
    below: Place
    delimiter: str
    columns: tuple[str, ...]


@lru_cache(maxsize=10_000)
def key(name: str) -> str:
    """A column's name without case, blanks, hyphens and underscores: tools and years differ in
    those. What lies in nested objects is reached by dots; some write slashes."""
    return _NOT_A_WORD.sub("", name.lower()).replace("/", ".")


def lined(text: str) -> str:
    """With newlines as the only line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def table(
    text: str, is_header: IsHeader, plausible: Callable[[frozenset[str]], Plausible]
) -> Table | None:
    """The table under the first line whose keys are a header's; None if there is none.

    Quotes within a cell are doubled, or, in some files, escaped by a backslash. A file does not
    say which: what breaks fewer rows is taken. Rows that are not `plausible`, given the columns,
    count as broken. Raises FileError for a table too large to hold.
    """
    text = lined(text)
    header = _header(text, is_header)
    if header is None:
        return None
    is_plausible = plausible(frozenset(header.columns))
    plainly = _read(text, header, is_plausible)
    if '\\"' not in text:
        return plainly
    doubled = _ESCAPED.sub(lambda found: '""' if found[1] == '"' else "\\", text)
    escaped = _read(doubled, _moved(header, doubled), is_plausible)
    return min(escaped, plainly, key=lambda one: (one.broken.number, -len(one.rows)))


def _header(text: str, is_header: IsHeader) -> _Header | None:
    place = Place()
    while place.line < _HEADER_WITHIN and place.at < len(text):
        after = place.next_line(text)
        for delimiter in _DELIMITERS:
            cells = linkedin_csv.cells(text[place.at : after.at], delimiter)
            columns = tuple(map(key, cells))
            if is_header(frozenset(columns)):
                return _Header(after, delimiter, columns)
        place = after
    return None


def _moved(header: _Header, text: str) -> _Header:
    """For another text with the same lines."""
    place = Place()
    while place.line < header.below.line:
        place = place.next_line(text)
    return header._replace(below=place)


def _read(text: str, header: _Header, is_plausible: Plausible) -> Table:
    """A row that cannot be read and has swallowed lines is given up: reading goes on with the line
    after its first, unless too much was read twice. Of those lines, what is not plausible is passed
    over without a word."""
    rows: list[Row] = []
    broken, place = Broken(), header.below
    swallowed_until, again = 0, 2 * len(text) + 100_000
    while place.at < len(text):
        for found in linkedin_csv.rows(text, place, header.delimiter):
            place = found.after
            if found.cells is not None and not any(found.cells):
                continue
            row = _row(header.columns, found.cells) if found.cells else None
            if row is not None and is_plausible(row):
                rows.append(row)
                _check_size(rows)
                swallowed_until = 0 if swallowed_until == len(text) else swallowed_until
                continue
            if found.first.at >= swallowed_until:
                broken = broken.and_one(found.first.line + 1)
                swallowed_until = len(text) if found.cells is None else place.at
            if place.line - found.first.line > 1 and again > 0:
                again -= place.at - found.first.at
                place = found.first.next_line(text)
                break
        else:
            break
    return Table(header.columns, tuple(rows), broken)


def _check_size(rows: Sequence[Row]) -> None:
    if len(rows) > MOST_ROWS:
        raise FileError(f"has more than {MOST_ROWS:,} rows: split it")


def _row(columns: tuple[str, ...], cells: list[str]) -> Row | None:
    """None for another width than the header's. Empty cells beyond it do no harm; of two columns
    of one name the first counts."""
    if len(cells) != len(columns):
        if len(cells) < len(columns) or any(cells[len(columns) :]):
            return None
        del cells[len(columns) :]
    columns, cells = columns[::-1], cells[::-1]
    return dict(zip(columns, cells, strict=True))


def records_in(text: str) -> int:
    """How many rows `recovered` would find, good or not."""
    return len(_RECORD.findall(lined(text)))


def recovered(text: str, columns: Sequence[str], is_plausible: Plausible) -> Table:
    """Rows of a table that begins with date, link and text and whose quoting is past help: the text
    is not quoted at all, or a spreadsheet saved it again. Every line that begins with date and
    link begins a row."""
    whole = re.compile("(.*)" + _CELL * (len(columns) - 3) + r"\s*", re.DOTALL)
    rows, broken = [], Broken()
    before, *records = _RECORD.split(lined(text))
    line = 1 + before.count("\n")
    for record in records:
        begun = _FIRST_TWO.match(record)
        rest = whole.fullmatch(begun[4]) if begun else None
        cells = [begun[1] or "", begun[2] or begun[3] or ""] if begun else []
        row = _row(tuple(columns), [*cells, *map(_unquoted, rest.groups())]) if rest else None
        if row is not None and is_plausible(row):
            rows.append(row)
        else:
            broken = broken.and_one(line)
        line += record.count("\n")
    return Table(tuple(columns), tuple(rows), broken)


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    if not cell.startswith('"'):
        return cell
    inner = cell[1:].removesuffix('"')
    return _ESCAPED.sub(r"\1", inner.replace('""', '"'))


def unwrapped(texts: Sequence[str]) -> list[str]:
    """Texts of a file's shares, in which LinkedIn makes `"`, newline, `"` of each newline, and
    nothing of anything else. It does so in a whole file or not at all."""
    wrapped = sum(len(re.findall('(?<=")\n(?=")', text)) for text in texts)
    if 2 * wrapped <= sum(text.count("\n") for text in texts):
        return list(texts)
    return [_unwrapped(text) for text in texts]


def _unwrapped(text: str) -> str:
    """Some years wrap each line whole, and double the quotes within it."""
    lines = text.split("\n")
    if len(lines) == 1:
        return text
    inner = [line[1:-1] for line in lines if len(line) > 1 and line[0] == line[-1] == '"']
    if len(inner) == len(lines) and not any(map(_odd, inner)):
        return "\n".join(inner).replace('""', '"')
    text = text.replace(_WRAPPED, "\n")
    return text if _odd(text) else text.replace('""', '"')


def _odd(text: str) -> bool:
    """Whether some run of quotes is of odd length, so that they are not doubled."""
    return any(len(run) % 2 for run in re.findall('"+', text))
