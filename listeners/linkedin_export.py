"""One file of an export read whole: its posts, and what to say of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from domain.errors import SourceError
from domain.text import one_line, shorten
from domain.types import Post
from listeners import (
    linkedin_columns,
    linkedin_messages,
    linkedin_names,
    linkedin_posts,
    linkedin_rows,
    linkedin_unpack,
    markup,
)
from listeners.batches import posts_of
from listeners.linkedin_files import FileError
from listeners.linkedin_posts import Export, Left
from listeners.linkedin_rows import Row, Rows, Sort
from listeners.linkedin_unpack import Part

_NAMED = 5  # searches that are named
Build = Callable[[Row], Post | Left]


class Read(NamedTuple):
    posts: tuple[Post, ...]
    troubles: tuple[str, ...]  # what could not be read, where, and what to do
    told: tuple[str, ...]  # for the log: what was read, and what wrote it


def read(path: Path, root: Path, written: datetime, now: datetime, *, messages: bool) -> Read:
    """Raises FileError if nothing of it can be read, OSError if it cannot be opened."""

    def wanted(name: str) -> bool:
        private = messages and linkedin_names.is_correspondence(name)
        return private or linkedin_names.is_of_member(name)

    unpacked = linkedin_unpack.unpack(path, root, wanted)
    members = linkedin_rows.members(unpacked.parts)
    posts: dict[str, Post] = {}
    troubles, told = list(unpacked.troubles), []
    for part in unpacked.parts:
        export = Export(written, now, markup.author(linkedin_rows.whose(part, members)))
        try:
            found = linkedin_rows.rows_of(part, messages=messages)
            made, left = _made(found, export, path.name)
        except FileError as error:
            if not part.where:
                raise
            troubles.append(f"({part.where}) {error}")
            continue
        posts.update((post.key, post) for post in made)
        if found.broken.number:
            troubles.append(_broken(part, found))
        if found.sort is not Sort.NONE:
            told.append(_told(part, found, made, left))
    return Read(tuple(posts.values()), tuple(troubles), tuple(told))


def _made(found: Rows, export: Export, where: str) -> tuple[tuple[Post, ...], Counter[Left]]:
    build, left = _builder(found, export), Counter[Left]()

    def post(row: Row) -> Post | None:
        made = build(row)
        if isinstance(made, Left):
            left[made] += 1
            return None
        return made

    try:
        return posts_of(found.rows, post, where), left
    except SourceError as error:
        raise FileError(str(error)) from error


def _builder(found: Rows, export: Export) -> Build:
    if found.sort is Sort.SHARES:
        return lambda row: linkedin_posts.share(row, export)
    if found.sort is Sort.COMMENTS:
        return lambda row: linkedin_posts.comment(row, export)
    if found.sort is Sort.MESSAGES:
        own = linkedin_messages.own_names(found.rows, export.member)
        return lambda row: linkedin_messages.message(row, export, own)
    return lambda row: linkedin_posts.found(row, export)


def _broken(part: Part, found: Rows) -> str:
    number, lines = found.broken
    named = ", ".join(map(str, lines))
    more = f" and {number - len(lines):,} more" if number > len(lines) else ""
    rows, line = ("a row", "line") if number == 1 else (f"{number:,} rows", "lines")
    where = f"({part.where}) " if part.where else ""
    return (
        f"{where}has {rows} that cannot be read ({line} {named}{more}): put the quotes right "
        "there, or export it again; the other rows are read"
    )


def _told(part: Part, found: Rows, made: Sequence[Post], left: Counter[Left]) -> str:
    """ "Shares.csv: 12 shares of 15 rows from ...; left out: 3 without words"."""
    kinds = [f"{count} {why}" for why, count in sorted(left.items())]
    repeats = len(found.rows) - len(made) - sum(left.values())
    kinds += [f"{repeats} told before"] if repeats else []
    reasons = f"; left out: {', '.join(kinds)}" if kinds else ""
    said = linkedin_columns.searches(found.rows) if found.sort is Sort.SEARCH else []
    queries = ", ".join(shorten(one_line(one), 60) for one in said[:_NAMED])
    searched = f" (searched for: {queries})" if queries else ""
    where = f"{part.where}: " if part.where else ""
    rows = f"{len(made)} {found.sort} of {len(found.rows)} rows"
    return f"{where}{rows} from {found.origin}{searched}{reasons}"
