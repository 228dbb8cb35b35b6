"""What all parts of the store stand on: a transaction, an insert that keeps, a swap."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select, Table, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from domain.types import Event, Message, Value, Verdict, Versioned
from storage.database import explained
from storage.rows import record, table, value_of

T = TypeVar("T", bound=Value)


class LostError(Exception):
    """Somebody else was first: undo the transaction."""


class Database:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as db:
                yield db
        except SQLAlchemyError as error:
            raise explained(error) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """As `_transaction`, but never waits for a writer, nor makes one wait."""
        try:
            with self._engine.execution_options(reads_only=True).begin() as db:
                yield db
        except SQLAlchemyError as error:
            raise explained(error) from error

    def close(self) -> None:
        self._engine.dispose()

    def swap(
        self,
        *changes: tuple[Versioned, Versioned],
        messages: Iterable[Message] = (),
        events: Iterable[Event] = (),
        verdicts: Iterable[Verdict] = (),
    ) -> bool:
        """Replace each old by its new, and write what follows from it, all or nothing.

        False, and nothing done, if any row is no longer its `old`.
        """
        # Made before the transaction: what makes them may read the store itself.
        messages, events, verdicts = list(messages), list(events), list(verdicts)
        try:
            with self._transaction() as db:
                for old, new in changes:
                    replace(db, old, new)
                write_all(db, messages, events, verdicts)
        except LostError:
            return False
        return True


def replace(db: Connection, old: Versioned, new: Versioned) -> None:
    kind = table(type(old))
    identity = kind.c.id if "id" in kind.c else kind.c.key
    row = record(new)
    statement = (
        update(kind)
        .where(identity == row[identity.name], kind.c.version == old.version)
        .values(**row)
    )
    if not db.execute(statement).rowcount:
        raise LostError


def write_all(
    db: Connection,
    messages: Iterable[Message] = (),
    events: Iterable[Event] = (),
    verdicts: Iterable[Verdict] = (),
) -> None:
    """A message or verdict that is there already stays as it is."""
    add(db, list(messages))
    add(db, list(verdicts))
    if rows := [record(event) for event in events]:
        db.execute(insert(table(Event)), rows)


def add(db: Connection, values: Sequence[Value], **marks: Any) -> int:
    """Insert those that are not there yet, whatever unique index says so; returns how many."""
    new = 0
    for kind, group in groupby(values, type):
        insert_new = insert_into(db, table(kind)).on_conflict_do_nothing()
        insert_new = insert_new.execution_options(preserve_rowcount=True)  # else -1 on PostgreSQL
        new += db.execute(insert_new, [{**record(value), **marks} for value in group]).rowcount
    return new


def add_all(db: Connection, values: Sequence[Value]) -> None:
    """Insert every one; raises LostError if any is there already."""
    if add(db, values) < len(values):
        raise LostError


def insert_into(db: Connection, into: Table) -> postgresql.Insert | sqlite.Insert:
    """Core's insert has no ON CONFLICT; each dialect's own has."""
    if db.dialect.name == "postgresql":
        return postgresql.insert(into)
    return sqlite.insert(into)


def values(db: Connection, kind: type[T], query: Select[Any]) -> list[T]:
    return [value_of(kind, row) for row in db.execute(query).mappings()]
