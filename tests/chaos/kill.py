"""kill -9 of the daemon at random moments of the demo's chain, and what is there afterwards.

    make chaos ARGS="--kills 20"

The world goes on while the daemon is dead: people write, click and answer. Posts come in over the
whole run. Afterwards every post, opportunity, ask and message has to be there once, and the played
Slack and mailbox must have received nothing twice. Exits with 1 where that does not hold.
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
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from config import roster
from config.settings import Settings, load
from console import links
from console.doors import signing_key
from demo import world as worlds
from demo.script import Asked, People
from demo.stage import SECRETS, Stage, open_stage, settings_text, write_exports
from domain.types import AskState, MessageState
from storage.store import Store

_ROOT = Path(__file__).parents[2]
_PORT = 28_300  # the console's; below those that the system hands out by itself


class _Time(NamedTuple):
    """One clock for the world and for every life of the daemon."""

    start: datetime
    epoch: float

    def clock(self) -> datetime:
        return self.start + timedelta(seconds=time.time() - self.epoch)


class Run:
    def __init__(self, stage: Stage, folder: Path, url: str, time_of: _Time, port: int) -> None:
        self.stage, self.time, self.clock = stage, time_of, time_of.clock
        self.file = folder / "goodword.toml"
        write_exports(stage.world, folder / "linkedin")
        text = settings_text(
            stage,
            storage_url=url or f"sqlite:///{folder / 'goodword.db'}",
            exports=folder / "linkedin",
            bind=f"127.0.0.1:{port}",
        )
        self.file.write_text(text.replace('since = "4d"', 'since = "4d"\nevery = "1s"'))
        self.log = (folder / "daemon.log").open("ab")
        self.settings: Settings = load(self.file, SECRETS, self.clock)
        self.store = Store(self.settings.storage.url)
        self.store.add_advocates(roster.read(stage.world.advocates_csv))
        self.people = People(stage.world, stage.slack, stage.mailbox, stage.walls, self.clock)
        self.waiting = {
            platform: worlds.items(stage.world, platform)
            for platform in ("x", "reddit", "hackernews", "rss")
        }
        for platform in self.waiting:
            stage.walls[platform].clear()  # type: ignore[attr-defined]

    @contextmanager
    def daemon(self) -> Iterator[subprocess.Popen[bytes]]:
        arguments = [str(self.file), self.time.start.isoformat(), str(self.time.epoch)]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.daemon", *arguments],
            cwd=_ROOT,
            stderr=self.log,
            stdout=self.log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def write_some(self, share: float) -> None:
        """Strangers write: the next `share` of each platform's posts appear, as written now.

        X's all appear at once: its ids tell the time, and the advocates' replies get newer ones.
        """
        for platform, items in self.waiting.items():
            some = max(1, round(len(worlds.items(self.stage.world, platform)) * share))
            count = len(items) if platform == "x" else some
            new, self.waiting[platform] = items[:count], items[count:]
            if platform != "x":
                now = self.clock().replace(microsecond=0)
                new = [item.model_copy(update={"posted_at": now}) for item in new]
            self.stage.walls[platform].add(*new)  # type: ignore[attr-defined]

    def people_act(self) -> int:
        return self.people.review() + self.people.answer(self.asked_of)

    def asked_of(self, page: str) -> Asked | None:
        key = links.read_ask(signing_key(self.settings), page.rpartition("/")[2])
        ask = self.store.ask(key)
        post = self.store.post(ask.occasion) if ask else None
        who = self.store.advocate(ask.advocate) if ask else None
        if post is None or who is None:
            return None
        handle = who.handles.get(post.platform, who.id)
        return Asked(post.platform, (post.thread_id or post.external_id).rpartition(":")[2], handle)

    def settled(self) -> bool:
        """Nothing is under way any more."""
        moving = self.store.messages(states=[MessageState.QUEUED, MessageState.SENDING])
        moving = [m for m in moving if m.due_at <= self.clock()]
        asks = self.store.asks(states=[AskState.ACCEPTED])
        waiting = self.store.counts()["posts"]["waiting"]
        unheard = _written(self.stage) - _heard(self.store)
        return not moving and not asks and not waiting and not unheard


def run(kills: int, seed: int, *, storage_url: str = "", port: int = _PORT) -> dict[str, Any]:
    """What was found; `broken` is empty where all is well."""
    luck = random.Random(seed)
    start = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)
    time_of = _Time(start, time.time())
    actions = f"http://127.0.0.1:{port}/slack/events"
    with (
        tempfile.TemporaryDirectory() as folder,
        open_stage(start, time_of.clock, actions_url=actions) as stage,
    ):
        run_ = Run(stage, Path(folder), storage_url, time_of, port)
        for _ in range(kills):
            with run_.daemon() as process:
                run_.write_some(1 / kills)
                ends = time.time() + luck.uniform(0.5, 5.0)
                while time.time() < ends and process.poll() is None:
                    run_.people_act()
                    time.sleep(0.1)
                process.send_signal(signal.SIGKILL)
        with run_.daemon():
            run_.write_some(1)
            quiet = 0
            for _ in range(600):
                quiet = quiet + 1 if not run_.people_act() and run_.settled() else 0
                if quiet > 20:
                    break
                time.sleep(0.2)
        found = _found(run_, kills)
        run_.store.close()
        run_.log.close()
        return found


def _found(run_: Run, kills: int) -> dict[str, Any]:
    store, stage = run_.store, run_.stage
    counts = store.counts()
    cards = [
        m["metadata"]["event_payload"]["key"] for m in stage.slack.messages if m.get("metadata")
    ]
    mails = [mail.headers["Message-ID"] for mail in stage.mailbox.mails]
    messages = store.messages(limit=100_000)
    written = sum(len(posts) for posts in stage.world.posts.values())
    heard = sum(n for kind, n in counts["posts"].items() if kind != "waiting")
    replies = sum(a.state is AskState.DONE for a in store.asks())
    threads = Counter(a.thread_key for a in store.asks() if a.state is not AskState.DROPPED)
    left = [m.key for m in messages if m.state is MessageState.SENDING]
    carded = {key.removeprefix("card:") for key in cards if key.startswith("card:")}
    opened = {o.key for state in ("open", "approved", "closed") for o in _of(store, state)}
    broken = [
        *(f"said twice in Slack: {key}" for key, n in Counter(cards).items() if n > 1),
        *(f"mailed twice: {key}" for key, n in Counter(mails).items() if n > 1),
        *(f"two advocates on one thread: {key}" for key, n in threads.items() if n > 1),
        *(f"left half sent: {key}" for key in left),
        *(f"no card for {key}" for key in sorted(opened - carded)),
        *(f"never heard: {name}" for name in sorted(_written(stage) - _heard(store))),
        *([f"{counts['posts']['waiting']} never assessed"] if counts["posts"]["waiting"] else []),
    ]
    return {
        "kills": kills,
        "written": written,
        "heard": heard,
        "opportunities": len(opened),
        "asks": len(store.asks()),
        "replies": replies,
        "slack_messages": len(stage.slack.messages),
        "mails": len(mails),
        "messages": dict(Counter(str(m.state) for m in messages)),
        "broken": broken,
    }


def _written(stage: Stage) -> set[str]:
    return {f"{name}:{p.id}" for name, posts in stage.world.posts.items() for p in posts}


def _heard(store: Store) -> set[str]:
    """As `_written` names them: without instance, and without what LinkedIn puts before its ids."""
    with store._reading() as db:
        keys = db.exec_driver_sql("SELECT key FROM post").scalars().all()
    return {f"{key.partition(':')[0]}:{key.rpartition(':')[2]}" for key in keys}


def _of(store: Store, state: str) -> list[Any]:
    from domain.types import OpportunityState

    return store.opportunities(OpportunityState(state))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--url", default="", help="another database than SQLite")
    given = parser.parse_args()
    found = run(given.kills, given.seed, storage_url=given.url)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    sys.exit(bool(found["broken"]))


if __name__ == "__main__":
    main()
