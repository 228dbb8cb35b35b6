"""The engine: SQLite set up for several writers, PostgreSQL as it comes."""

import re
import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import StaticPool
from sqlmodel import create_engine

from domain.errors import ConfigError, StorageError

BUSY_MS = 15_000  # how long one waits for another that writes
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",  # readers do not wait for the writer
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA secure_delete=ON",  # what is forgotten is overwritten, not only unlinked
)


def connect(url: str) -> Engine:
    """Raises ConfigError if `url` is none that we can use. Opens nothing yet."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        elif parsed.get_backend_name() != "sqlite":
            raise ConfigError(
                [f"storage.url: {parsed.drivername} is neither sqlite nor postgresql"]
            )
        # Without hide_parameters a failed insert would carry posts and addresses into the log.
        options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True}
        if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
            options |= {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        engine = create_engine(parsed, **options)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigError([f"storage.url: not a database's URL ({_brief(error)})"]) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _take_the_write_lock)
    return engine


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # Python's own transaction handling off: ours begins at once with the write lock. Deferred
    # transactions that read, then write, lose updates without any error (measured).
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _take_the_write_lock(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


_REMEDIES = (
    ("database is locked", "another program holds the database; it is tried again"),
    ("disk is full", "the disk is full; free some space, nothing is lost meanwhile"),
    ("disk i/o error", "the disk failed or is full; nothing is lost meanwhile"),
    ("unable to open database file", "the folder of the database is missing or not writable"),
    ("readonly database", "the database file is not writable for this user"),
    ("file is not a database", "the file is no SQLite database, or damaged; restore a backup"),
    ("malformed", "the database file is damaged; restore a backup"),
    ("no space left", "the database server's disk is full; free some space"),
    ("connection refused", "the database server does not answer; is it running?"),
    ("password authentication failed", "the database server refused user or password"),
    ("does not exist", "the database server has no such database, table or role"),
)


def explained(error: Exception) -> StorageError:
    """One line that says what to do, without the statement and its parameters."""
    said = str(error).lower()
    for sign, remedy in _REMEDIES:
        if sign in said:
            return StorageError(f"storage: {remedy} ({_brief(error)})")
    return StorageError(f"storage: {_brief(error)}")


def _brief(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return re.sub(r"\s+", " ", str(cause)).strip()[:200]
