"""Sources, posts and what we think of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from domain.types import (
    Assessment,
    Message,
    Opportunity,
    Post,
    PostState,
    Source,
    Versioned,
    digest,
    stand_in,
)
from storage.base import Database, LostError, add, insert_into, replace, values, write_all
from storage.rows import record, table, value_of
from storage.tables import ForgottenRow, PostRow, SpendingRow

POSTS = table(PostRow)
SOURCES = table(Source)
ASSESSMENTS = table(Assessment)
SPENDING, FORGOTTEN_ONES = table(SpendingRow), table(ForgottenRow)
_AT_ONCE = 500  # keys in one question


class Read(NamedTuple):
    """What one look at a source brought, and the source after it."""

    source: Source
    posts: Sequence[Post] = ()
    earlier: Mapping[str, tuple[str, ...]] = {}  # keys of earlier versions, see Batch.earlier
    if_new: Source | None = None  # the source, where any of the posts is new
    spent: int = 0  # posts that were billed
    on: date | None = None  # the day of the bill
    messages: Sequence[Message] = ()
    messages_if_new: Sequence[Message] = ()


class Heard(Database):
    def source(self, name: str) -> Source:
        with self._reading() as db:
            found = values(db, Source, select(SOURCES).where(SOURCES.c.name == name))
        return found[0] if found else Source(name=name)

    def sources(self) -> list[Source]:
        with self._reading() as db:
            return values(db, Source, select(SOURCES).order_by(SOURCES.c.name))

    def save_source(self, source: Source, posts: Iterable[Post] = ()) -> int:
        """As `save_reads`, of one."""
        return self.save_reads([Read(source, tuple(posts))])[0]

    def save_reads(self, reads: Sequence[Read]) -> list[int]:
        """Save new posts and how far we have read, together; how many posts of each were new.

        Known posts are left alone, but what was edited is brought up to date, to be assessed anew;
        forgotten ones stay forgotten.
        """
        with self._transaction() as db:
            return [_save(db, read) for read in reads]

    def spent(self, name: str, day: date) -> tuple[int, int]:
        """Posts billed that day, and that month up to it."""
        billed = select(SPENDING.c.day, SPENDING.c.posts).where(
            SPENDING.c.source == name, SPENDING.c.day >= day.replace(day=1), SPENDING.c.day <= day
        )
        with self._reading() as db:
            days = {row.day: row.posts for row in db.execute(billed)}
        return days.get(day, 0), sum(days.values())

    def spend(self, name: str, posts: int, day: date) -> None:
        with self._transaction() as db:
            _spend(db, name, posts, day)

    def post(self, key: str) -> Post | None:
        with self._reading() as db:
            found = values(db, Post, select(POSTS).where(POSTS.c.key.in_([key, stand_in(key)])))
        return found[0] if found else None

    def posts_to_assess(self, limit: int) -> list[Post]:
        """Those heard first come first."""
        query = (
            select(POSTS).where(POSTS.c.assessed.is_(False)).order_by(POSTS.c.fetched_at)
        ).limit(limit)
        with self._reading() as db:
            return values(db, Post, query)

    def latest_words(self, limit: int) -> list[tuple[str, str, str]]:
        """Key, words and author's key of assessed posts that repeat no other, oldest first."""
        words = (POSTS.c.title, POSTS.c.text)
        who = (POSTS.c.platform, POSTS.c.instance, POSTS.c.author_id, POSTS.c.author)
        query = select(POSTS.c.key, *words, *who).where(
            POSTS.c.assessed.is_(True), POSTS.c.head == "", POSTS.c.state != PostState.GONE
        )
        with self._reading() as db:
            found = db.execute(query.order_by(POSTS.c.fetched_at.desc()).limit(limit)).all()
        return [(row.key, f"{row.title}\n{row.text}", _author_key(row)) for row in reversed(found)]

    def heads(self, keys: Collection[str]) -> dict[str, str]:
        """Of those of `keys` that are stored, the key of the post that each repeats; "" of none."""
        query = select(POSTS.c.key, POSTS.c.head)
        with self._reading() as db:
            return {
                row.key: row.head
                for some in _cut(sorted(keys))
                for row in db.execute(query.where(POSTS.c.key.in_(some)))
            }

    def repeats(self, key: str) -> list[Post]:
        """Posts that say the same as the one of that key, elsewhere or again; oldest first."""
        same = (POSTS.c.head == key, POSTS.c.head != "")
        query = select(POSTS).where(*same).order_by(POSTS.c.posted_at, POSTS.c.key)
        with self._reading() as db:
            return values(db, Post, query)

    def save_assessments(
        self,
        assessments: Sequence[Assessment],
        now: datetime,
        *,
        opportunities: Sequence[Opportunity] = (),
        changes: Iterable[tuple[Versioned, Versioned]] = (),
        messages: Iterable[Message] = (),
        repeats: Mapping[str, str] = {},
        read: Iterable[Post] = (),
    ) -> int:
        """Save what was thought, what follows from it, and that these posts are done with.

        `repeats`: of posts that were not assessed, the key of the one that they repeat. `changes`
        of opportunities whose posts were edited: if one has moved on, nothing at all is saved, and
        the posts wait. `read`: the posts as they were judged; of one that was forgotten or edited
        meanwhile nothing is saved. Returns how many opportunities are new.
        """
        done = {**{a.post_key: "" for a in assessments}, **repeats}
        if not done:
            return 0
        try:
            with self._transaction() as db:
                stale = _moved_on(db, done, read)
                done = {key: head for key, head in done.items() if key not in stale}
                assessments = [a for a in assessments if a.post_key not in stale]
                opportunities = [o for o in opportunities if o.post_key not in stale]
                messages = [m for m in messages if m.about not in stale]
                changes = [pair for pair in changes if _about_key(pair[0]) not in stale]
                if not done:
                    return 0
                # Of an edited post an assessment of its earlier words is there.
                _each(db, delete(ASSESSMENTS).where(ASSESSMENTS.c.post_key == bindparam("k")), done)
                add(db, list(assessments), at=now)
                opened = add(db, list(opportunities))
                for old, new in changes:
                    replace(db, old, new)
                write_all(db, messages)
                db.execute(
                    update(POSTS)
                    .where(POSTS.c.key == bindparam("k"))
                    .values(assessed=True, head=bindparam("h")),
                    [{"k": key, "h": head} for key, head in done.items()],
                )
        except LostError:
            return 0
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


