"""What ops needs: who works, how much there is of everything, a copy in a safe place."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from domain.errors import StorageError
from domain.types import Ask, Message, Opportunity
from storage.base import Database, insert_into
from storage.database import explained
from storage.rows import table
from storage.schema import revision
from storage.tables import AdvocateRow, AssessmentRow, LeaseRow, PostRow

LEASES, POSTS = table(LeaseRow), table(PostRow)
OPPORTUNITIES, ASKS, MESSAGES = table(Opportunity), table(Ask), table(Message)


class Operated(Database):
    def take_lease(self, name: str, holder: str, until: datetime, now: datetime) -> bool:
        """Take or keep it; False while somebody else holds it."""
        mine_or_over = or_(LEASES.c.holder == holder, LEASES.c.until <= now)
        with self._transaction() as db:
            new = insert_into(db, LEASES).values(name=name, holder=holder, until=until)
            taken = new.on_conflict_do_update(
                index_elements=["name"],
                set_={"holder": holder, "until": until},
                where=mine_or_over,
            )
            counted = taken.execution_options(preserve_rowcount=True)  # else -1 on PostgreSQL
            return bool(db.execute(counted).rowcount)

    def release_lease(self, name: str, holder: str) -> None:
        with self._transaction() as db:
            db.execute(LEASES.delete().where(LEASES.c.name == name, LEASES.c.holder == holder))

    def counts(self) -> dict[str, dict[str, int]]:
        """How many of everything: posts by platform, the others by state."""
        groups = {
            "posts": POSTS.c.platform,
            "assessments": table(AssessmentRow).c.intent,
            "opportunities": OPPORTUNITIES.c.state,
            "advocates": table(AdvocateRow).c.kind,
            "asks": ASKS.c.state,
            "messages": MESSAGES.c.state,
        }
        counted: dict[str, dict[str, int]] = defaultdict(dict)
        with self._reading() as db:
            for name, column in groups.items():
                for value, n in db.execute(select(column, func.count()).group_by(column)):
                    counted[name][value] = n
            counted["posts"]["waiting"] = db.execute(
                select(func.count()).select_from(POSTS).where(POSTS.c.assessed.is_(False))
            ).scalar_one()
        return {name: dict(counted[name]) for name in groups}

    def revision(self) -> str:
        """Of the tables; raises StorageError if the database does not answer."""
        with self._reading() as db:
            return revision(db)

    def probe(self) -> None:
        """Raises StorageError where nothing could be written now."""
        with self._transaction():
            pass

    def backup(self, file: Path) -> None:
        """A consistent copy while the program runs. `file` must not exist."""
        if self._engine.dialect.name != "sqlite":
            raise StorageError("backup: this is PostgreSQL; use its own pg_dump")
        if file.exists():
            raise StorageError(f"backup: {file} exists; name a file that does not")
        try:
            connection = self._engine.raw_connection()
            try:
                connection.cursor().execute("VACUUM INTO ?", (str(file),))
            finally:
                connection.close()
        except (SQLAlchemyError, OSError) as error:
            raise explained(error) from error
        except Exception as error:  # sqlite3.Error: the driver is not SQLAlchemy's here
            raise explained(error) from error
