"""What every door stands on: the store, the numbers and words that decisions need, and the time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.errors import StaleError
from domain.types import Message, MessageKind
from notifiers.messages import Company
from routing.fit import Product
from routing.place import PlaceRule
from routing.policy import Policy
from storage.store import Store

_TRIES = 5


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Doorstep:
    store: Store
    policy: Policy = field(default_factory=Policy)
    places: Mapping[str, PlaceRule] = field(default_factory=dict)
    company: Company = field(default_factory=Company)
    catalogue: Sequence[Product] = ()
    clock: Callable[[], datetime] = system_clock
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def _settled(self, attempt: Callable[[datetime], bool]) -> None:
        """Read, decide, swap, and once more where somebody else wrote in between: the decision then
        sees what they did, and refuses in its own words if that leaves nothing to decide.

        Raises StaleError.
        """
        for _ in range(_TRIES):
            if attempt(self.clock()):
                return
        raise StaleError("Several people are deciding this at once; look at it again")

    def _redraw(self, key: str, turn: int, now: datetime) -> list[Message]:
        """The opportunity's card once more, if Slack shows one. Read before the swap begins: a lazy
        answer would ask the database while the swap holds it."""
        card = self.store.message(f"{MessageKind.CARD}:{key}")
        if card is None or card.channel != "slack":
            return []
        again = {"kind": MessageKind.REDRAW, "about": key, "turn": turn, "channel": "slack"}
        return [Message(**again, created_at=now, due_at=now)]
