"""The pipeline on a database, with a source that holds its posts in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.texts import NOW
from config.settings import DEFAULT, load
from domain.types import Post
from listeners.base import Batch
from pipeline.kit import Kit
from storage.store import Store


@dataclass
class FromMemory:
    posts: Sequence[Post]
    name: str = "memory"
    platform: str = "reddit"
    every: timedelta = timedelta(0)

    def fetch(self, cursor: str | None) -> Batch:
        return Batch(tuple(self.posts[int(cursor or 0) :]), str(len(self.posts)))


class NoLinks:
    def opportunity(self, key: str) -> str:
        return f"http://127.0.0.1/o/{key}"

    def ask(self, key: str) -> str:
        return f"http://127.0.0.1/a/{key}"

    def unsubscribe(self, advocate: str) -> str:
        return f"http://127.0.0.1/u/{advocate}"


def kit_on(url: str, posts: Sequence[Post]) -> Kit:
    settings = load(Path(DEFAULT), {}, lambda: NOW)
    object.__setattr__(settings, "listeners", [FromMemory(posts)])
    return Kit(settings, Store(url), NoLinks())
