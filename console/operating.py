"""What ops and the team look up: advocates and their load, sources, messages, figures."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from console.base import Doorstep
from domain.errors import StaleError, StorageError
from domain.types import Advocate, Ask, AskKind, Event, Message, MessageState, Source
from routing import delivery, health
from routing.history import IN_HAND, QUARTER, asked_at, burdens

SHOWN = 200


class Standing(StrEnum):
    """Whether an advocate may be written to, whatever the question."""

    READY = "ready"
    PAUSED = "paused"
    FROZEN = "frozen"
    LEFT = "left"
    NOT_AGREED = "not agreed"  # no consent to be asked for a reply


class Load(NamedTuple):
    advocate: Advocate
    standing: Standing
    until: datetime | None
    this_quarter: int
    in_hand: int
    last_asked: datetime | None


class Health(NamedTuple):
    """A source, what is wrong with it, and how long a silence is usual."""

    source: Source
    ills: Sequence[health.Ill]
    usual: timedelta | None


class Operating(Doorstep):
    def loads(self, wanted: str = "") -> list[Load]:
        """All advocates whose name, company or id has `wanted` in it, by name."""
        now = self.clock()
        asks: dict[str, list[Ask]] = defaultdict(list)
        for ask in self.store.asks(since=now - QUARTER):
            asks[ask.advocate].append(ask)
        found = [
            advocate
            for advocate in self.store.advocates()
            if wanted.casefold() in f"{advocate.name}\n{advocate.company}\n{advocate.id}".casefold()
        ]
        found.sort(key=lambda advocate: advocate.name.casefold())
        return [_load(advocate, asks[advocate.id], now) for advocate in found]

    def sources(self) -> list[Health]:
        now = self.clock()
        return [
            Health(source, health.ills(source, now), health.longest_usual(source))
            for source in self.store.sources()
        ]

    def messages(self) -> dict[MessageState, list[Message]]:
        """Of each state those due last, at most SHOWN."""
        found: dict[MessageState, list[Message]] = {}
        for state in MessageState:
            some = self.store.messages(states=[state])
            found[state] = sorted(some, key=lambda m: m.due_at, reverse=True)[:SHOWN]
        return found

    def retry(self, key: str, who: str) -> Message:
        """A dead message is tried again, as often as a new one. Raises StaleError."""
        became: list[Message] = []

        def attempt(now: datetime) -> bool:
            old = self.store.message(key)
            if old is None:
                raise StaleError("There is no such message any more")
            new = delivery.retried(old, now)
            became[:] = [new]
            event = Event(at=now, actor=who, action="retried", subject=key)
            return self.store.swap((old, new), events=[event])

        self._settled(attempt)
        return became[0]

    def counts(self) -> dict[str, dict[str, int]]:
        return self.store.counts()

    def trouble(self) -> str:
        """Why the program cannot work, in one line; "" while it can."""
        try:
            self.store.revision()
        except StorageError as error:
            return str(error)
        return ""


def _load(advocate: Advocate, asks: list[Ask], now: datetime) -> Load:
    felt = [asked_at(ask) for ask in asks if burdens(ask)]
    standing, until = _standing(advocate, now)
    return Load(
        advocate,
        standing,
        until,
        this_quarter=len(felt),
        in_hand=sum(ask.state in IN_HAND for ask in asks),
        last_asked=max(felt, default=None),
    )


def _standing(advocate: Advocate, now: datetime) -> tuple[Standing, datetime | None]:
    if advocate.left_at:
        return Standing.LEFT, advocate.left_at
    if advocate.paused_until and advocate.paused_until > now:
        return Standing.PAUSED, advocate.paused_until
    if advocate.frozen_until and advocate.frozen_until > now:
        return Standing.FROZEN, advocate.frozen_until
    if all(consent.kind is not AskKind.REPLY for consent in advocate.consents):
        return Standing.NOT_AGREED, None
    return Standing.READY, None
