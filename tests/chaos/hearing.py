"""Two hours of thousands of posts on six platforms, most things going wrong, and what was heard.

    make chaos ARGS="hearing --posts 10000"

Every fifth answer is a fault (429, 5xx, cut, reset, HTML, broken JSON). Posts are deleted, edited
and told again elsewhere, and the one who listens is killed with -9 while it does. Afterwards every
post has to be there once; a day later those that were deleted have to be gone and those edited to
say what they say now. Exits with 1 where that does not hold.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, NamedTuple

from demo.faults import Cut, Fault, Reset, broken_json, html, status, too_many
from demo.players.discourse import DiscoursePlayer
from demo.players.feeds import SITE, FeedPlayer
from demo.players.hackernews import HackerNewsPlayer
from demo.players.items import Item, Shelf
from demo.players.reddit import RedditPlayer
from demo.players.stackexchange import StackExchangePlayer
from demo.players.x import XPlayer, status_id
from demo.server import LoopbackServer
from storage.store import Store

_ROOT = Path(__file__).parents[2]
SPAN = timedelta(hours=2)
_FAULTY, _DELETED, _EDITED, _REPEATED = 0.2, 0.03, 0.03, 0.02  # shares
_FEEDS = 8
# Of all posts, on each platform.
_SHARES = {
    "x": 0.3,
    "reddit": 0.3,
    "hackernews": 0.2,
    "rss": 0.1,
    "discourse": 0.07,
    "stackexchange": 0.03,
}
_FAULTS: tuple[Fault, ...] = (
    too_many(retry_after=20),
    too_many(),
    status(500, "oops"),
    status(503, "busy", retry_after="15"),
    Cut(),
    Reset(),
    html(),
    broken_json(),
)


class World:
    """What is written when, and the platforms that show it."""

    def __init__(
        self, posts: int, seed: int, start: datetime, clock: Callable[[], datetime]
    ) -> None:
        self.luck, self.skies = random.Random(seed), random.Random(seed)
        self.faults = 0
        self.start, self.clock = start, clock
        self.shelves: dict[str, Shelf] = {
            "x": XPlayer(clock=clock),
            "reddit": RedditPlayer(),
            "hackernews": HackerNewsPlayer(),
            "rss": FeedPlayer(size=200),
            "discourse": DiscoursePlayer(),
            "stackexchange": StackExchangePlayer(),
        }
        self.written: dict[str, set[str]] = {name: set() for name in self.shelves}
        self.deleted: dict[str, set[str]] = {name: set() for name in self.shelves}
        self.edited: dict[str, dict[str, str]] = {name: {} for name in self.shelves}
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._turn = 0
        number = 0
        for name, share in _SHARES.items():
            for _ in range(round(posts * share)):
                number += 1
                self._plan(name, number)

    @property
    def waits(self) -> int:
        return len(self._due)

    def _plan(self, name: str, number: int) -> None:
        since = SPAN * self.luck.random()
        text = f"Number {number}: " + " ".join(self.luck.choices(_WORDS, k=30))
        item = self._item(name, number, since, text)
        self._at(since, lambda: self._write(name, item))
        fate = self.luck.random()
        later = since + timedelta(seconds=1) + timedelta(minutes=30) * self.luck.random()
        if fate < _DELETED:
            self._at(later, lambda: self._delete(name, item.id))
        elif fate < _DELETED + _EDITED:
            self._at(later, lambda: self._edit(name, item.id, number))
        elif fate < _DELETED + _EDITED + _REPEATED:  # the same again, under another id
            again = self._item(name, 50_000 + number, later, text)
            self._at(later, lambda: self._write(name, again))

    def _item(self, name: str, number: int, since: timedelta, text: str) -> Item:
        return _item(name, number, since, self.start + since, text)

    def _at(self, since: timedelta, act: Callable[[], None]) -> None:
        self._turn += 1
        heappush(self._due, (self.start + since, self._turn, act))

    def pass_on(self) -> None:
        """Whatever is due by now happens."""
        while self._due and self._due[0][0] <= self.clock():
            heappop(self._due)[2]()

    def _write(self, name: str, item: Item) -> None:
        # As written now: nobody can have heard what this run was late to show.
        self.shelves[name].add(item.model_copy(update={"posted_at": self.clock()}))
        self.written[name].add(item.id)

    def _delete(self, name: str, item_id: str) -> None:
        self.shelves[name].delete(item_id)
        self.deleted[name].add(item_id)

    def _edit(self, name: str, item_id: str, number: int) -> None:
        text = f"Edited number {number}: " + " ".join(self.luck.choices(_WORDS, k=30))
        self.shelves[name].edit(item_id, text, self.clock())
        self.edited[name][item_id] = text

    def weather(self, path: str) -> Fault | None:
        if self.skies.random() >= _FAULTY:
            return None
        self.faults += 1
        return self.skies.choice(_FAULTS)


def _item(name: str, number: int, since_start: timedelta, at: datetime, text: str) -> Item:
    """Ids as each platform gives them: growing with time where its pages go by them."""
    grown = str(int(since_start.total_seconds() * 1000) * 100_000 + number % 100_000)
    common: dict[str, Any] = {"author": "ann", "text": text, "posted_at": at}
    match name:
        case "x":
            return Item(id=status_id(at, number % 4_000_000), **common)
        case "reddit":
            title = f"Which one, {number}?"
            return Item(id=f"t3_{number:x}", community=f"sub{number % 5}", title=title, **common)
        case "rss":
            feed = f"feed{number % _FEEDS}"
            return Item(id=f"p-{number}", community=feed, title=f"Post {number}", **common)
        case "discourse":
            return Item(id=grown, community="crm", title=f"Topic {number}", **common)
    return Item(id=grown, title=f"Question {number}", **common)


class Found(NamedTuple):
    figures: Mapping[str, Any]
    broken: list[str]


def run(posts: int, kills: int, seed: int, *, speed: float = 60.0, log_file: str = "") -> Found:
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    epoch = time.time()

    def clock() -> datetime:
        return start + timedelta(seconds=(time.time() - epoch) * speed)

    world = World(posts, seed, start, clock)
    with (
        tempfile.TemporaryDirectory() as folder,
        LoopbackServer(list(world.shelves.values())) as server,  # type: ignore[arg-type]
    ):
        file = Path(folder) / "goodword.toml"
        url = f"sqlite:///{folder}/goodword.db"
        file.write_text(_settings(server.url, url), encoding="utf-8")
        store = Store(url)
        server.weather(world.weather)
        log = Path(log_file or f"{folder}/hearer.log").open("ab")  # noqa: SIM115 - closed below
        arguments = [str(file), start.isoformat(), repr(epoch), repr(speed)]
        deaths = sorted(SPAN * world.luck.random() for _ in range(kills))
        for death in [*deaths, None]:
            with _hearer(arguments, log) as process:
                _live(world, store, until=start + death if death else None)
                process.send_signal(signal.SIGKILL)
        heard = _heard(store)
        broken = _unheard(world, store)
        # A day later nothing goes wrong any more, and everything has been looked at again.
        requests, server_faults = len(server.requests), world.faults
        server.weather(None)
        arguments[1] = (start + timedelta(hours=30)).isoformat()
        with _hearer(arguments, log):
            _wait(lambda: not _not_let_go(world, store), seconds=180)
        broken += _not_let_go(world, store)
        store.close()
        log.close()
        return Found(
            {
                "written": {name: len(ids) for name, ids in world.written.items()},
                "deleted": sum(map(len, world.deleted.values())),
                "edited": sum(map(len, world.edited.values())),
                "heard": dict(Counter(platform for platform, _ in heard)),
                "requests": requests,
                "faults": server_faults,
                "kills": kills,
                "simulated_hours": round((clock() - start) / timedelta(hours=1), 2),
                "broken": len(broken),
            },
            broken,
        )


@contextmanager
def _hearer(arguments: list[str], log: Any) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.chaos.hearer", *arguments]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _live(world: World, store: Store, until: datetime | None) -> None:
    """The world goes on; to its end, and until all was heard, where no time is given."""
    while world.waits if until is None else world.clock() < until:
        world.pass_on()
        time.sleep(0.02)
    if until is None:
        _wait(lambda: not _unheard(world, store), seconds=120)


def _wait(done: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not done() and time.monotonic() < ends:
        time.sleep(1)


def _stored(store: Store) -> dict[tuple[str, str], str]:
    """Platform and id of each post, with its text."""
    with store._reading() as db:
        rows = db.exec_driver_sql("SELECT key, text FROM post").all()
    return {(key.partition(":")[0], key.rpartition(":")[2]): text for key, text in rows}


def _heard(store: Store) -> set[tuple[str, str]]:
    return set(_stored(store))


def _unheard(world: World, store: Store) -> list[str]:
    """Written, not taken back, and not stored; or stored though nobody wrote it."""
    stored = _stored(store)
    # X gives an edited post a new id, under which it stands where nobody had heard it before.
    edited = {("x", one) for one in world.edited["x"]}
    texts = Counter(text for (name, _), text in stored.items() if name == "x")
    written = {(name, one) for name, ids in world.written.items() for one in ids}
    taken_back = {(name, one) for name, ids in world.deleted.items() for one in ids}
    known = written | {
        key for key, text in stored.items() if text in set(world.edited["x"].values())
    }
    missing = written - taken_back - set(stored) - edited
    return [
        *(f"never heard: {name}:{one}" for name, one in sorted(missing)),
        *(f"heard, but never written: {name}:{one}" for name, one in sorted(set(stored) - known)),
        *(
            f"edited, and heard {texts[text]} times: x:{one}"
            for one, text in world.edited["x"].items()
            if texts[text] != 1
        ),
    ]


def _not_let_go(world: World, store: Store) -> list[str]:
    """Still there though taken back; or still saying what it said before it was edited."""
    stored = _stored(store)
    return [
        *(
            f"not forgotten: {name}:{one}"
            for name, ids in world.deleted.items()
            for one in ids
            if (name, one) in stored
        ),
        *(
            f"not up to date: {name}:{one}"
            for name, texts in world.edited.items()
            for one, text in texts.items()
            if stored.get((name, one), text) != text
        ),
    ]


_WORDS = (
    "quarry ledger pump lantern harbour invoice kettle orchard signal barrel meadow ferry clock "
    "tunnel needle saddle copper garden winter anchor bridge candle desert engine falcon"
).split()


def _settings(url: str, storage: str) -> str:
    feeds = "".join(
        f'[[sources]]\nname = "feed{n}"\nkind = "rss"\nurl = "{SITE}/feed{n}.rss"\n'
        f'api_url = "{url}/feeds/feed{n}.rss"\nevery = "1m"\nallow_private = true\n'
        for n in range(_FEEDS)
    )
    subreddits = json.dumps([f"sub{n}" for n in range(5)])
    return f"""\
[storage]
url = "{storage}"

[[catalogue.products]]
name = "Fernhill"
ours = true

[[sources]]
name = "x"
kind = "x"
query = "crm"
every = "1m"
api_url = "{url}/x"

[[sources]]
name = "reddit"
kind = "reddit"
subreddits = {subreddits}
every = "1m"
api_url = "{url}/reddit"

[[sources]]
name = "hackernews"
kind = "hackernews"
every = "1m"
api_url = "{url}/hn"

[[sources]]
name = "forum"
kind = "discourse"
url = "https://forum.example.com"
every = "1m"
api_url = "{url}/discourse"

[[sources]]
name = "recs"
kind = "stackexchange"
site = "softwarerecs"
every = "1m"
api_url = "{url}/stackexchange"

{feeds}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--log", default="", help="a file for what the listener logs")
    given = parser.parse_args()
    found = run(given.posts, given.kills, given.seed, speed=given.speed, log_file=given.log)
    shown = {**found.figures, "broken": found.broken[:50]}
    sys.stdout.write(json.dumps(shown, indent=2) + "\n")
    sys.exit(bool(found.broken))


if __name__ == "__main__":
    main()
