"""What a reviewer sees and does, whichever door they come through."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from console.base import Doorstep
from domain.errors import StaleError
from domain.types import (
    Advocate,
    Ask,
    Dismissal,
    Event,
    Opportunity,
    OpportunityState,
    Place,
    Post,
    Shortlist,
)
from routing import match, place, review
from routing.history import QUARTER
from routing.policy import Policy
from storage.store import Item

PAGE = 50


class Shelf(StrEnum):
    """Where an opportunity lies for a reviewer: its state, and whether it is out of sight."""

    OPEN = "open"
    SNOOZED = "snoozed"
    APPROVED = "approved"
    CLOSED = "closed"


class ItemView(NamedTuple):
    """An opportunity with all that a person decides by."""

    item: Item
    shortlist: Shortlist  # empty where there is nothing left to decide
    eligible: Sequence[Advocate]  # may be chosen, though not suggested; the best first
    people: Mapping[str, Advocate]
    asks: Sequence[Ask]
    events: Sequence[Event]  # of the opportunity and its asks, oldest first
    elsewhere: Sequence[Post]  # the same, asked in other places


class Reviewing(Doorstep):
    def queue(
        self, shelf: Shelf = Shelf.OPEN, platform: str = "", page: int = 1
    ) -> tuple[list[Item], bool]:
        """One page of PAGE, hot ones first, and whether there are more."""
        now = self.clock()
        found = self.store.items(
            OpportunityState.OPEN if shelf is Shelf.SNOOZED else OpportunityState(shelf),
            platform=platform,
            awake_at=now if shelf is Shelf.OPEN else None,
            asleep_at=now if shelf is Shelf.SNOOZED else None,
            limit=PAGE + 1,
            offset=(page - 1) * PAGE,
        )
        return found[:PAGE], len(found) > PAGE

    def view(self, key: str) -> ItemView | None:
        """None if there is no such opportunity."""
        item = self.store.item(key)
        if item is None:
            return None
        advocates = self.store.advocates()
        asks = self.store.asks(occasion=item.opportunity.key)
        found, open_to = self._weighed(item, advocates)
        suggested = {candidate.advocate for candidate in found.shortlist}
        people = {advocate.id: advocate for advocate in advocates}
        return ItemView(
            item,
            found,
            [people[one] for one in open_to if one not in suggested],
            people,
            asks,
            self._events(item.opportunity.key, asks),
            self.store.repeats(item.post.key),
        )

    def _weighed(self, item: Item, advocates: Sequence[Advocate]) -> tuple[Shortlist, list[str]]:
        """The shortlist, and all who may be asked, however little they have in common with the
        asker; both empty where nothing is left to decide."""
        if item.opportunity.state is OpportunityState.CLOSED:
            return Shortlist(shortlist=(), others=(), place=self.place_of(item)), []
        asks = self._asks_to_heed(item)
        everybody = {"shortlist": max(1, len(advocates)), "min_fit": 0.0}
        wide = self.policy.model_copy(update=everybody)
        found = self._matched(item, advocates, asks, self.policy)
        may = self._matched(item, advocates, asks, wide).shortlist
        return found, [candidate.advocate for candidate in may]

    def _events(self, key: str, asks: Sequence[Ask]) -> list[Event]:
        told = [e for subject in (key, *(a.key for a in asks)) for e in self.store.events(subject)]
        return sorted(told, key=lambda event: event.at)

    def place_of(self, item: Item) -> Place:
        return place.place(item.post.place_key, self.places)

    def _asks_to_heed(self, item: Item) -> list[Ask]:
        since = self.clock() - max(QUARTER, self.policy.author_rest)
        asks = {ask.key: ask for ask in self.store.asks(since=since)}
        return list((asks | {a.key: a for a in self.store.asks(occasion=item.post.key)}).values())

    def _matched(
        self,
        item: Item,
        advocates: Sequence[Advocate],
        asks: Sequence[Ask],
        policy: Policy,
        chosen: str = "",
    ) -> Shortlist:
        return match.shortlist(
            item.post,
            item.assessment,
            advocates,
            asks,
            policy,
            self.place_of(item),
            self.clock(),
            catalogue=self.catalogue,
            chosen=chosen,
        )

    # Decisions. Each returns what the opportunity became, or raises StaleError in words for the
    # person who was too late.

    def approve(self, key: str, who: str, advocate: str = "") -> Opportunity:
        """`advocate`: the one whom the reviewer wants asked, "" to let the router choose."""

        def change(o: Opportunity, now: datetime) -> Opportunity:
            new = review.approved(o, who, now, advocate=advocate)
            if advocate:
                self._may_be_asked(key, advocate)
            return new

        return self._decided(key, who, "approved", change, detail=advocate, teaches=True)

    def dismiss(self, key: str, who: str, reason: Dismissal, note: str = "") -> Opportunity:
        return self._decided(
            key,
            who,
            "dismissed",
            lambda o, now: review.dismissed(o, who, reason, now, note=note),
            detail=reason,
            teaches=True,
        )

    def claim(self, key: str, who: str) -> Opportunity:
        return self._decided(key, who, "claimed", lambda o, now: review.claimed(o, who, now))

    def release(self, key: str, who: str) -> Opportunity:
        return self._decided(key, who, "released", lambda o, now: review.released(o, who, now))

    def snooze(self, key: str, who: str, until: datetime) -> Opportunity:
        return self._decided(
            key,
            who,
            "snoozed",
            lambda o, now: review.snoozed(o, who, until, now),
            detail=f"until {until:%Y-%m-%d %H:%M} UTC",
        )

    def _may_be_asked(self, key: str, advocate: str) -> None:
        item, person = self.store.item(key), self.store.advocate(advocate)
        if item is None or person is None:
            raise StaleError("There is no such advocate any more; choose another")
        everybody, asks = self.store.advocates(), self._asks_to_heed(item)
        found = self._matched(item, everybody, asks, self.policy, chosen=advocate)
        if all(candidate.advocate != advocate for candidate in found.shortlist):
            why = next((o.why_not for o in found.others if o.advocate == advocate), "unknown")
            raise StaleError(f"{person.name} cannot be asked now: {why}")

    def _decided(
        self,
        key: str,
        who: str,
        action: str,
        change: Callable[[Opportunity, datetime], Opportunity],
        *,
        detail: str = "",
        teaches: bool = False,
    ) -> Opportunity:
        became: list[Opportunity] = []

        def attempt(now: datetime) -> bool:
            old = self.store.opportunity(key)
            if old is None:
                raise StaleError("There is no such opportunity any more")
            new = change(old, now)
            became[:] = [new]
            if new == old.model_copy(update={"version": new.version}):
                return True  # as it was: the second click of a double one
            event = Event(at=now, actor=who, action=action, subject=key, detail=detail)
            return self.store.swap(
                (old, new),
                messages=self._redraw(key, new.version, now),
                events=[event],
                verdicts=[review.verdict(new, new.decided_by, now)] if teaches else (),
            )

        self._settled(attempt)
        return became[0]
