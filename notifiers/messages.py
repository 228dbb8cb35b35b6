"""Every letter there is. The words stand in `team` and `standing` (what the team and ops read) and
in `advocates` (what advocates read); docs/messages.md shows them all as they look."""

from notifiers.advocates import CHOICES, choosing, disclosure, prompt, recall, reminder, thanks
from notifiers.phrases import Company
from notifiers.team import DigestItem, alarm, card, digest

__all__ = [
    "CHOICES",
    "Company",
    "DigestItem",
    "alarm",
    "card",
    "choosing",
    "digest",
    "disclosure",
    "prompt",
    "recall",
    "reminder",
    "thanks",
]
