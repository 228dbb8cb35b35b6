"""Opportunities, advocates, asks and messages: what people and steps decide about."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    delete,
    or_,
    select,
    update,
)

from domain.types import (
    Advocate,
    Ask,
    AskState,
    Assessment,
    Event,
    Message,
    MessageState,
    Opportunity,
    OpportunityState,
    Post,
    Verdict,
    stand_in,
)
from storage.base import Database, LostError, add, add_all, replace, values, write_all
from storage.rows import table, value_of

OPPORTUNITIES, ASKS, MESSAGES = table(Opportunity), table(Ask), table(Message)
ADVOCATES, EVENTS, VERDICTS = table(Advocate), table(Event), table(Verdict)
POSTS, ASSESSMENTS = table(Post), table(Assessment)


class Item(NamedTuple):
    """An opportunity with all that a reviewer looks at."""

    opportunity: Opportunity
    post: Post
    assessment: Assessment


class Reviewed(Database):
    def opportunity(self, key: str) -> Opportunity | None:
        """Or what stands in its place, where its post is forgotten."""
        query = select(OPPORTUNITIES).where(OPPORTUNITIES.c.key.in_([key, stand_in(key)]))
        with self._reading() as db:
            found = values(db, Opportunity, query)
        return found[0] if found else None

    def opportunities(self, state: OpportunityState, limit: int = 1000) -> list[Opportunity]:
        """Oldest first."""
        query = select(OPPORTUNITIES).where(OPPORTUNITIES.c.state == state)
        with self._reading() as db:
            return values(db, Opportunity, query.order_by(OPPORTUNITIES.c.opened_at).limit(limit))

    def item(self, key: str) -> Item | None:
        """Or what stands in its place, where its post is forgotten."""
        wanted = OPPORTUNITIES.c.key.in_([key, stand_in(key)])
        with self._reading() as db:
            found = db.execute(_items(wanted)).mappings().first()
        return _item(found) if found else None

    def items(
        self,
        state: OpportunityState,
        *,
        platform: str = "",
        awake_at: datetime | None = None,
        asleep_at: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Item]:
        """Hot ones first, then by score. `awake_at` leaves out what is snoozed beyond then;
        `asleep_at` leaves out all the rest."""
        snoozed = OPPORTUNITIES.c.snoozed_until
        conditions: list[ColumnElement[bool]] = [OPPORTUNITIES.c.state == state]
        if platform:
            conditions.append(POSTS.c.platform == platform)
        if awake_at:
            conditions.append(or_(snoozed.is_(None), snoozed <= awake_at))
        if asleep_at:
            conditions.append(snoozed > asleep_at)
        order = (OPPORTUNITIES.c.hot.desc(), OPPORTUNITIES.c.score.desc(), OPPORTUNITIES.c.key)
        query = _items(*conditions).order_by(*order).limit(limit).offset(offset)
        with self._reading() as db:
            return [_item(row) for row in db.execute(query).mappings()]

    def verdicts(self) -> list[Verdict]:
        with self._reading() as db:
            return values(db, Verdict, select(VERDICTS).order_by(VERDICTS.c.at))

    def events(self, subject: str) -> list[Event]:
        """What was done to one thing, oldest first."""
        query = select(EVENTS).where(EVENTS.c.subject == subject).order_by(EVENTS.c.id)
        with self._reading() as db:
            return values(db, Event, query)


class Asking(Database):
    def advocates(self) -> list[Advocate]:
        with self._reading() as db:
            return values(db, Advocate, select(ADVOCATES).order_by(ADVOCATES.c.id))

    def advocate(self, key: str) -> Advocate | None:
        with self._reading() as db:
            found = values(db, Advocate, select(ADVOCATES).where(ADVOCATES.c.id == key))
        return found[0] if found else None

    def add_advocates(self, new: Sequence[Advocate]) -> int:
        """All of them, or none. Known ids are left alone; change those by `swap`."""
        with self._transaction() as db:
            return add(db, new)

    def put_advocates(
        self,
        new: Sequence[Advocate],
        changes: Sequence[tuple[Advocate, Advocate]],
        events: Iterable[Event] = (),
    ) -> bool:
        """Add and replace, all or none. False, and nothing done, if one of them was changed by
        somebody else since it was read."""
        try:
            with self._transaction() as db:
                add_all(db, new)
                for old, changed in changes:
                    replace(db, old, changed)
                write_all(db, events=events)
        except LostError:
            return False
        return True

    def erase_advocate(self, key: str) -> bool:
        """The person and all that we asked or wrote; False if there is nobody of that id."""
        mine = select(ASKS.c.key).where(ASKS.c.advocate == key)
        to_them = or_(MESSAGES.c.recipient == key, MESSAGES.c.about.in_(mine))
        of_them = or_(
            EVENTS.c.actor == f"advocate:{key}",
            EVENTS.c.subject == f"advocate:{key}",
            EVENTS.c.subject.in_(mine),
            EVENTS.c.subject.in_(select(MESSAGES.c.key).where(to_them)),
        )
        chosen = OPPORTUNITIES.c.chosen == key
        with self._transaction() as db:
            db.execute(delete(EVENTS).where(of_them))
            db.execute(update(EVENTS).where(EVENTS.c.detail == key).values(detail=""))
            db.execute(update(OPPORTUNITIES).where(chosen).values(chosen=""))
            db.execute(delete(MESSAGES).where(to_them))
            db.execute(delete(ASKS).where(ASKS.c.advocate == key))
            return bool(db.execute(delete(ADVOCATES).where(ADVOCATES.c.id == key)).rowcount)

    def ask(self, key: str) -> Ask | None:
        """Or what stands in its place, where the post that it was about is forgotten."""
        cuts = [n for n, char in enumerate(key) if char == "@"]  # ids may hold one too
        names = [key, *(f"{stand_in(key[:n])}@{key[n + 1 :]}" for n in cuts)]
        query = select(ASKS).where(ASKS.c.key.in_(names))
        with self._reading() as db:
            found = values(db, Ask, query)
        return found[0] if found else None

    def asks(
        self,
        *,
        states: Iterable[AskState] = (),
        since: datetime | None = None,
        occasion: str = "",
        advocate: str = "",
        due_by: datetime | None = None,
    ) -> list[Ask]:
        """Those that fit all that is given, oldest first. `since` counts from the draft."""
        query = select(ASKS).order_by(ASKS.c.drafted_at, ASKS.c.key)
        wanted = [str(s) for s in states]
        if wanted:
            query = query.where(ASKS.c.state.in_(wanted))
        if since:
            query = query.where(ASKS.c.drafted_at >= since)
        if occasion:
            query = query.where(ASKS.c.occasion == occasion)
        if advocate:
            query = query.where(ASKS.c.advocate == advocate)
        if due_by:
            query = query.where(ASKS.c.due_at <= due_by)
        with self._reading() as db:
            return values(db, Ask, query)

    def asks_to_follow(self, now: datetime) -> list[Ask]:
        """Those due, and those whose reply somebody should look for: said yes, or told us of it."""
        told = and_(ASKS.c.state == AskState.DONE, ASKS.c.verified.is_(False))
        looked_for = or_(ASKS.c.state == AskState.ACCEPTED, told)
        look_due = or_(ASKS.c.look_at.is_(None), ASKS.c.look_at <= now)
        followed = ASKS.c.state.in_([AskState.SENT, AskState.ACCEPTED, AskState.DONE])
        query = select(ASKS).where(followed, look_due, or_(ASKS.c.due_at <= now, looked_for))
        with self._reading() as db:
            return values(db, Ask, query.order_by(ASKS.c.due_at, ASKS.c.key))

    def add_ask(
        self, ask: Ask, *, messages: Iterable[Message] = (), events: Iterable[Event] = ()
    ) -> bool:
        """False, and nothing done, if it exists or its thread or author is somebody else's."""
        with self._transaction() as db:
            if not add(db, [ask]):
                return False
            write_all(db, messages, events)
        return True


