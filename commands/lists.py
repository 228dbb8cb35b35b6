"""The commands on what is kept: advocates, asks, opportunities, messages, sources."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands import common as cli
from commands.common import Json

advocates = typer.Typer(no_args_is_help=True, help="Who may be asked.")
asks = typer.Typer(no_args_is_help=True, help="What was asked of whom.")
opportunities = typer.Typer(no_args_is_help=True, help="Questions worth an answer.")
sources = typer.Typer(no_args_is_help=True, help="Where we listen.")
messages = typer.Typer(no_args_is_help=True, help="What was said, or could not be.")

Id = Annotated[str, typer.Argument(help="The advocate's id.")]


@advocates.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV; docs/advocates.md names its columns.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
) -> None:
    """Add or update advocates from a CSV: all good rows, or none."""
    cli.log(quiet=True)
    from commands import office

    read = cli.settings(need_secrets=False)
    kept = cli.store(read)
    names = [name for p in read.catalogue.products for name in (p.name, *p.aliases)]
    changed = office.import_advocates(kept, file, cli.now(), dry_run=dry_run, products=names)
    kept.close()
    cli.say(*changed, *(["Nothing was changed: this was a dry run."] if dry_run else []))


@advocates.command("list")
def list_advocates(json: Json = False) -> None:
    """Everybody, with what they may be asked and when they were last asked."""
    cli.log(quiet=True)
    from commands import printed

    kept = cli.store(cli.settings(need_secrets=False))
    everybody, made = kept.advocates(), kept.asks()
    kept.close()
    if json:
        cli.print_json([a.model_dump(mode="json") for a in everybody])
    else:
        cli.say(printed.advocates(everybody, made, cli.now()))


@advocates.command()
def show(advocate: Id) -> None:
    """All that is kept of one person, as JSON."""
    cli.log(quiet=True)
    from commands import office

    kept = cli.store(cli.settings(need_secrets=False))
    person = office.found(kept, advocate)
    asked = kept.asks(advocate=advocate)
    kept.close()
    cli.print_json(
        person.model_dump(mode="json") | {"asks": [a.model_dump(mode="json") for a in asked]}
    )


@advocates.command()
def pause(
    advocate: Id, days: Annotated[int, typer.Option(min=1, max=3650, help="For how long.")] = 30
) -> None:
    """Ask this person nothing for a while."""
    cli.log(quiet=True)
    from datetime import timedelta

    from commands import office

    kept = cli.store(cli.settings(need_secrets=False))
    paused = office.pause_advocate(kept, advocate, timedelta(days=days), cli.now())
    kept.close()
    cli.say(f"{paused.name} is not asked before {paused.paused_until:%d %B %Y}")


@advocates.command()
def erase(
    advocate: Id,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
) -> None:
    """Delete a person and everything that we asked of or wrote to them."""
    cli.log(quiet=True)
    from commands import office

    kept = cli.store(cli.settings(need_secrets=False))
    person = office.found(kept, advocate)
    if not yes:
        typer.confirm(f"Erase {person.name} and all that is kept of them?", abort=True, err=True)
    office.erase_advocate(kept, advocate)
    kept.close()
    cli.say(f"{advocate} is erased")


@advocates.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="A CSV to write; stdout if left out.")] = None,
) -> None:
    """Write everybody to a CSV that `import` reads."""
    cli.log(quiet=True)
    from config import roster

    kept = cli.store(cli.settings(need_secrets=False))
    everybody = kept.advocates()
    kept.close()
    if file is None:
        roster.write(everybody, sys.stdout)
        return
    with file.open("x", encoding="utf-8", newline="") as out:
        roster.write(everybody, out)
    cli.say(f"{file}: {len(everybody)} advocates")


@asks.command("list")
def list_asks(json: Json = False) -> None:
    """Every ask, oldest first."""
    cli.log(quiet=True)
    from commands import printed

    kept = cli.store(cli.settings(need_secrets=False))
    made = kept.asks()
    kept.close()
    if json:
        cli.print_json([{"key": a.key} | a.model_dump(mode="json") for a in made])
    else:
        cli.say(printed.asks(made))


@opportunities.command("list")
def list_opportunities(
    json: Json = False,
    state: Annotated[str, typer.Option(help="open, approved or closed; all if left out.")] = "",
) -> None:
    """Every opportunity, oldest first of each state."""
    cli.log(quiet=True)
    from commands import office, printed
    from domain.types import OpportunityState

    if state and state not in list(OpportunityState):
        cli.refuse(f"opportunities: state {state!r} is none of {', '.join(OpportunityState)}")
    kept = cli.store(cli.settings(need_secrets=False))
    found = office.opportunities(kept, OpportunityState(state) if state else None)
    kept.close()
    if json:
        cli.print_json([{"key": o.key} | o.model_dump(mode="json") for o in found])
    else:
        cli.say(printed.opportunities(found))


@messages.command("list")
def list_messages(
    json: Json = False,
    dead: Annotated[bool, typer.Option("--dead", help="Only those given up.")] = False,
) -> None:
    """Every message, those due first."""
    cli.log(quiet=True)
    from commands import printed
    from domain.types import MessageState

    kept = cli.store(cli.settings(need_secrets=False))
    found = kept.messages(states=[MessageState.DEAD] if dead else [])
    kept.close()
    if json:
        cli.print_json([{"key": m.key} | m.model_dump(mode="json") for m in found])
    else:
        cli.say(printed.messages(found))


@messages.command()
def retry(
    keys: Annotated[
        list[str] | None, typer.Argument(help="Keys of dead messages; all if left out.")
    ] = None,
) -> None:
    """Put dead messages on their way again."""
    cli.log(quiet=True)
    from commands import office

    kept = cli.store(cli.settings(need_secrets=False))
    again = office.retry_messages(kept, keys or [], cli.now())
    kept.close()
    cli.say(f"{len(again)} on their way again")


@sources.command("list")
def list_sources(json: Json = False) -> None:
    """Every source: whether it is well, what it heard, what is wrong and what to do."""
    cli.log(quiet=True)
    from commands import printed
    from commands.sources import standing

    settings = cli.settings(need_secrets=False)
    kept = cli.store(settings)
    found = standing(kept, settings, cli.now())
    kept.close()
    cli.print_json(found) if json else cli.say(printed.sources(found))
