"""X through bad times: faults, kills, edits, deletions, a cap. Every post is heard, and once."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from demo.faults import Cut, Reset, broken_json, html, status, too_many
from demo.players.items import Item
from demo.players.x import XPlayer, status_id
from demo.server import LoopbackServer
from domain.errors import SourceError
from listeners import x
from listeners.base import Batch
from tests.listeners.played import NOW, given

FAULTS = (status(503), Reset(), Cut(), html(), broken_json(), too_many(), status(500, "[1]"))


class Life:
    """Two hours in which people write, edit and delete, and a source is read through faults."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now = NOW
        self.player = XPlayer(window=timedelta(days=7), clock=lambda: self.now)
        self.written: list[str] = []
        self.versions: dict[str, str] = {}  # every version's key -> the first one's
        self.away: set[str] = set()
        self.heard: dict[str, str] = {}  # as the store keeps it: key -> text
        self.news: Counter[str] = Counter()  # how often a post was new to the store

    def write(self, many: int) -> None:
        """In the last five minutes; X shows posts in the order of their ids."""
        for seconds_ago in sorted((self.dice.uniform(0, 290) for _ in range(many)), reverse=True):
            at = self.now - timedelta(seconds=seconds_ago)
            item = Item(id=status_id(at), author="ann", text=f"Said {at}", posted_at=at)
            self.player.add(item)
            self.written.append(item.id)
            self.versions[f"x::{item.id}"] = f"x::{item.id}"

    def change(self) -> None:
        live = self.player.live()
        if not live:
            return
        some = self.dice.choice(live)
        first = self.versions[f"x::{some.id}"]
        if self.dice.random() < 0.5:
            self.player.delete(some.id)
            self.away.add(first)
        else:
            self.player.edit(some.id, f"{some.text}, edited", self.now)
            newest = next(i for i in self.player.live() if i.text == f"{some.text}, edited")
            self.versions[f"x::{newest.id}"] = first
            self.written.append(newest.id)

    def store(self, batch: Batch) -> None:
        for post in batch.posts:
            names = [post.key, *batch.earlier.get(post.key, ())]
            known = next((name for name in names if name in self.heard), None)
            self.heard[known or post.key] = post.text
            self.news[self.versions[post.key]] += known is None


def look(life: Life, server: LoopbackServer, cursor: str | None, **options: Any) -> str | None:
    """The cursor after a look by a process that has just been started."""
    given_options = {"name": "x", "queries": ["one", "two"], "api_url": f"{server.url}/x"}
    chosen = x.Options(**{**given_options, **options})
    listener = x.XListener(chosen, "t", lambda: life.now, max_pages=2, hosts=given().hosts)
    try:
        batch = listener.fetch(cursor)
    except SourceError:
        return cursor
    if life.dice.random() < 0.1:  # killed before it was stored
        return cursor
    life.store(batch)
    return batch.cursor


@pytest.mark.parametrize("seed", range(3))
def test_through_faults_and_kills_every_post_is_heard_once(seed: int) -> None:
    life = Life(seed)
    cursor: str | None = None
    with LoopbackServer([life.player]) as server:
        for turn in range(24):
            life.now = NOW + timedelta(minutes=5 * turn)
            life.write(life.dice.randrange(60))
            for _ in range(life.dice.randrange(3)):
                life.change()
            for _ in range(8):
                fine = life.dice.random() < 0.8
                server.fail("/x", _Fine() if fine else life.dice.choice(FAULTS))
            cursor = look(life, server, cursor, posts_per_day=150 if turn % 3 else 0)
            server.reset()
        for _ in range(20):
            life.now += timedelta(minutes=5)
            cursor = look(life, server, cursor)
    written = {life.versions[f"x::{i}"] for i in life.written}
    assert len(written) > 300
    assert written - life.news.keys() <= life.away  # deleted before anybody looked
    assert set(life.news.values()) == {1}
    latest = {life.versions[f"x::{item.id}"]: item.text for item in life.player.live()}
    told = {life.versions[key]: text for key, text in life.heard.items()}
    assert latest.items() <= told.items()


class _Fine:
    async def play(self, exchange: Any) -> None:
        await exchange.app(exchange.scope, exchange.receive, exchange.send)
