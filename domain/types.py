"""The nouns of the product, in one place to import from.

Values only: no storage, no network, no clock. Identity is natural (`key`), so repeating a step
repeats nothing.
"""

from domain.matching import (
    Candidate,
    Passed,
    Place,
    Shortlist,
)
from domain.people import (
    Advocate,
    AskKind,
    Consent,
    Known,
)
from domain.posts import (
    Asker,
    Assessment,
    Evidence,
    Intent,
    Kind,
    Mention,
    Post,
    PostState,
    Role,
    Source,
    Span,
    Stated,
)
from domain.value import (
    Duration,
    Length,
    Share,
    Url,
    Value,
    Versioned,
)
from domain.work import (
    Ask,
    AskState,
    Closed,
    Decision,
    Dismissal,
    Dropped,
    Event,
    Message,
    MessageKind,
    MessageState,
    Opportunity,
    OpportunityState,
    Verdict,
)

__all__ = [
    "Advocate",
    "Ask",
    "AskKind",
    "AskState",
    "Asker",
    "Assessment",
    "Candidate",
    "Closed",
    "Consent",
    "Decision",
    "Dismissal",
    "Dropped",
    "Duration",
    "Event",
    "Evidence",
    "Intent",
    "Kind",
    "Known",
    "Length",
    "Mention",
    "Message",
    "MessageKind",
    "MessageState",
    "Opportunity",
    "OpportunityState",
    "Passed",
    "Place",
    "Post",
    "PostState",
    "Role",
    "Share",
    "Shortlist",
    "Source",
    "Span",
    "Stated",
    "Url",
    "Value",
    "Verdict",
    "Versioned",
]
