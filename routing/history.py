"""The asks that were made before, looked at from one post: counted once, for all advocates."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from domain.types import Ask, AskState, Dropped, Post
from routing import place

WEEK = timedelta(days=7)
QUARTER = timedelta(days=91)  # thirteen weeks back from now: no rush at the turn of a quarter
IN_HAND = frozenset({AskState.DRAFTED, AskState.SENT, AskState.ACCEPTED})


def asked_at(ask: Ask) -> datetime:
    return ask.sent_at or ask.drafted_at


def burdens(ask: Ask) -> bool:
    """Whether the advocate has felt this ask, or is about to. One that could not be delivered
    counts too, or the same dead address would be tried for every post."""
    return (
        ask.state is not AskState.DROPPED
        or ask.sent_at is not None
        or ask.dropped_as is Dropped.UNDELIVERABLE
    )


class History(NamedTuple):
    asked: Mapping[str, Sequence[datetime]]  # advocate -> when, newest first
    here: Collection[str]  # advocates who were asked about this very post or thread, ever
    on_thread: Sequence[Ask]  # not dropped
    at_author: Sequence[Ask]  # not dropped, about other threads too
    in_community: Sequence[datetime]  # of those not dropped, newest first

    @classmethod
    def of(cls, asks: Iterable[Ask], post: Post) -> Self:
        asked: dict[str, list[datetime]] = defaultdict(list)
        here, on_thread, at_author, in_community = set[str](), [], [], []
        thread, author, community = post.thread_key, post.author_key, place.community(post)
        for ask in sorted(asks, key=lambda a: a.key):
            if burdens(ask):
                asked[ask.advocate].append(asked_at(ask))
            if ask.thread_key == thread or ask.occasion == post.key:
                here.add(ask.advocate)
            if ask.state is AskState.DROPPED:
                continue
            if ask.thread_key == thread:
                on_thread.append(ask)
            if author and ask.author_key == author:
                at_author.append(ask)
            if community and place.community_of(ask.place_key) == community:
                in_community.append(asked_at(ask))
        for times in (*asked.values(), in_community):
            times.sort(reverse=True)
        return cls(asked, here, on_thread, at_author, in_community)

    def last(self, advocate: str) -> datetime | None:
        times = self.asked.get(advocate)
        return times[0] if times else None

    def within(self, advocate: str, length: timedelta, now: datetime) -> int:
        return sum(when > now - length for when in self.asked.get(advocate, ()))


NOBODY_YET = datetime.min.replace(tzinfo=UTC)  # sorts those who were never asked first
