"""What the steps work with, in one hand."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from classifiers.base import Classifier
from config.settings import Settings
from domain.errors import DeliveryError
from domain.types import Advocate, Ask, Assessment, Passed, Place, Post, Shortlist
from listeners.base import ThreadReader
from notifiers.base import Notifier
from routing import match, place
from storage.store import Store

# As far back as any decision looks at asks: a quarter for the caps, `author_rest` for the askers.
_HISTORY = timedelta(days=92)


class Links(Protocol):
    """Addresses of our own pages. Made by the console, which the pipeline does not know."""

    def opportunity(self, key: str) -> str:
        """Of the board's page of one; of its queue for ""."""

    def ask(self, key: str) -> str:
        """Signed, one person's, for a while."""

    def unsubscribe(self, advocate: str) -> str:
        """Signed, one click."""


@dataclass(frozen=True)
class Kit:
    settings: Settings
    store: Store
    links: Links
    stop: threading.Event = field(default_factory=threading.Event)  # set: finish what is in hand

    @cached_property
    def classifier(self) -> Classifier:
        return self.settings.make_classifier()

    def place(self, post: Post) -> Place:
        return place.place(post.place_key, self.settings.places)

    def history(self, now: datetime) -> list[Ask]:
        return self.store.asks(since=now - max(_HISTORY, self.settings.policy.author_rest))

    def shortlist(
        self,
        post: Post,
        assessment: Assessment,
        advocates: Sequence[Advocate],
        history: Sequence[Ask],
        now: datetime,
        *,
        chosen: str = "",
    ) -> Shortlist:
        reached = [one for one in advocates if self.reaching(one)]
        found = match.shortlist(
            post,
            assessment,
            reached,
            history,
            self.settings.policy,
            self.place(post),
            now,
            catalogue=self.settings.catalogue.products,
            chosen=chosen,
        )
        why_not = "No channel that is set up reaches them"
        beyond = [Passed(advocate=a.id, why_not=why_not) for a in advocates if not self.reaching(a)]
        return found.model_copy(update={"others": (*found.others, *beyond)})

    def reaching(self, advocate: Advocate) -> set[str]:
        """The channels by which this person can be written to. Without an id of theirs Slack's
        would be the team's own; the log reaches nobody, so it counts only where nothing else is."""
        theirs = {"slack": advocate.slack_id, "email": advocate.email}
        people = theirs.keys() & self.settings.notifiers.keys()
        return {name for name in people if theirs[name]} if people else {"log"}

    def replies(self, post: Post) -> tuple[Post, ...]:
        """All replies in its thread, as far as any source can read it. Raises SourceError."""
        for listener in self.settings.listeners:
            if listener.platform == post.platform and isinstance(listener, ThreadReader):
                return listener.replies(post)
        return ()

    def notifier(self, channel: str) -> Notifier:
        """Raises DeliveryError where the settings have no such channel (any more)."""
        if found := self.settings.notifiers.get(channel):
            return found
        raise DeliveryError(f"there is no [{channel}] in the settings", permanent=True)

    def team_channel(self) -> str:
        """The notifier that reaches the team."""
        return "slack" if "slack" in self.settings.notifiers else "log"

    def reaches_people(self) -> bool:
        """Whether there is any channel to advocates: the log is none, it only tries things out."""
        return any(name != "log" for name in self.settings.notifiers)

    def channel_of(self, advocate: Advocate) -> str:
        """The notifier that reaches this person: Slack where they are in it, else mail."""
        notifiers = self.settings.notifiers
        if advocate.slack_id and "slack" in notifiers:
            return "slack"
        return "email" if advocate.email and "email" in notifiers else "log"
