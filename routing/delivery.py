"""What ops may do with a message that was given up."""

from datetime import datetime

from domain.errors import StaleError
from domain.types import Message, MessageState


def retried(message: Message, now: datetime) -> Message:
    """On its way again, with as many tries as a new one. Raises StaleError if it is not dead."""
    if message.state is not MessageState.DEAD:
        raise StaleError(f"Only what was given up is tried again; this message is {message.state}")
    return message.revised(
        state=MessageState.QUEUED, attempts=0, due_at=now, claimed_at=None, error=""
    )
