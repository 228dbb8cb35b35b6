"""What was heard, and what we think of it."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

from pydantic import AwareDatetime

from domain.value import Share, Url, Value


class PostState(StrEnum):
    LIVE = "live"
    EDITED = "edited"
    GONE = "gone"  # deleted, removed or made private: nothing may be made of it


class Post(Value):
    """Something a stranger wrote in public, as a listener heard it."""

    platform: str  # "reddit", "x", "hackernews", "linkedin", "rss"
    instance: str = ""  # which server or feed, where a platform has several
    community: str = ""  # "r/crm", "Ask HN"; "" where there is none
    external_id: str  # the platform's own id, always a string
    url: Url = ""
    author: str = ""  # handle, without "@" or "u/"
    author_id: str = ""
    title: str = ""
    text: str = ""  # plain, no markup
    language: str = ""  # ISO 639-1, "" unknown
    posted_at: AwareDatetime
    fetched_at: AwareDatetime
    thread_id: str = ""  # external id of the thread's first post; its own id if it is that
    parent_id: str = ""  # what it answers, "" if it opens a thread
    metrics: Mapping[str, int] = {}  # "replies", "score", ... as of fetched_at
    state: PostState = PostState.LIVE

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.instance}:{self.external_id}"

    @property
    def reading(self) -> str:
        """What a classifier reads, and what all offsets count in."""
        return f"{self.title}\n{self.text}"

    @property
    def thread_key(self) -> str:
        return f"{self.platform}:{self.instance}:{self.thread_id or self.external_id}"

    @property
    def author_key(self) -> str:
        """ "" where the author is unknown."""
        who = self.author_id or self.author
        return f"{self.platform}:{self.instance}:{who}" if who else ""

    @property
    def place_key(self) -> str:
        """As in `[places."reddit:r/crm"]`."""
        return f"{self.platform}:{self.community}" if self.community else self.platform


def digest(key: str) -> str:
    """What is kept of the key of a forgotten post, so that it is not heard again."""
    return hashlib.blake2b(key.encode(), digest_size=12).hexdigest()


def stand_in(key: str) -> str:
    """The key of what stands in the place of a forgotten post, where people worked on it."""
    platform = key.partition(":")[0]
    return f"{platform}::{FORGOTTEN}{digest(key)}"


FORGOTTEN = "gone-"  # how the external id of such a stand-in begins


class Source(Value):
    """How far one source has been read, when to look again, and how it has been doing."""

    name: str
    cursor: str | None = None  # ours to keep, the listener's to read
    due_at: AwareDatetime | None = None  # None: at once
    failures: int = 0  # in a row
    last_error: str = ""
    read_at: AwareDatetime | None = None  # last success
    newest_at: AwareDatetime | None = None  # when the newest post that we have was written
    heard: int = 0  # posts, in all
    heard_at: AwareDatetime | None = None  # when something new last came
    arrivals: int = 0  # looks that brought something new
    usual_gap: float = 0.0  # seconds: the longest silence of late, see routing/health.py
    notices: tuple[str, ...] = ()  # what is not well although it is read, a line each
    budget_left: int | None = None  # posts that may still be read; None: no cap
    alarmed: Mapping[str, AwareDatetime] = {}  # what ops was told of, and when last


class Intent(StrEnum):
    COMPARE = "compare"  # X or Y
    RECOMMEND = "recommend"  # what should I get
    VALIDATE = "validate"  # is X worth it
    SWITCH = "switch"  # away from X
    PURCHASE = "purchase"  # about to buy, no advice asked
    NONE = "none"


class Kind(StrEnum):
    """Of posts without buying intent."""

    PRAISE = "praise"
    COMPLAINT = "complaint"
    SUPPORT = "support"
    PROMO = "promo"
    MEDIA = "media"
    CHAT = "chat"


class Role(StrEnum):
    CANDIDATE = "candidate"
    CURRENT = "current"
    REJECTED = "rejected"
    OTHER = "other"


class Span(Value):
    """`text` is `post.reading[start:end]`."""

    text: str
    start: int
    end: int


class Mention(Span):
    name: str  # the catalogue's name of the product
    role: Role = Role.OTHER
    ours: bool = False


class Stated(Span):
    value: str  # on the scale of domain/scales.py where there is one, else the text itself


class Asker(Value):
    """What the post itself says of its author. Never inferred from elsewhere."""

    industry: Stated | None = None
    size: Stated | None = None  # value: one of scales.SIZE_BANDS
    region: Stated | None = None
    role: Stated | None = None
    use_case: Stated | None = None
    language: str = ""


class Evidence(Span):
    weight: float  # share of the score that these words carried, roughly


class Assessment(Value):
    """What one model thinks of one post."""

    post_key: str
    model: str  # name and version, so that a decision can be explained later
    intent: Intent
    score: Share  # calibrated probability of buying intent
    scores: Mapping[Intent, float]
    kind: Kind | None = None  # the likeliest kind, where intent is none
    mentions: tuple[Mention, ...] = ()
    asker: Asker = Asker()
    evidence: tuple[Evidence, ...] = ()
