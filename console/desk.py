"""What all doors do, without HTTP or Slack in it: the board, the advocate's page and Slack's
buttons call the same methods, so that none of them can do what another could not.

Each decision is one read, one pure decision, one swap; whoever was too late gets a StaleError that
says who was first.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from console.answering import Answering, Asked, Choice, ReplyLinkError
from console.operating import Load, Operating, Standing
from console.reviewing import ItemView, Reviewing, Shelf

__all__ = [
    "Asked",
    "Choice",
    "Desk",
    "ItemView",
    "Load",
    "ReplyLinkError",
    "Shelf",
    "Standing",
    "snoozes",
]

_MORNING = time(9)


class Desk(Reviewing, Answering, Operating):
    """Made with the store and what else `Doorstep` names; safe to share between threads."""

    def snooze_until(self, how_long: str) -> datetime:
        """Raises KeyError for none of `snoozes`."""
        return snoozes(self.clock(), self.zone)[how_long]


def snoozes(now: datetime, zone: ZoneInfo) -> dict[str, datetime]:
    """What a reviewer may choose from; "tomorrow" is the next morning where they work."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return {
        "hour": now + timedelta(hours=1),
        "tomorrow": datetime.combine(tomorrow, _MORNING, zone).astimezone(UTC),
        "days": now + timedelta(days=3),
    }
