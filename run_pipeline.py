"""Goodword's command line.

    platforms -listen-> posts -classify-> opportunities -review-> approved -route-> asks -prompt->
    advocates -> replies -follow_up-> thanks

Each step reads from the store, lets a pure function decide, and writes the decision back. Steps
meet only in the store, so any of them may crash, run twice, or run alone. Results go to stdout,
logs to stderr. Exit codes: 0 done, 1 failed, 2 wrong settings or usage.
"""

import json as json_text
import os
import signal
import sys
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from commands import common as cli
from commands import lists
from commands.common import Json, now, print_json, say

app = typer.Typer(
    name="goodword",
    help="Hears buying questions asked in public, and asks the one happy customer most like the "
    "asker to answer.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: half the time of a laid out one
    pretty_exceptions_enable=False,
)
app.add_typer(lists.advocates, name="advocates")
app.add_typer(lists.asks, name="asks")
app.add_typer(lists.opportunities, name="opportunities")
app.add_typer(lists.messages, name="messages")
app.add_typer(lists.sources, name="sources")


@app.callback()
def _before(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", help="Settings file. Else GOODWORD_CONFIG, else config/goodword.toml."
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more.")] = False,
) -> None:
    cli.Chosen.config = config
    cli.Chosen.verbose = verbose


# ------------------------------------------------------------------ the daemon and its steps


@app.command()
def demo(
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Play reviewer and advocates by a script, then stop.")
    ] = False,
    json: Json = False,
) -> None:
    """Run the whole chain in an invented world, on this machine alone."""
    cli.log(quiet=True)
    from commands.demo import play

    counts = play(serve=not no_serve, quiet=json)
    if json:
        print_json(counts)


@app.command()
def once(json: Json = False) -> None:
    """Run every step once: what is due."""
    cli.log()
    from pipeline.steps import once as every_step

    with cli.kit() as kit:
        done = every_step(kit, now())
    if json:
        print_json(done)
    else:
        say(*(f"{name:10} {'failed' if n is None else n}" for name, n in done.items()))
    if None in done.values():
        raise typer.Exit(1)


@app.command()
def run() -> None:
    """Run the daemon: all steps, the board, Slack. SIGTERM ends it within ten seconds."""
    cli.log()
    from console.doors import open_doors
    from pipeline.daemon import Daemon

    with cli.kit() as kit:
        Daemon(kit, now).run(open_doors(kit.settings, kit.store, now))
    os._exit(0)  # a hung connection must not keep the process: everything is stored


@app.command()
def serve() -> None:
    """Serve the console alone: the board, the advocates' pages, Slack's clicks."""
    cli.log()
    from console.doors import open_doors

    with cli.kit() as kit, open_doors(kit.settings, kit.store, now):
        for number in (signal.SIGTERM, signal.SIGINT):
            # By a thread: a signal may come while this one holds the lock that `set` needs.
            signal.signal(number, lambda *_: Thread(target=kit.stop.set, daemon=True).start())
        kit.stop.wait()


@app.command()
def listen(
    name: Annotated[str, typer.Argument(help="A source's name in the settings.")],
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON post a line.")] = False,
) -> None:
    """Read one source from its stored cursor, store nothing, print its posts."""
    cli.log()
    from commands import printed

    settings = cli.settings(need_secrets=False)
    source = next((s for s in settings.listeners if s.name == name), None)
    if missing := settings.left_out.get(name):
        cli.refuse(f"listen: {name}: {missing}")
    if source is None:
        names = ", ".join([*(s.name for s in settings.listeners), *settings.left_out]) or "none"
        cli.refuse(f"listen: no source is called {name!r}; there are: {names}")
    store = cli.store(settings)
    batch = source.fetch(store.source(name).cursor)
    store.close()
    for told in (*batch.notices, *([batch.failed] if batch.failed else [])):
        cli.note(f"{name}: {str(told).removeprefix(f'{name}: ')}")
    for post in batch.posts:
        say(post.model_dump_json() if jsonl else printed.post(post))


# ------------------------------------------------------------------ judging and matching


