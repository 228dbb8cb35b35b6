"""Rows of CSV, with what must not happen to a reader: a quote that is never closed, a cell beyond
all bounds, pieces of text taken for rows. Pure."""

import csv
from collections.abc import Iterator
from typing import NamedTuple

_MARK = "\x00"  # two of them follow the last line as a row: a quote never closed swallows it
_NAMED = 5  # lines; of more, the number only

csv.field_size_limit(10_000_000)  # one post can exceed the usual 131,072


class Broken(NamedTuple):
    """Rows that could not be read."""

    number: int = 0
    lines: tuple[int, ...] = ()  # where the first of them begin, from 1

    def and_one(self, line: int) -> "Broken":
        return Broken(self.number + 1, (*self.lines, line)[:_NAMED])


class Place(NamedTuple):
    line: int = 0  # from 0
    at: int = 0  # characters before it

    def next_line(self, text: str) -> "Place":
        return Place(self.line + 1, text.find("\n", self.at) + 1 or len(text))


class Found(NamedTuple):
    first: Place
    after: Place
    cells: list[str] | None  # None: a quote is never closed, or a cell is too long


class _Lines:
    """The lines of a text from a place on. csv.reader asks for no line before it needs it, so
    `place` is where its last row ends."""

    def __init__(self, text: str, place: Place, end: str) -> None:
        self._text = text
        self._end = end
        self.place = place

    def __iter__(self) -> Iterator[str]:
        while self.place.at < len(self._text):
            begin, self.place = self.place.at, self.place.next_line(self._text)
            yield self._text[begin : self.place.at]
        yield self._end


def rows(text: str, place: Place, delimiter: str) -> Iterator[Found]:
    """From a place at the beginning of a line on. `text` has newlines as its only line ends."""
    end = f"{_MARK}{delimiter}{_MARK}"
    lines = _Lines(text, place, end)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        first = lines.place
        try:
            cells: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        if cells == [_MARK, _MARK]:
            return
        swallowed = cells is not None and cells != [] and cells[-1].endswith(end)
        yield Found(first, lines.place, None if swallowed else cells)


def cells(line: str, delimiter: str) -> list[str]:
    """Of one line; none of one that is no row."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