def _save(db: Connection, read: Read) -> int:
    source = read.source
    fresh = {post.key: post for post in read.posts}
    for key in _forgotten(db, fresh, read.earlier):
        del fresh[key]
    for post in _edited(db, fresh, read.earlier):
        del fresh[post.key]
    seen_at = max((post.fetched_at for post in fresh.values()), default=None)
    marks = {"source": source.name, "assessed": False, "checked_at": seen_at, "look_at": seen_at}
    new = add(db, list(fresh.values()), **marks)
    if read.spent and read.on:
        _spend(db, source.name, read.spent, read.on)
    if new:
        source = (read.if_new or source).model_copy(update={"heard": source.heard + new})
    write_all(db, read.messages_if_new if new else read.messages)
    kept = update(SOURCES).where(SOURCES.c.name == source.name).values(**record(source))
    if not db.execute(kept).rowcount:
        add(db, [source])
    return new


def _forgotten(
    db: Connection, keys: Iterable[str], earlier: Mapping[str, tuple[str, ...]]
) -> set[str]:
    """Those that were forgotten, be it in an earlier version."""
    named = {digest(name): key for key in keys for name in (key, *earlier.get(key, ()))}
    digests = FORGOTTEN_ONES.c.digest
    return {
        named[found]
        for some in _cut(list(named))
        for found in db.execute(select(digests).where(digests.in_(some))).scalars()
    }


def _edited(
    db: Connection, fresh: Mapping[str, Post], earlier: Mapping[str, tuple[str, ...]]
) -> list[Post]:
    """Those that are known in an earlier version, which is now brought up to date."""
    found = []
    for post in fresh.values():
        if post.state is not PostState.EDITED and post.key not in earlier:
            continue
        names = [post.key, *earlier.get(post.key, ())]
        known = set(db.execute(select(POSTS.c.key).where(POSTS.c.key.in_(names))).scalars())
        if stored := next((name for name in names if name in known), None):
            bring_up_to_date(db, stored, post)
            found.append(post)
    return found


def bring_up_to_date(db: Connection, key: str, post: Post) -> bool:
    """The row of `key` says what `post` says now; True if that are other words than before."""
    at = post.fetched_at
    seen: dict[str, Any] = {"metrics": dict(post.metrics), "checked_at": at, "look_at": at}
    other_words = (POSTS.c.title != post.title) | (POSTS.c.text != post.text)
    changed = update(POSTS).where(POSTS.c.key == key, other_words)
    again: dict[str, Any] = {
        name: getattr(post, name) for name in ("title", "text", "language", "url")
    }
    again |= {"state": PostState.EDITED, "assessed": False, "head": ""}
    if db.execute(changed.values(**seen, **again)).rowcount:
        return True
    db.execute(update(POSTS).where(POSTS.c.key == key).values(**seen))
    return False


def _moved_on(db: Connection, keys: Iterable[str], read: Iterable[Post]) -> set[str]:
    """Those of `keys` that are gone, or say other words than they did when they were read."""
    words = {post.key: (post.title, post.text) for post in read}
    query = select(POSTS.c.key, POSTS.c.title, POSTS.c.text)
    there = {
        row.key: (row.title, row.text)
        for some in _cut(list(keys))
        for row in db.execute(query.where(POSTS.c.key.in_(some)))
    }
    return {key for key in keys if there.get(key) != words.get(key, there.get(key, ()))}


def _about_key(value: Versioned) -> str:
    return str(getattr(value, "post_key", ""))


def _author_key(row: Any) -> str:
    """As of Post.author_key."""
    who = row.author_id or row.author
    return f"{row.platform}:{row.instance}:{who}" if who else ""


def _spend(db: Connection, name: str, posts: int, day: date) -> None:
    new = insert_into(db, SPENDING).values(source=name, day=day, posts=posts)
    more = {"posts": SPENDING.c.posts + new.excluded.posts}
    db.execute(new.on_conflict_do_update(index_elements=["source", "day"], set_=more))


def _each(db: Connection, statement: Any, keys: Iterable[str]) -> None:
    db.execute(statement, [{"k": key} for key in keys])


def _cut(keys: Sequence[str]) -> list[Sequence[str]]:
    return [keys[n : n + _AT_ONCE] for n in range(0, len(keys), _AT_ONCE)]
