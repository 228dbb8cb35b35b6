"""What the three people see of a question that its author takes back: in the played Slack, in the
mailbox, on the board, on the advocate's page, in the lists of ops, and on the disk.

    python -m tests.taken_back
"""

import ast
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx

from config import roster
from config.settings import load
from console.doors import addresses, open_doors
from demo.stage import SECRETS, Stage, open_stage, settings_text, write_exports
from domain.types import Ask, AskState, OpportunityState, Post, stand_in
from pipeline.kit import Kit
from pipeline.steps import STEPS, once
from routing import lifecycle, review
from storage.store import Item, Store

PORT = 28_350


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)

    def __call__(self) -> datetime:
        return self.now


class Scene(NamedTuple):
    """Four questions on platforms that can be asked, each as far as its name says."""

    kit: Kit
    stage: Stage
    clock: Clock
    folder: Path
    card_open: Item
    mail_queued: Item
    ask_sent: Item
    said_yes: Item

    @property
    def items(self) -> dict[str, Item]:
        return {name: getattr(self, name) for name in Scene._fields[4:]}

    def take_back(self) -> None:
        """All four are deleted where they stand, and a day passes."""
        for item in self.items.values():
            self.stage.walls[item.post.platform].delete(item.post.external_id)  # type: ignore[attr-defined]

    def ask_about(self, item: Item) -> Ask:
        [ask] = self.kit.store.asks(occasion=item.opportunity.key)
        return ask

    def ask_now(self, item: Item) -> Ask:
        """The same ask, by whatever name it has by now."""
        [ask] = self.kit.store.asks(occasion=stand_in(item.opportunity.key))
        return ask

    def place_of_card(self, item: Item) -> str:
        """Where Slack shows it: a message's `ts`."""
        for message in self.stage.slack.messages:
            payload = message.get("metadata", {}).get("event_payload", {})
            if payload.get("key") == f"card:{item.opportunity.key}":
                return str(message["ts"])
        raise LookupError(item.opportunity.key)

    def in_slack(self, ts: str) -> str:
        """All that stands there."""
        return next(str(m) for m in self.stage.slack.messages if m["ts"] == ts)

    def answered(self, post: Post) -> bool:
        """Whether we have heard answers to it: they are other people's posts, and stay."""
        with self.kit.store._reading() as db:
            asked = "SELECT count(*) FROM post WHERE thread_id = ? AND key <> ?"
            return bool(db.exec_driver_sql(asked, (post.external_id, post.key)).scalar())

    def on_disk(self, post: Post) -> list[str]:
        """Traces of a post in the files of the database."""
        said = b"".join(path.read_bytes() for path in self.folder.glob("goodword.db*"))
        text = max(post.text.split("\n"), key=len)[:60]
        traces = [post.author, post.author_id, text, post.title]
        if not self.answered(post):  # else the answers name the thread that they stand in
            traces += [post.external_id, post.url]
        return [trace for trace in traces if len(trace) > 3 and trace.encode() in said]


@contextmanager
def scene() -> Iterator[Scene]:
    clock = Clock()
    with (
        tempfile.TemporaryDirectory() as name,
        open_stage(clock(), clock, actions_url=f"http://127.0.0.1:{PORT}/slack/events") as stage,
    ):
        folder = Path(name)
        file = folder / "goodword.toml"
        write_exports(stage.world, folder / "linkedin")
        text = settings_text(
            stage,
            storage_url=f"sqlite:///{folder / 'goodword.db'}",
            exports=folder / "linkedin",
            bind=f"127.0.0.1:{PORT}",
        )
        file.write_text(text, encoding="utf-8")
        settings = load(file, SECRETS, clock)
        store = Store(settings.storage.url)
        store.add_advocates(roster.read(stage.world.advocates_csv))
        kit = Kit(settings, store, addresses(settings))
        with open_doors(settings, store, clock):
            yield _brought_about(kit, stage, clock, folder)
        store.close()


def _brought_about(kit: Kit, stage: Stage, clock: Clock, folder: Path) -> Scene:
    once(kit, clock())
    wanted = [
        item
        for item in kit.store.items(OpportunityState.OPEN)
        if item.post.platform in ("x", "reddit", "hackernews")
    ]
    taken: list[Item] = []
    for item in wanted:
        if len(taken) == 2:
            break
        _approve(kit, item, clock())
        once(kit, clock())
        asks = kit.store.asks(occasion=item.opportunity.key)
        taken += [item] if [a for a in asks if a.state is AskState.SENT] else []
    ask_sent, said_yes = taken
    [ask] = kit.store.asks(occasion=said_yes.opportunity.key)
    kit.store.swap((ask, lifecycle.accepted(ask, kit.settings.policy, clock())))
    left = [item for item in wanted if _state(kit, item) is OpportunityState.OPEN]
    card_open, *others = left
    mail_queued = next(item for item in others if _drafted(kit, item, clock()))
    return Scene(kit, stage, clock, folder, card_open, mail_queued, ask_sent, said_yes)


def _approve(kit: Kit, item: Item, now: datetime) -> None:
    o = item.opportunity
    kit.store.swap((o, review.approved(o, "Robin", now)))


def _drafted(kit: Kit, item: Item, now: datetime) -> bool:
    """Its prompt is queued and not sent."""
    _approve(kit, item, now)
    for step in ("route", "prompt"):
        STEPS[step](kit, now)
    return bool(kit.store.asks(occasion=item.opportunity.key))


def _state(kit: Kit, item: Item) -> OpportunityState | None:
    found = kit.store.opportunity(item.opportunity.key)
    return found.state if found else None


def text_of(message: str) -> str:
    return str(ast.literal_eval(message)["text"])


def words(page: httpx.Response) -> str:
    main = page.text.partition("<main")[2] or page.text
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def tell(say: Callable[[str], object]) -> None:
    with scene() as made, httpx.Client(base_url=f"http://127.0.0.1:{PORT}") as board:
        cards = {name: made.place_of_card(item) for name, item in made.items.items()}
        before = {name: text_of(made.in_slack(ts)) for name, ts in cards.items()}
        page = {n: made.kit.links.ask(made.ask_about(i).key) for n, i in _asked(made).items()}
        made.take_back()
        made.clock.now += timedelta(hours=25)
        mails = len(made.stage.mailbox.mails)
        for _ in range(3):
            once(made.kit, made.clock())
        for name, item in made.items.items():
            say(f"\n=== {name} ({item.post.platform})")
            say(f"  Slack before:  {before[name]}")
            say(f"  Slack now:     {text_of(made.in_slack(cards[name]))}")
            say(f"  board:         {words(board.get(f'/o/{item.opportunity.key}'))[:160]}")
            if name in page:
                say(f"  advocate page: {words(board.get(page[name]))[:160]}")
            say(f"  on disk:       {made.on_disk(item.post) or 'nothing'}")
        say("\n=== mails after it")
        for mail in made.stage.mailbox.mails[mails:]:
            say(f"  to {mail.recipient}: {mail.subject}")
        say("\n=== ops")
        for ask in made.kit.store.asks():
            say(f"  ask {ask.state} {ask.dropped_as or ''} {ask.key}")
        for message in made.kit.store.messages():
            if "gone-" in message.key:
                say(f"  message {message.state:10} {message.error:26} {message.key}")


def _asked(made: Scene) -> dict[str, Item]:
    return {n: i for n, i in made.items.items() if n != "card_open"}


if __name__ == "__main__":
    tell(lambda line: sys.stdout.write(line + "\n"))
