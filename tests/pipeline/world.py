"""A small pipeline on a real store: one source, two channels, two advocates."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from classifiers.catalogue import Catalogue, Product
from config.console import Options as ConsoleOptions
from config.settings import Settings, Storage
from domain.types import Advocate, Ask, AskState, Post
from notifiers import slack
from notifiers.messages import Company
from pipeline.kit import Kit
from pipeline.steps import STEPS
from routing import lifecycle, review
from routing.policy import Policy
from storage.store import Store
from tests.fakes import FakeClassifier, FakeListener, FakeNotifier
from tests.make import NOW, advocate, post


class Links:
    def opportunity(self, key: str) -> str:
        return f"http://board.example/o/{key}"

    def ask(self, key: str) -> str:
        return f"http://board.example/a/{key}"

    def unsubscribe(self, advocate: str) -> str:
        return f"http://board.example/u/{advocate}"


POLICY = Policy(require_catalogue=False, min_fit=0.0)
CATALOGUE = Catalogue(products=(Product(name="Fernhill", ours=True, category="crm"),))


@dataclass
class World:
    store: Store
    policy: Policy = POLICY
    source: FakeListener = field(default_factory=FakeListener)
    more_sources: list[FakeListener] = field(default_factory=list)
    classifier: FakeClassifier = field(default_factory=FakeClassifier)
    slack: FakeNotifier = field(default_factory=lambda: FakeNotifier("slack"))
    email: FakeNotifier = field(default_factory=FakeNotifier)
    now: datetime = NOW

    def __post_init__(self) -> None:
        settings = Settings(
            path=Path("test.toml"),
            storage=Storage(),
            company=Company(name="Fernhill Software"),
            catalogue=CATALOGUE,
            listeners=[self.source, *self.more_sources],
            doubts=[],
            left_out={},
            notifiers={"slack": self.slack, "email": self.email},
            slack=slack.Options(channel="C1"),
            policy=self.policy,
            places={},
            console=ConsoleOptions(),
            secrets={},
            make_classifier=lambda: self.classifier,
        )
        self.kit = Kit(settings, self.store, Links())

    def step(self, *names: str) -> int:
        """Run these steps, return what the last of them did."""
        done = 0
        for name in names:
            done = STEPS[name](self.kit, self.now)
        return done

    def once(self, times: int = 1) -> None:
        for _ in range(times):
            self.step(*STEPS)

    def later(self, length: timedelta) -> None:
        self.now += length

    # what people do

    def approve(self, heard: Post, who: str = "kim") -> None:
        old = self.store.opportunity(heard.key)
        assert old
        assert self.store.swap((old, review.approved(old, who, self.now)))

    def answer_yes(self, ask: Ask) -> None:
        assert self.store.swap((ask, lifecycle.accepted(ask, self.policy, self.now)))

    def decline(self, ask: Ask) -> None:
        assert self.store.swap((ask, lifecycle.declined(ask, self.now)))

    def reply(self, to: Post, handle: str) -> Post:
        written = post(
            900 + len(self.source.in_thread),
            external_id=f"t1_{len(self.source.in_thread)}",
            url=f"https://www.reddit.com/r/trades/comments/1/x/{len(self.source.in_thread)}/",
            author=handle,
            title="",
            text="We moved last year, here is how it went.",
            thread_id=to.thread_id,
            parent_id=to.external_id,
            posted_at=self.now,
        )
        self.source.in_thread.append(written)
        return written

    # what is to be seen

    def asks(self, *states: AskState) -> list[Ask]:
        return self.store.asks(states=states)

    def the_ask(self) -> Ask:
        [ask] = self.asks(AskState.DRAFTED, AskState.SENT, AskState.ACCEPTED, AskState.DONE)
        return ask


@contextmanager
def world_of(url: str, *people: Advocate, **given: object) -> Iterator[World]:
    store = Store(url)
    store.add_advocates(people or (advocate("anna"), advocate("bo")))
    try:
        yield World(store, **given)  # type: ignore[arg-type]
    finally:
        store.close()
