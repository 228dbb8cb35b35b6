"""`demo`: the whole chain in an invented world, with the real SDKs against one loopback server.

The demo's clock begins at 15:00 UTC of today, so that it goes the same way at any hour; its
database is kept, so that a second run shows that nothing is heard, asked or said twice.
"""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from config import roster
from config.settings import Settings, load
from console import links
from console.doors import addresses, open_doors, signing_key
from demo.script import SEEN_BY_ITSELF, Asked, People
from demo.stage import SECRETS, Stage, open_stage, settings_text, write_exports
from domain.text import one_line, shorten
from domain.types import AskState, Message, MessageKind, MessageState, OpportunityState
from pipeline.daemon import Daemon
from pipeline.kit import Kit
from pipeline.steps import STEPS, once
from storage.store import Store

FOLDER = Path(__file__).parent.parent / "demo" / "run"
_BIND = 8080
_BEGINS_AT = 15  # o'clock, UTC
_ROUNDS = 12
_QUICK = {**dict.fromkeys(STEPS, 1), "listen": 3, "sweep": 5}
_WRITES_AFTER = 4.0  # seconds from an advocate's yes to their reply, when a person plays along


class Clock:
    """Runs with the real one, from 15:00 UTC today; `advance` lets time pass in the script."""

    def __init__(self) -> None:
        self._start = datetime.now(UTC).replace(hour=_BEGINS_AT, minute=0, second=0, microsecond=0)
        self._began = time.monotonic()
        self._extra = timedelta(0)

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began) + self._extra

    def advance(self, length: timedelta) -> None:
        self._extra += length


