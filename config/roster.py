"""The advocates' file: reading it, writing it, and telling what reading it would change.

A CSV with the columns below in any order, commas, semicolons or tabs between them, UTF-8 with or
without a byte order mark. Several values in one cell are parted by ";".
"""

import codecs
import csv
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError

from config import roster_cells as cells
from domain.errors import ConfigError
from domain.text import one_line, shorten
from domain.types import Advocate
from routing import people

REQUIRED = ("id", "name", "email")
COLUMNS = (
    *REQUIRED,
    *("slack_id", "kind", "company", "industry", "company_size", "region", "time_zone"),
    *("languages", "role", "products", "product_since", "moved_from", "use_cases", "communities"),
    *("handles", "consent", "consent_source", "consent_date", "motives"),
    *("max_per_week", "max_per_quarter", "quiet_from", "quiet_to", "paused_until"),
    *("frozen_until", "facts"),
)
_NEEDED = ("id", "name")  # in every row; all other cells may be empty, and mean the default
TOO_MANY = 200  # problems; whoever has as many has one cause, and reads the first few

Row = Mapping[str, str]

# Each field of an Advocate, the column it is told under, and how it is read from the row.
_ALONE: Mapping[str, Callable[[str], Any]] = {
    "id": cells.key,
    "name": cells.name,
    "email": cells.email,
    "slack_id": cells.slack_id,
    "kind": cells.one_of(cells.KINDS),
    "company": cells.text,
    "industry": cells.industry,
    "company_size": cells.company_size,
    "region": cells.region,
    "time_zone": cells.time_zone,
    "languages": cells.languages,
    "role": cells.text,
    "moved_from": cells.texts,
    "use_cases": cells.texts,
    "communities": cells.communities,
    "handles": cells.handles,
    "motives": lambda cell: tuple(cells.one_of(cells.MOTIVES)(m) for m in cells.parts(cell)),
    "max_per_week": cells.count,
    "max_per_quarter": cells.count,
    "quiet_from": cells.clock,
    "quiet_to": cells.clock,
    "facts": cells.texts,
}
_TOGETHER: Mapping[str, tuple[str, Callable[[Row, str], Any]]] = {
    "products": (
        "product_since",
        lambda row, _: cells.known(row["products"], row["product_since"]),
    ),
    "consents": (
        "consent",
        lambda row, _: cells.consents(row["consent"], row["consent_source"], row["consent_date"]),
    ),
    "paused_until": ("paused_until", lambda row, zone: cells.moment(row["paused_until"], zone)),
    "frozen_until": ("frozen_until", lambda row, zone: cells.moment(row["frozen_until"], zone)),
}


def read(path: Path) -> list[Advocate]:
    """All of them, or ConfigError with every problem, each with its line and reason."""
    problems: list[str] = []
    found: list[Advocate] = []
    taken: dict[tuple[str, str], int] = {}
    try:
        for line, row in _rows(path):
            if isinstance(row, str):
                problems.append(row)
            elif (advocate := _advocate(line, row, problems)) is not None:
                problems += _repeated(line, advocate, taken)
                found.append(advocate)
            if len(problems) >= TOO_MANY:
                problems.append(f"{path.name}: reading stopped after {len(problems)} problems")
                break
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror or error}")
    if problems:
        raise ConfigError(problems)
    return found


def write(advocates: Iterable[Advocate], file: TextIO) -> None:
    """With all columns, so that `read` gives the same again and no spreadsheet runs a cell."""
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for advocate in advocates:
        writer.writerow(_row(advocate))


def difference(old: Sequence[Advocate], new: Sequence[Advocate]) -> list[str]:
    """What importing `new` over `old` would do, a line for each advocate it touches."""
    before = {advocate.id: advocate for advocate in old}
    lines, same = [], 0
    for advocate in new:
        known = before.get(advocate.id)
        if known is None:
            lines.append(f"added: {advocate.id} ({one_line(advocate.name)})")
            continue
        changes = _changes(known, people.merged(known, advocate))
        same += not changes
        lines += [f"changed: {advocate.id}: {'; '.join(changes)}"] if changes else []
    absent = len(before.keys() - {advocate.id for advocate in new})
    return [*lines, f"unchanged: {same}", f"not in the file, left as they are: {absent}"]


def clashes(old: Iterable[Advocate], new: Iterable[Advocate]) -> list[str]:
    """People of `new` who are in `old` already under another id: they would be asked twice."""
    owner = {a.email.casefold(): a.id for a in old if a.email}
    return [
        f"{a.id}: the e-mail {a.email} belongs to {owner[a.email.casefold()]} already"
        for a in new
        if owner.get(a.email.casefold(), a.id) != a.id
    ]


# Reading


