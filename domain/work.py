"""What is worth doing, what we ask, what we say, and what was done."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import AwareDatetime

from domain.people import AskKind
from domain.posts import Intent
from domain.value import Url, Value, Versioned


class OpportunityState(StrEnum):
    OPEN = "open"  # waits for a reviewer
    APPROVED = "approved"  # may be routed
    CLOSED = "closed"  # see `closed_as`


class Closed(StrEnum):
    DISMISSED = "dismissed"
    ANSWERED = "answered"
    EXPIRED = "expired"
    GONE = "gone"  # the post was deleted
    CHANGED = "changed"  # the post was edited, and asks nothing any more
    LOCKED = "locked"  # nobody may answer there any more


class Dismissal(StrEnum):
    NOT_BUYING = "not_buying"  # no buying question at all
    NOT_OURS = "not_ours"  # a buying question, but nothing that we could help with
    ALREADY_ANSWERED = "already_answered"
    TOO_LATE = "too_late"
    WRONG_PLACE = "wrong_place"  # the community would not like it
    OTHER = "other"


class Opportunity(Versioned):
    """A post worth an advocate's time. At most one per post: the post's key is its key."""

    post_key: str
    topic: str  # the product or category that it is about, from the catalogue
    intent: Intent
    components: Mapping[str, float]  # sum to `score`
    score: float
    reason: str  # one line, for people
    hot: bool = False  # tell the team at once
    state: OpportunityState = OpportunityState.OPEN
    closed_as: Closed | None = None
    dismissal: Dismissal | None = None
    note: str = ""  # what the reviewer wrote when deciding; "nobody fits" is told here too
    opened_at: AwareDatetime
    expires_at: AwareDatetime
    claimed_by: str = ""
    snoozed_until: AwareDatetime | None = None
    chosen: str = ""  # the advocate a reviewer chose, "" to let the router choose
    decided_by: str = ""
    decided_at: AwareDatetime | None = None

    @property
    def key(self) -> str:
        return self.post_key


class Decision(StrEnum):
    APPROVED = "approved"
    DISMISSED = "dismissed"


class Verdict(Value):
    """What a person decided about an opportunity, and why: the training label."""

    post_key: str
    reviewer: str
    decision: Decision
    reason: Dismissal | None = None
    at: AwareDatetime


class AskState(StrEnum):
    DRAFTED = "drafted"  # its prompt is not sent yet
    SENT = "sent"  # waits for the advocate
    ACCEPTED = "accepted"  # they said yes; waits for the reply to appear
    DONE = "done"  # the reply was seen, or told by link
    DROPPED = "dropped"  # see `dropped_as`


class Dropped(StrEnum):
    DECLINED = "declined"  # not this one
    NOT_NOW = "not_now"
    PAUSED = "paused"
    LEFT = "left"
    SILENT = "silent"  # no answer in time
    NO_REPLY = "no_reply"  # said yes, but no reply appeared in time
    UNDELIVERABLE = "undeliverable"
    CLOSED = "closed"  # the opportunity was closed meanwhile
    GONE = "gone"  # the post was deleted
    NOT_ALLOWED = "not_allowed"  # a gate closed between choosing and sending


class Ask(Versioned):
    """One request to one advocate about one occasion; never made twice."""

    occasion: str  # the opportunity's key for a reply; else what it is about
    advocate: str  # Advocate.id
    kind: AskKind = AskKind.REPLY
    wave: int = 1  # first, second, ... advocate asked about this
    thread_key: str = ""  # of the post asked about: never two advocates on one thread
    author_key: str = ""  # ... nor at one author
    place_key: str = ""
    fit: float = 0.0
    why: str = ""
    state: AskState = AskState.DRAFTED
    dropped_as: Dropped | None = None
    drafted_at: AwareDatetime
    due_at: AwareDatetime  # when somebody has to look at this ask again
    sent_at: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    look_at: AwareDatetime | None = None  # when to look for the reply again; None: at once
    reminders: int = 0
    reply_url: Url = ""
    reply_at: AwareDatetime | None = None  # when we first saw the reply
    verified: bool = False  # we saw it ourselves, it is not only told
    up_after_day: bool | None = None  # still there 24 h later; None: not looked yet
    up_after_week: bool | None = None

    @property
    def key(self) -> str:
        if self.kind is AskKind.REPLY:
            return f"{self.occasion}@{self.advocate}"
        return f"{self.kind}:{self.occasion}@{self.advocate}"


class MessageKind(StrEnum):
    CARD = "card"  # an opportunity, to the team
    REDRAW = "redraw"  # the same card again after a decision
    PROMPT = "prompt"  # an ask, to the advocate
    REMINDER = "reminder"
    THANKS = "thanks"
    DIGEST = "digest"
    ALARM = "alarm"  # to ops
    RECALL = "recall"  # a line in place of what quoted a post that is forgotten


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # claimed; a crash leaves it here, and restart finds out
    SENT = "sent"
    DEAD = "dead"  # gave up; ops can read why and retry
    SUPPRESSED = "suppressed"  # no longer true when its turn came


class Message(Versioned):
    """One thing to be said to one person: a row before it is a call.

    It holds no text: words are made when it is sent, from what is then true.
    """

    kind: MessageKind
    about: str  # the key of the opportunity, ask or (recalled) message; a source's name, a period
    turn: int = 0  # tells several of one kind about one thing apart
    channel: str  # a notifier's kind: "slack", "email", "log"
    recipient: str = ""  # Advocate.id; "" the team
    state: MessageState = MessageState.QUEUED
    attempts: int = 0
    created_at: AwareDatetime
    due_at: AwareDatetime
    claimed_at: AwareDatetime | None = None
    sent_at: AwareDatetime | None = None
    provider_id: str = ""  # Slack's channel and ts, a mail's Message-ID
    error: str = ""

    @property
    def key(self) -> str:
        turn = f":{self.turn}" if self.turn else ""
        return f"{self.kind}:{self.about}{turn}"


class Event(Value):
    """Who did what when. Appended, never changed; holds no text of strangers."""

    at: AwareDatetime
    actor: str  # a step, a reviewer, "advocate:ID"
    action: str  # "approved", "sent", ...
    subject: str  # the key of what it was done to
    detail: str = ""
