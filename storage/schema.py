"""Bringing a database to the newest revision when the program starts, one process at a time."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from domain.errors import StorageError
from storage.database import explained

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
NEWEST = "0002"  # a test holds that this is Alembic's head
_LOCK = 7_060_717  # any number that nobody else uses for pg_advisory_lock on this database


def migrate(engine: Engine) -> None:
    """Raises StorageError, also when the database was written by a newer Goodword.

    SQLite's write lock and PostgreSQL's advisory lock keep a second process waiting, which then
    finds nothing to do. All revisions are one transaction: it works whole or not at all.
    """
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if (current := revision(connection)) != NEWEST:
                _upgrade(connection, current)
    except SQLAlchemyError as error:
        raise explained(error) from error


def revision(connection: Connection) -> str:
    """ "" for an empty database."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def alembic_config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  (0.3 s, seldom needed)

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, current: str) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise StorageError(
            f"storage: the database is at revision {current}, which this version does not know; "
            "it was written by a newer Goodword: update the program, or restore a backup"
        ) from error
