"""Letting go of posts: what was deleted where it stood, and what was kept long enough."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from domain.types import (
    Ask,
    Assessment,
    Event,
    Message,
    Opportunity,
    OpportunityState,
    Post,
    PostState,
    Verdict,
    Versioned,
    digest,
)
from storage.base import Database, LostError, add, add_all, insert_into, values, write_all
from storage.database import BUSY_MS
from storage.heard import bring_up_to_date
from storage.rows import table
from storage.tables import ForgottenRow, PostRow

POSTS, ASSESSMENTS, OPPORTUNITIES = table(PostRow), table(Assessment), table(Opportunity)
ASKS, MESSAGES, EVENTS = table(Ask), table(Message), table(Event)
VERDICTS, FORGOTTEN_ONES = table(Verdict), table(ForgottenRow)

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Traces(NamedTuple):
    """All that was made of one post."""

    post: Post
    opportunity: Opportunity | None
    asks: Sequence[Ask]
    messages: Sequence[Message]
    head: str  # of one that repeats another: the other's key


class Left(NamedTuple):
    """What stays of a forgotten post where people worked on it, under other names and without a
    word of it. Old rows are swapped for new ones, so a decision made meanwhile is not lost."""

    post: Post | None = None
    assessment: Assessment | None = None
    changes: Sequence[tuple[Versioned, Versioned]] = ()  # opportunity, asks, messages
    messages: Sequence[Message] = ()  # to be sent because of it
    events: Sequence[Event] = ()
    settled: bool = False  # people have decided it: those that say the same are settled with it


class Standing(NamedTuple):
    """How sure we are of a post."""

    checked_at: datetime  # when it was last seen to be there
    assessed: bool


class Forgetting(Database):
    _untidy = True  # until the first time that all was written where it belongs

    def standing(self, key: str) -> Standing | None:
        query = select(POSTS.c.checked_at, POSTS.c.assessed).where(POSTS.c.key == key)
        with self._reading() as db:
            row = db.execute(query).first()
        return Standing(*row) if row else None

    def heard_by(self, keys: Collection[str]) -> dict[str, str]:
        """The name of the source that heard each first."""
        query = select(POSTS.c.key, POSTS.c.source).where(POSTS.c.key.in_(list(keys)))
        with self._reading() as db:
            return {row.key: row.source for row in db.execute(query)}

    def posts_to_recheck(
        self,
        source: str,
        before: datetime,
        limit: int,
        now: datetime,
        *,
        matched: bool = False,
        orphans_of: str = "",
        sources: Collection[str] = (),
    ) -> list[Post]:
        """Those of a source that were last seen before then, and may be looked at now; the longest
        unseen come first. `matched`: only opportunities. `orphans_of`: also posts of that platform
        whose source is none of `sources` any more."""
        theirs = POSTS.c.source == source
        if orphans_of:
            nobodys = POSTS.c.source.not_in(list(sources))
            theirs = or_(theirs, and_(POSTS.c.platform == orphans_of, nobodys))
        wanted = [
            theirs,
            POSTS.c.checked_at <= before,
            POSTS.c.look_at <= now,
            POSTS.c.state != PostState.GONE,
        ]
        if matched:
            wanted.append(exists().where(OPPORTUNITIES.c.key == POSTS.c.key))
        query = select(POSTS).where(*wanted).order_by(POSTS.c.look_at, POSTS.c.key).limit(limit)
        with self._reading() as db:
            return values(db, Post, query)

    def last_seen_before(self, keys: Collection[str], before: datetime) -> list[Post]:
        """Those of `keys` that were not seen since."""
        query = select(POSTS).where(
            POSTS.c.key.in_(list(keys)),
            POSTS.c.checked_at <= before,
            POSTS.c.state != PostState.GONE,
        )
        with self._reading() as db:
            return values(db, Post, query)

    def put_off(self, keys: Collection[str], until: datetime) -> None:
        """A look at these told nothing: not before then once more."""
        with self._transaction() as db:
            db.execute(update(POSTS).where(POSTS.c.key.in_(list(keys))).values(look_at=until))

    def doubt(self, key: str) -> None:
        """It was said to be gone, but could not be forgotten at once: to be looked at next."""
        long_ago = {"checked_at": LONG_AGO, "look_at": LONG_AGO}
        with self._transaction() as db:
            db.execute(update(POSTS).where(POSTS.c.key == key).values(**long_ago))

    def stand_down(self, key: str) -> None:
        """Nothing will come of this post: the first of those that say the same is judged itself."""
        with self._transaction() as db:
            _let_another_stand_first(db, key, ())

    def save_rechecked(self, posts: Iterable[Post], now: datetime) -> list[str]:
        """They are still there. The keys of those that say something else now: they are brought up
        to date, and will be assessed anew."""
        self._untidy = True  # what one said before it was edited
        with self._transaction() as db:
            return [
                post.key
                for post in posts
                if bring_up_to_date(db, post.key, post.model_copy(update={"fetched_at": now}))
            ]

    def traces(self, key: str) -> Traces | None:
        with self._reading() as db:
            row = db.execute(select(POSTS).where(POSTS.c.key == key)).mappings().first()
            if row is None:
                return None
            [post] = values(db, Post, select(POSTS).where(POSTS.c.key == key))
            found = values(db, Opportunity, select(OPPORTUNITIES).where(OPPORTUNITIES.c.key == key))
            asks = values(db, Ask, select(ASKS).where(ASKS.c.occasion == key))
            messages = values(db, Message, select(MESSAGES).where(_about(key)))
        return Traces(post, found[0] if found else None, asks, messages, row["head"])

    def forget(self, key: str, left: Left, now: datetime) -> bool:
        """Nothing of the post stays but `left`. False, and nothing done, if something of it has
        changed since `left` was thought out."""
        try:
            with self._transaction() as db:
                for old, new in left.changes:
                    _take_out(db, old)
                    _rename_events(db, old, new)
                _nothing_more(db, key)
                _drop(db, [key], now, heirs_to=left.post.key if left.post and left.settled else "")
                add_all(db, [new for _, new in left.changes])
                if left.post and left.assessment:
                    marks = {"source": "", "assessed": True, "checked_at": now, "look_at": now}
                    add(db, [left.post], **marks)
                    add(db, [left.assessment], at=now)
                write_all(db, left.messages, left.events)
        except LostError:
            return False
        self._untidy = True
        return True

    def forget_unmatched(
        self, before: datetime, now: datetime, *, source: str = "", limit: int = 1000
    ) -> list[str]:
        """Posts heard before then that nothing came of, nor of the one that they repeat; the keys
        of at most `limit`. Call it until it finds none."""
        of_it = OPPORTUNITIES.c.key.in_([POSTS.c.key, POSTS.c.head])
        wanted: list[ColumnElement[bool]] = [
            POSTS.c.fetched_at <= before,
            POSTS.c.state != PostState.GONE,
            ~exists().where(of_it),
        ]
        # What costs money has to go in time; the rest waits for a model that is down.
        wanted.append(POSTS.c.source == source if source else POSTS.c.assessed.is_(True))
        query = select(POSTS.c.key).where(*wanted).order_by(POSTS.c.fetched_at).limit(limit)
        with self._transaction() as db:
            keys = list(db.execute(query).scalars())
            _drop(db, keys, now)
        self._untidy = self._untidy or bool(keys)
        return keys

    def settled_posts(self, before: datetime, limit: int = 100) -> list[str]:
        """Keys of posts heard before then whose opportunities are closed, and of those that repeat
        such a one."""
        closed = and_(
            OPPORTUNITIES.c.state == OpportunityState.CLOSED,
            OPPORTUNITIES.c.key.in_([POSTS.c.key, POSTS.c.head]),
        )
        query = select(POSTS.c.key).where(
            POSTS.c.fetched_at <= before, POSTS.c.state != PostState.GONE, exists().where(closed)
        )
        with self._reading() as db:
            return list(db.execute(query.order_by(POSTS.c.fetched_at).limit(limit)).scalars())

    def drop_old_marks(self, before: datetime) -> int:
        """Of posts forgotten so long ago that no source shows them any more."""
        with self._transaction() as db:
            done = db.execute(delete(FORGOTTEN_ONES).where(FORGOTTEN_ONES.c.at <= before))
            return done.rowcount

    def tidy(self) -> None:
        """SQLite keeps what was written last in a file of its own: empty that too, so that what was
        forgotten stands nowhere on the disk. PostgreSQL's own vacuum does the like."""
        if self._engine.dialect.name != "sqlite" or not self._untidy:
            return
        # Where somebody reads just now, it is done the next time.
        with suppress(SQLAlchemyError, sqlite3.Error):
            connection = self._engine.raw_connection()  # outside of any transaction
            try:
                cursor = connection.cursor()
                cursor.execute("PRAGMA busy_timeout=500")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, *_ = cursor.fetchone() or (1,)
                cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
                self._untidy = bool(busy)
            finally:
                connection.close()


