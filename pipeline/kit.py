"""What the steps work with, in one hand."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from classifiers.alike import Window
from classifiers.base import Classifier
from config.settings import Settings
from domain.errors import DeliveryError, SourceError
from domain.types import Advocate, Ask, Assessment, Passed, Place, Post, Shortlist
from listeners.base import Listener, Metered, Rechecker, ThreadReader
from notifiers.base import Notifier
from pipeline.reading import Reading
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
    # Source -> when it may be asked again whether posts are still there.
    resting: dict[str, datetime] = field(default_factory=dict)
    # Seconds until slow sources are left for the next round; None: they are waited for.
    patience: float | None = None

    @cached_property
    def classifier(self) -> Classifier:
        return self.settings.make_classifier()

    @cached_property
    def reading(self) -> "Reading[Any]":
        return Reading()

    @cached_property
    def said_before(self) -> Window:
        """The latest posts, to know what repeats one of them."""
        names = tuple(n for p in self.settings.catalogue.products for n in p.spellings)
        window = Window(self.settings.storage.remember, names)
        window.add_all(self.store.latest_words(self.settings.storage.remember))
        return window

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

    def replies(self, post: Post, now: datetime) -> tuple[Post, ...]:
        """All replies in its thread, as far as any source can read it. Raises SourceError, also
        where no source of that platform is left: then nobody can say what became of a reply."""
        of_it = self.listeners_for(post)
        if not of_it:
            raise SourceError(f"no source in the settings reads {post.platform} any more")
        for listener in of_it:
            if isinstance(listener, ThreadReader):
                if isinstance(listener, Metered):
                    listener.meter.told(*self.billed(listener, now))
                try:
                    return listener.replies(post)
                finally:
                    self.settle(listener, now)
        return ()

    def listeners_for(self, post: Post, heard_by: str | None = None) -> list[Listener]:
        """Those that read its platform; the one that heard it comes first."""
        if heard_by is None:
            heard_by = self.store.heard_by([post.key]).get(post.key, "")
        of_it = [one for one in self.settings.listeners if one.platform == post.platform]
        return sorted(of_it, key=lambda one: one.name != heard_by)

    def rechecker_for(self, post: Post, heard_by: str | None = None) -> Listener | None:
        """Who can look whether it is still there."""
        found = self.listeners_for(post, heard_by)
        return next((one for one in found if isinstance(one, Rechecker)), None)

    def billed(self, listener: Listener, now: datetime) -> tuple[int, int]:
        """Posts that a listener was billed for today and this month."""
        return self.store.spent(listener.name, now.astimezone(UTC).date())

    def settle(self, listener: Listener, now: datetime) -> None:
        """Write down what a listener was billed for beside its looks."""
        if isinstance(listener, Metered) and (posts := listener.meter.drain()):
            self.store.spend(listener.name, posts, now.astimezone(UTC).date())

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
