"""Sources, posts and what we think of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from domain.types import Assessment, Message, Opportunity, Post, Source
from storage.base import Database, add, values, write_all
from storage.rows import record, table, value_of
from storage.tables import PostRow

POSTS = table(PostRow)
SOURCES = table(Source)
ASSESSMENTS = table(Assessment)


class Heard(Database):
    def source(self, name: str) -> Source:
        with self._reading() as db:
            found = values(db, Source, select(SOURCES).where(SOURCES.c.name == name))
        return found[0] if found else Source(name=name)

    def sources(self) -> list[Source]:
        with self._reading() as db:
            return values(db, Source, select(SOURCES).order_by(SOURCES.c.name))

    def save_source(self, source: Source, posts: Iterable[Post] = ()) -> int:
        """Save new posts and how far we have read, together. Known posts are left alone.

        Returns how many posts were new.
        """
        fresh = list({post.key: post for post in posts}.values())
        with self._transaction() as db:
            new = add(db, fresh, source=source.name, assessed=False)
            kept = update(SOURCES).where(SOURCES.c.name == source.name).values(**record(source))
            if not db.execute(kept).rowcount:
                add(db, [source])
        return new

    def post(self, key: str) -> Post | None:
        with self._reading() as db:
            found = values(db, Post, select(POSTS).where(POSTS.c.key == key))
        return found[0] if found else None

    def posts_to_assess(self, limit: int) -> list[Post]:
        """Those heard first come first."""
        query = (
            select(POSTS).where(POSTS.c.assessed.is_(False)).order_by(POSTS.c.fetched_at)
        ).limit(limit)
        with self._reading() as db:
            return values(db, Post, query)

    def save_assessments(
        self,
        assessments: Sequence[Assessment],
        now: datetime,
        *,
        opportunities: Sequence[Opportunity] = (),
        messages: Iterable[Message] = (),
    ) -> int:
        """Save what was thought, what follows from it, and that these posts are done with.

        Returns how many opportunities are new.
        """
        if not assessments:
            return 0
        with self._transaction() as db:
            add(db, list(assessments), at=now)
            opened = add(db, list(opportunities))
            write_all(db, messages)
            db.execute(
                update(POSTS).where(POSTS.c.key == bindparam("done")).values(assessed=True),
                [{"done": a.post_key} for a in assessments],
            )
        return opened

    def assessment(self, post_key: str) -> Assessment | None:
        """The latest."""
        query = (
            select(ASSESSMENTS)
            .where(ASSESSMENTS.c.post_key == post_key)
            .order_by(ASSESSMENTS.c.at.desc())
        ).limit(1)
        with self._reading() as db:
            row = db.execute(query).mappings().first()
        return value_of(Assessment, row) if row else None