def play(
    *, serve: bool, quiet: bool = False, folder: Path = FOLDER, storage_url: str = ""
) -> dict[str, Any]:
    """The counts of every stage, of this run and in all."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    port = _free(_BIND)
    with open_stage(clock(), clock, actions_url=f"http://127.0.0.1:{port}/slack/events") as stage:
        settings = _settings(stage, folder, clock, port, storage_url)
        store = Store(settings.storage.url)
        try:
            known = {a.id for a in store.advocates()}
            everybody = roster.read(stage.world.advocates_csv)
            store.add_advocates([a for a in everybody if a.id not in known])
            show = Console(stderr=quiet, quiet=quiet, highlight=False)
            return _Play(stage, settings, store, clock, show).run(serve=serve)
        finally:
            store.close()


def _settings(
    stage: Stage, folder: Path, clock: Callable[[], datetime], port: int, storage_url: str
) -> Settings:
    exports, file = folder / "linkedin", folder / "goodword.toml"
    write_exports(stage.world, exports)
    text = settings_text(
        stage,
        storage_url=storage_url or f"sqlite:///{folder / 'goodword.db'}",
        exports=exports,
        bind=f"127.0.0.1:{port}",
    )
    file.write_text(text, encoding="utf-8")
    return load(file, SECRETS, clock)


def _free(port: int) -> int:
    """`port`, or any free one below those that the system hands out."""
    candidate: int
    for candidate in (port, *range(28_080, 28_180)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    return 0


class _Play:
    def __init__(
        self, stage: Stage, settings: Settings, store: Store, clock: Clock, show: Console
    ) -> None:
        self._stage, self._settings, self._store = stage, settings, store
        self._clock, self._show = clock, show
        self._key = signing_key(settings)
        self._kit = Kit(settings, store, addresses(settings))
        self._people = People(stage.world, stage.slack, stage.mailbox, stage.walls, clock)
        self._before = self._counted()

    def run(self, *, serve: bool) -> dict[str, Any]:
        self._say("[bold]Goodword[/bold] listens to an invented world, on this machine alone.")
        once(self._kit, self._clock())
        self._tell_heard()
        self._tell_found()
        if serve:
            self._serve()
        else:
            with open_doors(self._settings, self._store, self._clock):
                self._script()
            self._tell_end()
        return self._counts()

    # ---------------------------------------------------------------- unattended

    def _script(self) -> None:
        """Reviewer and advocates by the script, until nothing moves any more."""
        for _ in range(_ROUNDS):
            moved = self._people.review()
            once(self._kit, self._clock())
            moved += self._people.answer(self._asked_of)
            self._clock.advance(timedelta(minutes=1))
            done = once(self._kit, self._clock())
            if not moved and not any(done.values()):
                break

    def _asked_of(self, page: str) -> Asked | None:
        """Whom a page is for, as their own mail would tell them."""
        ask = self._store.ask(links.read_ask(self._key, page.rpartition("/")[2]))
        post = self._store.post(ask.occasion) if ask else None
        who = self._store.advocate(ask.advocate) if ask else None
        if post is None or who is None:
            return None
        handle = who.handles.get(post.platform, who.id)
        return Asked(post.platform, _played_id(post.thread_id or post.external_id), handle)

    # ---------------------------------------------------------------- with a person

    def _serve(self) -> None:
        if any(self._before.values()):
            self._say(
                "\nKept from an earlier run: what was decided then stays so, and the played Slack "
                "and mail start empty.\nDelete the folder demo/run to begin afresh."
            )
        url, board = self._stage.server.url, self._settings.console.base_url
        self._say(
            "\nNow it is yours:",
            f"  the board            {board}/",
            f"  the played Slack     {url}/slack/",
            f"  the advocates' mail  {url}/mail/",
            "\nApprove one on the board or in Slack, open the mail that goes out, answer it as the "
            "advocate.\nTheir reply appears on the platform by itself; the thanks follow. "
            "Ctrl-C ends it.",
        )
        daemon = Daemon(self._kit, self._clock, tick=_QUICK)
        writer = threading.Thread(target=self._write_replies, name="advocates", daemon=True)
        writer.start()
        daemon.run(open_doors(self._settings, self._store, self._clock))

    def _write_replies(self) -> None:
        """Whoever said yes writes a little later, where the question stands."""
        written: set[str] = set()
        while not self._kit.stop.wait(1):
            for ask in self._store.asks(states=[AskState.ACCEPTED]):
                due = (ask.answered_at or ask.drafted_at) + timedelta(seconds=_WRITES_AFTER)
                asked = self._asked_of(self._kit.links.ask(ask.key))
                if ask.key in written or asked is None or self._clock() < due:
                    continue
                written.add(ask.key)
                if asked.platform in SEEN_BY_ITSELF:
                    self._people.write(asked)
                    self._say(f"  {ask.advocate} has replied on {asked.platform}")

    # ---------------------------------------------------------------- what is shown

    def _say(self, *lines: str) -> None:
        for line in lines:
            self._show.print(line)

    def _tell_heard(self) -> None:
        counts = self._store.counts()
        heard = {k: n for k, n in counts["posts"].items() if k != "waiting"}
        table = Table(title="Heard", title_justify="left", box=None)
        table.add_column("where")
        table.add_column("posts", justify="right")
        table.add_column("opportunities", justify="right")
        found = Counter(o.key.partition(":")[0] for o in self._opportunities())
        for platform, posts in sorted(heard.items()):
            table.add_row(platform, str(posts), str(found[platform]))
        self._show.print(table)

    def _tell_found(self) -> None:
        items = self._store.items(OpportunityState.OPEN, limit=3)
        if not items:
            return
        self._say("\n[bold]The three that wait highest, and whom they would be given to[/bold]")
        advocates, now = self._store.advocates(), self._clock()
        names = {a.id: f"{a.name}, {a.company}" for a in advocates}
        for item in items:
            found = self._kit.shortlist(
                item.post, item.assessment, advocates, self._kit.history(now), now
            )
            said = shorten(one_line(item.post.reading), 150)
            self._show.print(f"\n“{said}”", markup=False)
            self._show.print(f"  {item.opportunity.reason}", markup=False)
            for n, candidate in enumerate(found.shortlist, 1):
                line = f"  {n}. {names[candidate.advocate]} ({candidate.fit:.2f}): {candidate.told}"
                self._show.print(line, markup=False)

    def _tell_end(self) -> None:
        counts = self._counts()
        table = Table(title="\nThe chain, unattended", title_justify="left", box=None)
        table.add_column("stage")
        table.add_column("this run", justify="right")
        table.add_column("in all", justify="right")
        for stage, total in counts["in_all"].items():
            if isinstance(total, int):
                table.add_row(stage.replace("_", " "), str(counts["this_run"][stage]), str(total))
        self._show.print(table)
        verified = ", ".join(f"{n} on {p}" for p, n in counts["verified_on"].items())
        self._say(f"Replies seen and thanked for: {verified or 'none'}")

    # ---------------------------------------------------------------- counting

    def _counts(self) -> dict[str, Any]:
        now = self._counted()
        asks = self._store.asks(states=[AskState.DONE])
        verified = Counter(a.occasion.partition(":")[0] for a in asks if a.verified)
        return {
            "this_run": {name: n - self._before[name] for name, n in now.items()},
            "in_all": now,
            "heard_on": {
                k: n for k, n in sorted(self._store.counts()["posts"].items()) if k != "waiting"
            },
            "opportunities_on": dict(
                sorted(Counter(o.key.partition(":")[0] for o in self._opportunities()).items())
            ),
            "verified_on": dict(sorted(verified.items())),
            "arrived": {
                "slack_messages": len(self._stage.slack.messages),
                "mails": len(self._stage.mailbox.mails),
            },
        }

    def _counted(self) -> dict[str, int]:
        asks = self._store.asks()
        messages = self._store.messages(limit=100_000)
        opportunities = list(self._opportunities())
        posts = self._store.counts()["posts"]
        return {
            "heard": sum(n for k, n in posts.items() if k != "waiting"),
            "assessed": sum(self._store.counts()["assessments"].values()),
            "opportunities": len(opportunities),
            "approved": sum(o.decided_by != "" and o.dismissal is None for o in opportunities),
            "dismissed": sum(o.dismissal is not None for o in opportunities),
            "asked": sum(a.sent_at is not None for a in asks),
            "said_yes": sum(a.state in (AskState.ACCEPTED, AskState.DONE) for a in asks),
            "replies": sum(a.state is AskState.DONE for a in asks),
            "verified": sum(a.verified for a in asks),
            **{
                f"{name}_sent": _sent(messages, kind)
                for name, kind in (
                    ("cards", MessageKind.CARD),
                    ("prompts", MessageKind.PROMPT),
                    ("thanks", MessageKind.THANKS),
                )
            },
            "dead_messages": sum(m.state is MessageState.DEAD for m in messages),
        }

    def _opportunities(self) -> Iterator[Any]:
        for state in OpportunityState:
            yield from self._store.opportunities(state)


def _sent(messages: list[Message], kind: MessageKind) -> int:
    return sum(m.kind is kind and m.state is MessageState.SENT for m in messages)


def _played_id(external_id: str) -> str:
    return external_id.rpartition(":")[2]