def _rows(path: Path) -> Iterator[tuple[int, Row | str]]:
    """Each row with the line it begins in; a problem in words where there is no row to be had."""
    with path.open("rb") as raw:
        if raw.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            yield 1, f"{path.name}: is UTF-16; save it as CSV UTF-8"
            return
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        delimiter = _delimiter(file.readline())
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            header = [name.strip().lower() for name in next(reader, [])]
            if wrong := _header_problems(header):
                yield from ((1, f"line 1: {what}") for what in wrong)
                return
            line = reader.line_num + 1
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield line, _fitting(line, row, header)
                line = reader.line_num + 1
        except csv.Error as error:
            yield reader.line_num, f"line {reader.line_num}: {error}; nothing after it was read"


def _delimiter(header: str) -> str:
    """The one that gives the most columns we know."""

    def known(delimiter: str) -> int:
        return sum(n.strip(' "\r\n').lower() in COLUMNS for n in header.split(delimiter))

    return max(",;\t", key=known)


def _header_problems(header: Sequence[str]) -> list[str]:
    if not any(header):
        return [f"is empty; the first line names the columns: {', '.join(REQUIRED)}, ..."]
    wrong = [
        f"the column {name!r} stands there twice" for name in COLUMNS if header.count(name) > 1
    ]
    wrong += [f"the column {name!r} is missing" for name in REQUIRED if name not in header]
    for name in header:
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = f"; is it {near[0]!r}?" if near else ""
            wrong.append(f"the column {shorten(one_line(name), 60)!r} is unknown{hint}")
    return wrong


def _fitting(line: int, row: Sequence[str], header: Sequence[str]) -> Row | str:
    if len(row) != len(header):
        return f"line {line}: has {len(row)} cells under {len(header)} columns"
    if not _is_utf8(row):
        return f"line {line}: is not UTF-8; save the file as CSV UTF-8"
    return {**dict.fromkeys(COLUMNS, ""), **dict(zip(header, row, strict=True))}


def _is_utf8(row: Sequence[str]) -> bool:
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return False
    return True


def _advocate(line: int, row: Row, problems: list[str]) -> Advocate | None:
    fields: dict[str, Any] = {}
    wrong: list[str] = []
    for name, reader in _ALONE.items():
        if row[name].strip() or name in _NEEDED:
            _take(fields, wrong, name, name, partial(reader, row[name]))
    zone = fields.get("time_zone", "UTC")
    for name, (column, together) in _TOGETHER.items():
        _take(fields, wrong, name, column, partial(together, row, zone))
    if not wrong and not fields.get("email") and not fields.get("slack_id"):
        wrong.append("email is empty, and so is slack_id: they could not be reached")
    problems += [f"line {line}: {what}" for what in wrong]
    return None if wrong else _checked(line, fields, problems)


def _take(
    fields: dict[str, Any], wrong: list[str], name: str, column: str, reader: Callable[[], Any]
) -> None:
    try:
        fields[name] = reader()
    except ValueError as error:
        wrong.append(f"{column} {error}")


def _checked(line: int, fields: Mapping[str, Any], problems: list[str]) -> Advocate | None:
    try:
        return Advocate(**fields)
    except ValidationError as error:
        problems += [f"line {line}: {e['loc'][0]}: {e['msg']}" for e in error.errors()]
        return None


def _repeated(line: int, advocate: Advocate, taken: dict[tuple[str, str], int]) -> list[str]:
    """One person under two rows would be asked twice as often."""
    identities = [("id", advocate.id), ("email", advocate.email), ("slack_id", advocate.slack_id)]
    identities += [("handle", f"{on}:{handle}") for on, handle in advocate.handles.items()]
    return [
        f"line {line}: {what} {value!r} stands in line {first} already"
        for what, value in identities
        if value and (first := taken.setdefault((what, value.casefold()), line)) != line
    ]


# Writing


def _row(a: Advocate) -> dict[str, str]:
    row = {name: _cell(getattr(a, name)) for name in COLUMNS if name in type(a).model_fields}
    consents = a.consents
    return {
        **row,
        "products": _cell(tuple(k.product for k in a.products)),
        "product_since": ";".join(k.since.isoformat() if k.since else "" for k in a.products),
        "handles": _cell(tuple(f"{on}:{handle}" for on, handle in a.handles.items())),
        "consent": _cell(tuple(c.kind for c in consents)),
        "consent_source": _cell(_once(c.source for c in consents)),
        "consent_date": _cell(_once(c.given_on.isoformat() for c in consents)),
    }


def _once(values: Iterable[str]) -> tuple[str, ...]:
    """One for all, where all are the same."""
    found = tuple(values)
    return found[:1] if len(set(found)) == 1 else found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return cells.joined(cells.disarmed(str(v)) for v in value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return cells.disarmed(str(value))


def _changes(old: Advocate, new: Advocate) -> list[str]:
    before, after = _row(old), _row(new)
    return [
        f"{name} {_shown(before[name])} -> {_shown(after[name])}"
        for name in COLUMNS
        if before[name] != after[name]
    ]


def _shown(cell: str) -> str:
    return repr(shorten(one_line(cell), 60))