@app.command()
def score(
    text: Annotated[str | None, typer.Argument(help="A post's text.")] = None,
    jsonl: Annotated[
        str | None,
        typer.Option("--jsonl", help='File of lines {"id","title","text"}, "-" for stdin.'),
    ] = None,
) -> None:
    """How surely a text asks for help with buying, and which words say so."""
    cli.log(quiet=True)
    if (text is None) == (jsonl is None):
        cli.refuse("score: give either a text or --jsonl FILE")
    from classifiers import scoring
    from commands import printed

    classifier = cli.settings(need_secrets=False).make_classifier()
    if text is not None:
        print_json(scoring.score_text(classifier, text))
        return
    with printed.lines_of(jsonl or "-") as lines:
        for scored in scoring.score_lines(classifier, lines):
            sys.stdout.write(json_text.dumps(scored, ensure_ascii=False) + "\n")


@app.command()
def match(
    key: Annotated[str | None, typer.Argument(help="A stored post's key.")] = None,
    post: Annotated[Path | None, typer.Option("--post", help="A post as a JSON file.")] = None,
    json: Json = False,
) -> None:
    """Whom to ask about a post: the best with why, and all the others with why not."""
    cli.log(quiet=True)
    if (key is None) == (post is None):
        cli.refuse("match: give either a stored post's KEY or --post FILE")
    from commands import office, printed

    with cli.kit(need_secrets=False) as kit:
        asked = (
            office.given_post(printed.json_of(post), now())
            if post
            else office.stored_post(kit, key or "")
        )
        found = office.shortlist(kit, asked, now())
        names = {a.id: a.name for a in kit.store.advocates()}
    print_json(office.as_json(found)) if json else say(printed.shortlist(found, names))


@app.command()
def train(
    corpus: Annotated[Path | None, typer.Option(help="Folder of JSON lines to train on.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the model to write.")] = None,
) -> None:
    """Train the classifier by its recipe, from our own corpus."""
    cli.log()
    from commands import printed

    say(printed.trained(corpus, out))


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled posts: lines with id, intent, text.")],
    json: Json = False,
) -> None:
    """Measure the classifier on labelled posts."""
    cli.log(quiet=True)
    from commands import printed

    figures = printed.evaluated(cli.settings(need_secrets=False).make_classifier(), file)
    print_json(figures) if json else say(*(f"{n:24} {v:.3f}" for n, v in figures.items()))


# ------------------------------------------------------------------ ops


@app.command()
def status(json: Json = False) -> None:
    """How it stands: counts, sources, dead messages."""
    cli.log(quiet=True)
    from commands import printed, sources

    settings = cli.settings(need_secrets=False)
    store = cli.store(settings)
    seen = sources.status(store, settings, now())
    store.close()
    print_json(seen) if json else say(printed.status(seen))


@app.command()
def doctor(json: Json = False) -> None:
    """Check all that has to work before the daemon can. Exits with 1 if anything does not."""
    cli.log(quiet=True)
    from commands import office

    checks = office.doctor(cli.settings, cli.store)
    if json:
        print_json([{"what": w, "well": ok, "seen": s} for w, ok, s in checks])
    else:
        say(*(f"{'ok  ' if ok else 'FAIL'} {w:11} {s}" for w, ok, s in checks))
    if not all(ok for _, ok, _ in checks):
        raise typer.Exit(1)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A file that does not exist yet.")]) -> None:
    """Copy the database to a file while everything runs (SQLite)."""
    cli.log(quiet=True)
    store = cli.store(cli.settings(need_secrets=False))
    store.backup(file)
    store.close()
    say(f"{file}: {file.stat().st_size} bytes")


def main() -> None:
    """Every error that we foresaw is one clear line (or list) on stderr, and an exit code."""
    from domain.errors import ConfigError, GoodwordError

    try:
        app(standalone_mode=True)
    except ConfigError as error:
        sys.stderr.write("\n".join(error.problems) + "\n")
        sys.exit(2)
    except GoodwordError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except OSError as error:  # a file that cannot be read or written, a closed pipe
        sys.stderr.write(f"{error.strerror or error}: {error.filename or ''}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
