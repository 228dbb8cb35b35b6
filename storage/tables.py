"""Rows. Each mirrors a value of domain/ and adds a key, indexes or progress marks.

Lists and mappings inside a value are JSON columns. A plain `datetime` is SQLModel's UTC type: it
stores and returns aware UTC on SQLite and PostgreSQL alike, and refuses naive values.
"""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, Index, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

# Every constraint has a name, or a later migration could not drop it.
SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


class Json(TypeDecorator[Any]):
    """JSON text on SQLite, JSONB on PostgreSQL."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())


class SourceRow(SQLModel, table=True):
    __tablename__ = "source"

    name: str = Field(primary_key=True)
    cursor: str | None = Field(default=None, sa_type=Text)
    due_at: datetime | None = None
    failures: int = 0
    last_error: str = ""
    read_at: datetime | None = None
    newest_at: datetime | None = None
    heard: int = 0
    heard_at: datetime | None = None
    arrivals: int = 0
    usual_gap: float = 0.0
    notices: list[str] = Field(default_factory=list, sa_type=Json)
    budget_left: int | None = None
    alarmed: dict[str, str] = Field(default_factory=dict, sa_type=Json)


class PostRow(SQLModel, table=True):
    __tablename__ = "post"
    __table_args__ = (
        Index(
            "ix_post_unassessed",
            "fetched_at",
            postgresql_where=text("NOT assessed"),
            sqlite_where=text("NOT assessed"),
        ),
        Index("ix_post_unchecked", "source", "checked_at"),
        Index(
            "ix_post_repeats",
            "head",
            postgresql_where=text("head <> ''"),
            sqlite_where=text("head <> ''"),
        ),
    )

    key: str = Field(primary_key=True)
    platform: str
    instance: str
    community: str
    external_id: str
    url: str
    author: str
    author_id: str
    title: str
    text: str = Field(sa_type=Text)
    language: str
    posted_at: datetime
    fetched_at: datetime
    thread_id: str
    parent_id: str
    metrics: dict[str, int] = Field(sa_type=Json)
    state: str
    source: str = Field(default="", index=True)  # the name of the source that heard it first
    assessed: bool = False
    head: str = ""  # of one that repeats another: the other's key
    checked_at: datetime  # when it was last seen to be there
    look_at: datetime  # when to look again at the soonest, after a look that told nothing


class AssessmentRow(SQLModel, table=True):
    __tablename__ = "assessment"

    post_key: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    intent: str = Field(index=True)
    score: float
    scores: dict[str, float] = Field(sa_type=Json)
    kind: str | None
    mentions: list[Any] = Field(sa_type=Json)
    asker: dict[str, Any] = Field(sa_type=Json)
    evidence: list[Any] = Field(sa_type=Json)
    at: datetime


class OpportunityRow(SQLModel, table=True):
    __tablename__ = "opportunity"
    __table_args__ = (Index("ix_opportunity_queue", "state", "score"),)

    key: str = Field(primary_key=True)
    post_key: str
    topic: str
    intent: str
    components: dict[str, float] = Field(sa_type=Json)
    score: float
    reason: str
    hot: bool
    state: str
    closed_as: str | None
    dismissal: str | None
    note: str
    opened_at: datetime
    expires_at: datetime
    claimed_by: str
    snoozed_until: datetime | None
    chosen: str
    decided_by: str
    decided_at: datetime | None
    version: int


class VerdictRow(SQLModel, table=True):
    __tablename__ = "verdict"

    post_key: str = Field(primary_key=True)
    reviewer: str = Field(primary_key=True)
    decision: str
    reason: str | None
    at: datetime


class AdvocateRow(SQLModel, table=True):
    __tablename__ = "advocate"

    id: str = Field(primary_key=True)
    name: str
    email: str
    slack_id: str
    handles: dict[str, str] = Field(sa_type=Json)
    kind: str
    company: str
    industry: str
    company_size: str
    region: str
    time_zone: str
    languages: list[str] = Field(sa_type=Json)
    role: str
    products: list[Any] = Field(sa_type=Json)
    moved_from: list[str] = Field(sa_type=Json)
    use_cases: list[str] = Field(sa_type=Json)
    communities: list[str] = Field(sa_type=Json)
    facts: list[str] = Field(sa_type=Json)
    motives: list[str] = Field(sa_type=Json)
    consents: list[Any] = Field(sa_type=Json)
    max_per_week: int | None
    max_per_quarter: int | None
    quiet_from: time | None
    quiet_to: time | None
    paused_until: datetime | None
    frozen_until: datetime | None
    left_at: datetime | None
    version: int


_IN_HAND = "kind = 'reply' AND state IN ('drafted', 'sent', 'accepted')"
_NOT_DROPPED = "kind = 'reply' AND state <> 'dropped' AND thread_key <> ''"


class AskRow(SQLModel, table=True):
    """The two partial unique indexes hold the promise that the router makes: never two advocates on
    one thread, nor two at work on one author, whatever runs at the same time."""

    __tablename__ = "ask"
    __table_args__ = (
        Index("ix_ask_due", "state", "due_at"),
        Index(
            "uq_ask_thread",
            "thread_key",
            unique=True,
            postgresql_where=text(_NOT_DROPPED),
            sqlite_where=text(_NOT_DROPPED),
        ),
        Index(
            "uq_ask_author",
            "author_key",
            unique=True,
            postgresql_where=text(f"{_IN_HAND} AND author_key <> ''"),
            sqlite_where=text(f"{_IN_HAND} AND author_key <> ''"),
        ),
    )

    key: str = Field(primary_key=True)
    occasion: str = Field(index=True)
    advocate: str = Field(index=True)
    kind: str
    wave: int
    thread_key: str
    author_key: str
    place_key: str
    fit: float
    why: str
    state: str
    dropped_as: str | None
    drafted_at: datetime
    due_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    look_at: datetime | None
    reminders: int
    reply_url: str
    reply_at: datetime | None
    verified: bool
    up_after_day: bool | None
    up_after_week: bool | None
    version: int


class MessageRow(SQLModel, table=True):
    __tablename__ = "message"
    __table_args__ = (Index("ix_message_due", "state", "due_at"),)

    key: str = Field(primary_key=True)
    kind: str
    about: str = Field(index=True)
    turn: int = Field(sa_type=BigInteger)
    channel: str
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    claimed_at: datetime | None
    sent_at: datetime | None
    provider_id: str
    error: str
    version: int


class EventRow(SQLModel, table=True):
    __tablename__ = "event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    action: str
    subject: str = Field(index=True)
    detail: str


class LeaseRow(SQLModel, table=True):
    """Who may work, and until when: two daemons on one database take turns, they do not share."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    until: datetime


class SpendingRow(SQLModel, table=True):
    """Posts that a source was billed for, by day (UTC)."""

    __tablename__ = "spending"

    source: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    posts: int


class ForgottenRow(SQLModel, table=True):
    """What is left of a post that was forgotten: enough to know it again, and nothing else."""

    __tablename__ = "forgotten"

    digest: str = Field(primary_key=True)
    at: datetime = Field(index=True)
