"""Stand-ins for what we do not own: a source, a model, a channel. Each does what it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from domain.errors import DeliveryError
from domain.types import Assessment, Post
from listeners.base import Batch, Rechecked
from listeners.meter import Meter
from notifiers.base import Address, Letter
from tests.make import assessment


@dataclass
class FakeListener:
    """Its cursor is how many posts were read."""

    name: str = "trades"
    platform: str = "reddit"
    every: timedelta = timedelta(minutes=5)
    posts: list[Post] = field(default_factory=list)
    in_thread: list[Post] = field(default_factory=list)
    error: Exception | None = None
    reads: int = 0

    def fetch(self, cursor: str | None) -> Batch:
        self.reads += 1
        if self.error:
            raise self.error
        return Batch(tuple(self.posts[int(cursor or 0) :]), str(len(self.posts)))

    def replies(self, post: Post) -> tuple[Post, ...]:
        if self.error:
            raise self.error
        return tuple(r for r in self.in_thread if r.thread_key == post.thread_key)


@dataclass
class FakeRechecker(FakeListener):
    """Knows what has become of its posts."""

    forgets_within: timedelta = timedelta(hours=48)
    gone: set[str] = field(default_factory=set)  # keys
    edited: dict[str, Post] = field(default_factory=dict)
    asked_about: list[str] = field(default_factory=list)

    def recheck(self, posts: Sequence[Post]) -> Rechecked:
        if self.error:
            raise self.error
        self.asked_about += [post.key for post in posts]
        there = [self.edited.get(p.key, p) for p in posts if p.key not in self.gone]
        return Rechecked(tuple(there), tuple(p.key for p in posts if p.key in self.gone))


@dataclass
class FakeMetered(FakeRechecker):
    """Bills a post for each that it gives."""

    meter: Meter = field(default_factory=Meter)

    def fetch(self, cursor: str | None) -> Batch:
        batch = super().fetch(cursor)
        self.meter.count(len(batch.posts))
        return batch

    def recheck(self, posts: Sequence[Post]) -> Rechecked:
        found = super().recheck(posts)
        self.meter.count(len(found.posts))
        return found


@dataclass
class FakeClassifier:
    """Sees a buying question in whatever holds a question mark."""

    model: str = "fake-1"
    error: Exception | None = None

    def assess(self, posts: Sequence[Post]) -> list[Assessment]:
        if self.error:
            raise self.error
        return [assessment(p, 0.9 if "?" in p.reading else 0.1) for p in posts]


@dataclass
class FakeNotifier:
    """Remembers what it sent; fails as often as it was told to."""

    kind: str = "email"
    sent: list[tuple[Address, Letter]] = field(default_factory=list)
    updated: list[tuple[str, Letter]] = field(default_factory=list)
    errors: list[DeliveryError] = field(default_factory=list)
    can_be_asked: bool = True
    lost_answer: bool = False  # it arrives, but we never hear so

    def send(self, to: Address, letter: Letter) -> str:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append((to, letter))
        if self.lost_answer:
            self.lost_answer = False
            raise DeliveryError("connection lost", unknown=True)
        return f"{self.kind}:{len(self.sent)}"

    def find(self, to: Address, key: str) -> str | None:
        if not self.can_be_asked:
            raise DeliveryError("nobody can be asked", unknown=True)
        found = [n for n, (_, letter) in enumerate(self.sent, 1) if letter.key == key]
        return f"{self.kind}:{found[0]}" if found else None

    def update(self, provider_id: str, letter: Letter) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.updated.append((provider_id, letter))

    @property
    def keys(self) -> list[str]:
        return [letter.key for _, letter in self.sent]
