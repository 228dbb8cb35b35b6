"""What the files of LinkedIn exports hold: rows, and of what sort. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Any, NamedTuple

from listeners import linkedin_columns, linkedin_json, linkedin_names, linkedin_tables
from listeners.linkedin_csv import Broken
from listeners.linkedin_files import FileError
from listeners.linkedin_tables import Table
from listeners.linkedin_unpack import Part

Row = Mapping[str, Any]


class Sort(StrEnum):
    SHARES = "shares"  # what a member wrote, from the archive of that member's data
    COMMENTS = "comments"  # what a member answered, likewise
    MESSAGES = "messages"  # what others wrote to a member in private, likewise
    SEARCH = "posts"  # what others wrote, from a search tool
    NONE = "nothing"  # nothing that we read


class Rows(NamedTuple):
    sort: Sort
    rows: tuple[Row, ...] = ()  # names as `linkedin_tables.key` makes them
    broken: Broken = Broken()
    origin: str = "the archive of a member's data"  # what wrote the file, by its columns


_SHARES = frozenset({"sharelink", "sharecommentary"})
_COMMENTS = frozenset({"date", "link", "message"})
# The oldest messages have no number of the conversation.
_MESSAGES = (frozenset({"conversationid"}), frozenset({"from", "to", "date", "content", "folder"}))
_OF_ARCHIVE = {  # columns with the date and the link, by which a row is known to be one
    Sort.SHARES: ("date", "sharelink"),
    Sort.COMMENTS: ("date", "link"),
    Sort.MESSAGES: ("date", ""),
}
_LONGEST_DATE = 40
_JSON = re.compile(r'\s*(?:\[\s*)?\{\s*"')


def rows_of(part: Part, *, messages: bool = False) -> Rows:
    """Raises FileError for a file that should hold posts and has no columns that anybody knows.
    Private messages are read only with `messages`, and only under the name that LinkedIn gives
    them."""
    if linkedin_names.is_left_out(part.name, messages=messages):
        return Rows(Sort.NONE)
    if _is_json(part):
        found = linkedin_json.records(part.text)
        return _of_search(found.rows, found.broken)
    table = linkedin_tables.table(part.text, _is_header, _plausible)
    if table is None:
        return _without_columns(part)
    sort = _sort(frozenset(table.columns))
    if sort is Sort.MESSAGES:
        readable = messages and linkedin_names.is_correspondence(part.name)
        return Rows(sort, table.rows, table.broken) if readable else Rows(Sort.NONE)
    if sort is Sort.SEARCH:
        return _of_search(table.rows, table.broken)
    table = _mended(table, part.text, sort)
    rows = _unwrapped(table.rows) if sort is Sort.SHARES else table.rows
    return Rows(sort, rows, table.broken)


def _of_search(rows: Sequence[Row], broken: Broken) -> Rows:
    columns = frozenset(name for row in rows[:100] for name in row)
    return Rows(Sort.SEARCH, tuple(rows), broken, linkedin_columns.tool(columns))


def _is_json(part: Part) -> bool:
    """By its name, or by how it begins: no table begins so."""
    name = part.name.lower().removesuffix(".gz")
    return name.endswith(linkedin_names.JSON) or bool(_JSON.match(part.text))


def _without_columns(part: Part) -> Rows:
    """That is no fault where many files lie that are not read."""
    name = part.name
    of_member = linkedin_names.is_of_member(name) or linkedin_names.is_correspondence(name)
    if part.archived and not of_member:
        return Rows(Sort.NONE)
    if not part.text.strip():
        raise FileError("is empty: is it still being copied?")
    if of_member:
        raise FileError(
            "has not the columns that LinkedIn gave it: if nobody changed it, LinkedIn has changed "
            "its archive, so look for a new version of Goodword"
        )
    known = ", ".join(linkedin_columns.ALIASES["text"])
    raise FileError(f"has no column with the text of posts: rename it to one of {known}")


def _is_header(keys: AbstractSet[str]) -> bool:
    return _sort(keys) is not Sort.NONE


def _sort(columns: AbstractSet[str]) -> Sort:
    if any(columns >= known for known in _MESSAGES):
        return Sort.MESSAGES
    if columns >= _SHARES:
        return Sort.SHARES
    if columns >= _COMMENTS and not linkedin_columns.names_author(columns):
        return Sort.COMMENTS
    return Sort.SEARCH if linkedin_columns.is_header(columns) else Sort.NONE


def _plausible(columns: frozenset[str]) -> Callable[[Row], bool]:
    """Whether a row of a table may be one, and not a piece of somebody's text."""
    sort = _sort(columns)
    if sort is Sort.SEARCH:
        return linkedin_columns.plausible(columns)
    return _dated(*_OF_ARCHIVE[sort])


def _dated(date: str, link: str) -> Callable[[Row], bool]:
    def is_plausible(row: Row) -> bool:
        at, to = row.get(date, "").strip(), row.get(link, "").strip()
        is_date = not at or (len(at) <= _LONGEST_DATE and any(map(str.isdigit, at)))
        return is_date and (not to or to.startswith(("http", "www.", "urn:")))

    return is_plausible


def _mended(found: Table, text: str, sort: Sort) -> Table:
    """What is read by dates and links, if that gives more rows than quotes do. (For comments as
    many are enough: where they are not quoted, quotes give the first line of each.)"""
    swallowed = linkedin_tables.records_in(text) > len(found.rows)
    if not (found.broken.number or swallowed) or found.columns[:2] != _OF_ARCHIVE[sort]:
        return found
    is_plausible = _plausible(frozenset(found.columns))
    whole = linkedin_tables.recovered(text, found.columns, is_plausible)
    least = len(found.rows) + (sort is not Sort.COMMENTS)
    return whole if len(whole.rows) >= least else found


def _unwrapped(rows: Sequence[Row]) -> tuple[Row, ...]:
    texts = linkedin_tables.unwrapped([row["sharecommentary"] for row in rows])
    return tuple({**row, "sharecommentary": text} for row, text in zip(rows, texts, strict=True))


def members(parts: Sequence[Part]) -> Mapping[str, str]:
    """Folder within the export -> the name of the member whose archive lies there."""
    found = {}
    for part in parts:
        if linkedin_names.is_profile(part.name):
            table = linkedin_tables.table(part.text, {"firstname", "lastname"}.issubset, _any)
            row = table.rows[0] if table and table.rows else {}
            name = f"{row.get('firstname', '')} {row.get('lastname', '')}".strip()
            found[_folder(part.name)] = name
    return found


def _any(_: frozenset[str]) -> Callable[[Row], bool]:
    return bool


def whose(part: Part, members: Mapping[str, str]) -> str:
    """The member whose archive `part` lies in: the nearest on the way up; else the only one."""
    at = _folder(part.name)
    while at not in members and at:
        at = at.rpartition("/")[0]
    alone = next(iter(members.values())) if len(members) == 1 else ""
    return members.get(at, alone)


def _folder(name: str) -> str:
    return name.rpartition("/")[0]