class Telling(Database):
    def message(self, key: str) -> Message | None:
        with self._reading() as db:
            found = values(db, Message, select(MESSAGES).where(MESSAGES.c.key == key))
        return found[0] if found else None

    def messages(
        self,
        *,
        states: Iterable[MessageState] = (),
        about: str = "",
        due_by: datetime | None = None,
        limit: int = 1000,
    ) -> list[Message]:
        """Those that fit all that is given; those due first come first."""
        query: Select[tuple[object, ...]] = select(MESSAGES)
        wanted = [str(s) for s in states]
        if wanted:
            query = query.where(MESSAGES.c.state.in_(wanted))
        if about:
            query = query.where(MESSAGES.c.about == about)
        if due_by:
            query = query.where(MESSAGES.c.due_at <= due_by)
        with self._reading() as db:
            return values(
                db, Message, query.order_by(MESSAGES.c.due_at, MESSAGES.c.created_at).limit(limit)
            )

    def queue(self, messages: Iterable[Message] = (), events: Iterable[Event] = ()) -> None:
        """What is queued already stays as it is."""
        with self._transaction() as db:
            write_all(db, messages, events)


def _items(*conditions: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    kinds = {"o": OPPORTUNITIES, "p": POSTS, "a": ASSESSMENTS}
    columns = [c.label(f"{letter}_{c.name}") for letter, kind in kinds.items() for c in kind.c]
    return (
        select(*columns)
        .join(POSTS, POSTS.c.key == OPPORTUNITIES.c.post_key)
        .join(ASSESSMENTS, ASSESSMENTS.c.post_key == OPPORTUNITIES.c.post_key)
        .where(*conditions)
    )


def _item(row: RowMapping) -> Item:
    return Item(
        value_of(Opportunity, row, "o_"),
        value_of(Post, row, "p_"),
        value_of(Assessment, row, "a_"),
    )
