"""What an advocate sees and does: answer an ask, tell the reply, pause, leave."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Literal, NamedTuple, get_args
from urllib.parse import SplitResult, urlsplit

from console.base import Doorstep
from domain.errors import GoodwordError, StaleError
from domain.types import Advocate, Ask, AskState, Dropped, Event, Message, Place, Post
from routing import lifecycle, people, place
from routing.history import IN_HAND, QUARTER, burdens

Choice = Literal["yes", "not_this", "not_now", "pause", "leave"]
CHOICES: tuple[Choice, ...] = get_args(Choice)

_ACTIONS: Mapping[Choice, str] = {
    "yes": "accepted",
    "not_this": "declined",
    "not_now": "not_now",
    "pause": "paused",
    "leave": "left",
}
_LONGEST_URL = 2000
# Names under which one and the same site answers.
_PREFIXES = ("www.", "old.", "new.", "np.", "m.", "mobile.", "amp.")
_SAME_SITE = {"twitter.com": "x.com", "redd.it": "reddit.com"}
# Where every reply has an address of its own, so that the thread's cannot be it; and the site,
# for posts without an address.
_SITES = {
    "reddit": "reddit.com",
    "x": "x.com",
    "hackernews": "news.ycombinator.com",
    "linkedin": "linkedin.com",
}


class ReplyLinkError(GoodwordError):
    """What an advocate pasted cannot be their reply; show it to them again with the reason."""


class Asked(NamedTuple):
    """An ask with all that its advocate is shown."""

    ask: Ask
    advocate: Advocate
    post: Post
    place: Place
    asks_this_quarter: int


class Answering(Doorstep):
    def asked(self, ask_key: str) -> Asked | None:
        """None where the ask, its advocate or its post is no longer kept."""
        ask = self.store.ask(ask_key)
        advocate = self.store.advocate(ask.advocate) if ask else None
        post = self.store.post(ask.occasion) if ask else None
        if ask is None or advocate is None or post is None:
            return None
        recent = self.store.asks(advocate=advocate.id, since=self.clock() - QUARTER)
        rules = place.place(post.place_key, self.places)
        return Asked(ask, advocate, post, rules, sum(burdens(a) for a in recent))

    def answer(self, ask_key: str, choice: Choice) -> Ask:
        """The ask as it became. Raises StaleError where it is over.

        Pausing and leaving are always heard, whatever has become of the ask.
        """
        if choice == "pause":
            return self._paused(ask_key)
        if choice == "leave":
            ask = self._ask(ask_key)
            self.leave(ask.advocate)
            return self._ask(ask_key)
        return self._changed(ask_key, _ACTIONS[choice], _CHANGES[choice])

    def told_reply(self, ask_key: str, url: str) -> Ask:
        """Their own word: `follow_up` goes and looks, and thanks them.

        Raises ReplyLinkError where this cannot be their reply, StaleError where the ask is over.
        """
        url = url.strip()
        post = self.store.post(self._ask(ask_key).occasion)
        problem = link_problem(url, post) if post else ""
        if problem:
            raise ReplyLinkError(problem)
        return self._changed(
            ask_key,
            "told_reply",
            lambda ask, _, now: lifecycle.replied(ask, url=url, verified=False, now=now),
        )

    def leave(self, advocate_id: str) -> bool:
        """No more messages, from now on; whatever is under way ends. False for nobody we know."""
        known: list[bool] = []

        def attempt(now: datetime) -> bool:
            advocate = self.store.advocate(advocate_id)
            known[:] = [advocate is not None]
            if advocate is None or advocate.left_at:
                return True
            asks = self.store.asks(advocate=advocate_id, states=IN_HAND)
            ended = [(ask, _ended(ask, Dropped.LEFT, now)) for ask in asks]
            subjects = [f"advocate:{advocate_id}", *(ask.key for ask in asks)]
            return self.store.swap(
                (advocate, people.left(advocate, now)),
                *ended,
                messages=[m for _, ask in ended for m in self._ask_redraw(ask, now)],
                events=[_event(advocate_id, "left", subject, now) for subject in subjects],
            )

        self._settled(attempt)
        return known[0]

    def _paused(self, ask_key: str) -> Ask:
        def attempt(now: datetime) -> bool:
            ask = self._ask(ask_key)
            advocate = self._advocate(ask)
            over: list[tuple[Ask, Ask]] = []
            with suppress(StaleError):  # it is over already; the pause counts all the same
                over.append((ask, lifecycle.paused(ask, now)))
            subjects = [f"advocate:{advocate.id}", *(old.key for old, _ in over)]
            return self.store.swap(
                (advocate, people.paused(advocate, now + self.policy.pause_for)),
                *over,
                messages=[m for _, new in over for m in self._ask_redraw(new, now)],
                events=[_event(advocate.id, "paused", subject, now) for subject in subjects],
            )

        self._settled(attempt)
        return self._ask(ask_key)

    def _changed(
        self, ask_key: str, action: str, change: Callable[[Ask, "Answering", datetime], Ask]
    ) -> Ask:
        became: list[Ask] = []

        def attempt(now: datetime) -> bool:
            old = self._ask(ask_key)
            new = change(old, self, now)
            became[:] = [new]
            return self.store.swap(
                (old, new),
                messages=self._ask_redraw(new, now),
                events=[_event(old.advocate, action, old.key, now)],
            )

        self._settled(attempt)
        return became[0]

    def _ask_redraw(self, ask: Ask, now: datetime) -> list[Message]:
        """The opportunity keeps its version when an ask about it changes: turns of their own."""
        return self._redraw(ask.occasion, 10_000 * ask.wave + ask.version, now)

    def _ask(self, key: str) -> Ask:
        ask = self.store.ask(key)
        if ask is None:
            raise StaleError("We no longer keep anything about this")
        return ask

    def _advocate(self, ask: Ask) -> Advocate:
        advocate = self.store.advocate(ask.advocate)
        if advocate is None:
            raise StaleError("We no longer keep anything about you")
        return advocate


_CHANGES: Mapping[Choice, Callable[[Ask, Answering, datetime], Ask]] = {
    "yes": lambda ask, desk, now: lifecycle.accepted(ask, desk.policy, now),
    "not_this": lambda ask, _, now: lifecycle.declined(ask, now),
    "not_now": lambda ask, _, now: lifecycle.not_now(ask, now),
}


def _ended(ask: Ask, why: Dropped, now: datetime) -> Ask:
    """A draft was not felt by anybody, so it is dropped without having been asked."""
    if ask.state is AskState.DRAFTED:
        return lifecycle.dropped(ask, why, now)
    return lifecycle.left(ask, now)


def _event(advocate: str, action: str, subject: str, now: datetime) -> Event:
    return Event(at=now, actor=f"advocate:{advocate}", action=action, subject=subject)


def link_problem(url: str, post: Post) -> str:
    """Why this cannot be a reply to `post`, in words for the one who pasted it; "" if it can."""
    parts = _split(url)
    if parts is None or len(url) > _LONGEST_URL:
        return "This is no web address. Copy the address of your reply; it begins with https://"
    wanted = _site(urlsplit(post.url).hostname or "") or _SITES.get(post.platform, "")
    if wanted and _site(parts.hostname or "") != wanted:
        return f"This leads to {parts.hostname}, but the question stands on {wanted}"
    if post.platform in _SITES and url.rstrip("/") == post.url.rstrip("/"):
        return "This is the address of the question; paste that of your own reply"
    return ""


def _split(url: str) -> SplitResult | None:
    if any(c.isspace() or not c.isprintable() or c == "\\" for c in url):
        return None  # browsers read a backslash as "/": the host would be another one than ours
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError where it is none
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _site(host: str) -> str:
    host = host.lower().rstrip(".")
    for prefix in _PREFIXES:
        host = host.removeprefix(prefix)
    return _SAME_SITE.get(host, host)
