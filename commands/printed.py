"""Values as people read them in a terminal. Foreign text is cleaned: it may hold control codes."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from classifiers.base import Classifier
from domain.errors import ConfigError
from domain.text import one_line, shorten
from domain.types import Advocate, Ask, Message, Opportunity, Post, Shortlist

_WIDTH = 400  # of what is not read in a terminal: no line is broken there


def post(said: Post) -> str:
    where = said.community or said.platform
    text = shorten(one_line(f"{said.title} {said.text}"), 300)
    return f"{said.posted_at:%Y-%m-%d %H:%M} {where} {said.author}: {text}\n  {said.url}"


def shortlist(found: Shortlist, names: Mapping[str, str]) -> str:
    lines = [] if found.shortlist else ["Nobody fits now."]
    for n, c in enumerate(found.shortlist, 1):
        parts = " + ".join(f"{name} {part:.2f}" for name, part in c.components.items() if part)
        lines += [f"{n}. {names.get(c.advocate, c.advocate)} ({c.advocate})  fit {c.fit:.2f}"]
        last = f"last asked {c.last_asked:%d %B %Y}" if c.last_asked else "never asked before"
        lines += [f"   {c.told}", f"   {last}, {c.asks_this_quarter} this quarter", f"   = {parts}"]
    lines += ["", "Not asked:"] * bool(found.others)
    lines += [
        f"   {names.get(p.advocate, p.advocate)} ({p.advocate}): {p.why_not}"
        + (f"; free from {p.until:%Y-%m-%d %H:%M} UTC" if p.until else "")
        for p in found.others
    ]
    place = found.place
    lines += [
        "",
        f"Place {place.key or 'unknown'}: {'asking is allowed' if place.ask else 'ask nobody'}",
    ]
    return "\n".join([*lines, f"   {place.note}"] if place.note else lines)


def status(seen: Mapping[str, Any]) -> str:
    lines = []
    for what, counted in seen["counts"].items():
        each = ", ".join(f"{n} {name}" for name, n in sorted(counted.items()))
        lines.append(f"{what:14} {each or 'none'}")
    lines.append("")
    lines += [f"source {s['name']:20} {s['state']:13} {s['error']}" for s in seen["sources"]]
    lines += [f"       {s['name']:20} {i['what']}" for s in seen["sources"] for i in s["ills"]]
    lines += [f"dead   {m['key']}: {m['error']}" for m in seen["dead_messages"]]
    return "\n".join(line.rstrip() for line in lines)


def sources(seen: Iterable[Mapping[str, Any]]) -> str:
    return _table(
        ("source", "state", "heard", "last new", "last read", "next look", "left", "what is wrong"),
        (
            (
                source["name"],
                source["state"],
                str(source["heard"]),
                _at(source["heard_at"]),
                _at(source["read_at"]),
                _at(source["due_at"]),
                "" if source["budget_left"] is None else str(source["budget_left"]),
                _wrong(source),
            )
            for source in seen
        ),
    )


def _at(iso: str | None) -> str:
    return (iso or "")[:16].replace("T", " ")


def _wrong(source: Mapping[str, Any]) -> str:
    said = [f"{ill['what']} {ill['remedy']}".strip() for ill in source["ills"]]
    return "; ".join([*(said or filter(None, [source["error"]])), *source["doubts"]])


def advocates(everybody: Sequence[Advocate], asks: Iterable[Ask], now: datetime) -> str:
    asked = list(asks)
    times = Counter(ask.advocate for ask in asked if ask.sent_at)
    last = {ask.advocate: ask.sent_at for ask in asked if ask.sent_at}
    return _table(
        ("id", "name", "company", "may be asked for", "asked", "last", "now"),
        (
            (
                a.id,
                a.name,
                a.company,
                ", ".join(c.kind for c in a.consents) or "nothing",
                str(times[a.id]),
                f"{last[a.id]:%Y-%m-%d}" if a.id in last else "never",
                _standing(a, now),
            )
            for a in everybody
        ),
    )


def _standing(advocate: Advocate, now: datetime) -> str:
    if advocate.left_at:
        return "left"
    if advocate.paused_until and advocate.paused_until > now:
        return f"paused until {advocate.paused_until:%Y-%m-%d}"
    if advocate.frozen_until and advocate.frozen_until > now:
        return f"frozen until {advocate.frozen_until:%Y-%m-%d}"
    return "may be asked"


def asks(made: Iterable[Ask]) -> str:
    return _table(
        ("state", "advocate", "about", "drafted", "reply"),
        (
            (
                f"{a.state}{f' ({a.dropped_as})' if a.dropped_as else ''}",
                a.advocate,
                a.occasion,
                f"{a.drafted_at:%Y-%m-%d %H:%M}",
                f"{a.reply_url} {'seen' if a.verified else 'told'}" if a.reply_url else "",
            )
            for a in made
        ),
    )


def opportunities(found: Iterable[Opportunity]) -> str:
    return _table(
        ("state", "score", "topic", "reason", "key"),
        (
            (
                f"{o.state}{f' ({o.closed_as})' if o.closed_as else ''}",
                f"{o.score:.2f}",
                o.topic,
                o.reason,
                o.key,
            )
            for o in found
        ),
    )


def messages(found: Iterable[Message]) -> str:
    return _table(
        ("state", "channel", "due", "tries", "key", "error"),
        (
            (m.state, m.channel, f"{m.due_at:%Y-%m-%d %H:%M}", str(m.attempts), m.key, m.error)
            for m in found
        ),
    )


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in names:
        table.add_column(name, overflow="fold", no_wrap=name == "key")
    empty = True
    for row in rows:
        table.add_row(*(Text(one_line(cell)) for cell in row))
        empty = False
    if empty:
        return "None yet."
    out = StringIO()
    width = Console().width if sys.stdout.isatty() else _WIDTH
    Console(file=out, width=width).print(table)
    return out.getvalue().rstrip()


# ------------------------------------------------------------------ files in, progress out


@contextmanager
def lines_of(file: str) -> Iterator[Iterator[str]]:
    """The lines of a file or of stdin ("-"), counted on stderr where that is a terminal."""
    source = sys.stdin if file == "-" else Path(file).open(encoding="utf-8")  # noqa: SIM115
    try:
        yield watched(source, "posts")
    finally:
        if file != "-":
            source.close()


def watched(things: Iterable[str], what: str) -> Iterator[str]:
    if not sys.stderr.isatty():
        yield from things
        return
    columns = (TextColumn("{task.completed:>9,.0f} " + what), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        for thing in things:
            yield thing
            progress.advance(task)


def json_of(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError([f"{file}: is no JSON ({error})"]) from error
    if not isinstance(found, dict):
        raise ConfigError([f"{file}: must hold one JSON object"])
    return found


def evaluated(classifier: Classifier, file: Path) -> Mapping[str, float]:
    from classifiers import evaluation, scoring

    gold = file.read_text(encoding="utf-8").splitlines()
    predicted = list(scoring.score_lines(classifier, watched(gold, "posts")))
    return evaluation.evaluate([json.loads(line) for line in gold if line.strip()], predicted)


def trained(corpus: Path | None, out: Path | None) -> str:
    """Trains by the recipe, and says what it found out."""
    from classifiers.options import MODEL
    from classifiers.training.recipe import CORPUS, train

    report = train(corpus or CORPUS, out or MODEL, say=_stage)
    figures = [f"  {name:32} {value:.3f}" for name, value in report.held_back.items()]
    files = [f"  {name:32} sha256 {digest}" for name, digest in report.outputs.items()]
    return "\n".join(
        [
            f"{report.texts} texts, {report.seconds:.0f} s",
            "held back (texts of a manner that the model had not seen):",
            *figures,
            f"written to {out or MODEL}:",
            *files,
        ]
    )


def _stage(line: str) -> None:
    sys.stderr.write(f"{line}\n")