def _about(key: str) -> ColumnElement[bool]:
    """Messages about the opportunity of that key, or about an ask of it."""
    asks = select(ASKS.c.key).where(ASKS.c.occasion == key)
    return or_(MESSAGES.c.about == key, MESSAGES.c.about.in_(asks))


def _nothing_more(db: Connection, key: str) -> None:
    """Somebody was asked, or something queued, since it was looked what there is."""
    more = (ASKS.c.occasion == key, _about(key))
    if any(db.execute(select(exists().where(one))).scalar() for one in more):
        raise LostError


def _take_out(db: Connection, old: Versioned) -> None:
    kind = table(type(old))
    identity = kind.c.key == old.key  # type: ignore[attr-defined]
    if not db.execute(delete(kind).where(identity, kind.c.version == old.version)).rowcount:
        raise LostError


def _drop(db: Connection, keys: Sequence[str], now: datetime, *, heirs_to: str = "") -> None:
    """Rows and labels of these posts, so that they are not heard again. `heirs_to`: what those that
    repeat them repeat from now on; "": the first of them is judged itself."""
    if not keys:
        return
    repeated = (POSTS.c.head.in_(keys), POSTS.c.head != "")
    if heirs_to:
        db.execute(update(POSTS).where(*repeated).values(head=heirs_to))
    for key in db.execute(select(POSTS.c.head).where(*repeated).distinct()).scalars().all():
        _let_another_stand_first(db, key, keys)
    for kind, column in (
        (POSTS, POSTS.c.key),
        (ASSESSMENTS, ASSESSMENTS.c.post_key),
        (VERDICTS, VERDICTS.c.post_key),
    ):
        db.execute(delete(kind).where(column.in_(keys)))
    new = insert_into(db, FORGOTTEN_ONES).on_conflict_do_nothing()
    db.execute(new, [{"digest": digest(key), "at": now} for key in keys])


def _rename_events(db: Connection, old: Versioned, new: Versioned) -> None:
    """Who did what when stays; a detail may hold words of the post."""
    was, now_is = old.key, new.key  # type: ignore[attr-defined]
    mine = update(EVENTS).where(EVENTS.c.subject == was)
    db.execute(mine.values(subject=now_is, detail=""))


def _let_another_stand_first(db: Connection, key: str, going: Collection[str]) -> None:
    """The first of those that repeat it, and stay, is assessed in its place; the others repeat that
    one."""
    repeating = select(POSTS.c.key).where(POSTS.c.head == key, POSTS.c.head != "")
    staying = repeating.where(POSTS.c.key.not_in(list(going)))
    heir = db.execute(staying.order_by(POSTS.c.posted_at, POSTS.c.key).limit(1)).scalar()
    if heir is None:
        return
    db.execute(update(POSTS).where(POSTS.c.key == heir).values(head="", assessed=False))
    db.execute(update(POSTS).where(POSTS.c.head == key, POSTS.c.head != "").values(head=heir))
