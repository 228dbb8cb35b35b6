"""The settings file, checked in full before anything starts.

Each table is checked by the module that will use it, so a new option is an edit of that module
only. Unknown keys are refused, and every problem is told at once with its place. Secrets come from
the environment, or from the files that NAME_FILE names: see config/secrets.py.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import classifiers
import listeners
import notifiers
from classifiers.base import Classifier
from classifiers.catalogue import Catalogue
from config import console, secrets
from domain.errors import ConfigError
from domain.types import Duration
from listeners.base import Given, Listener
from listeners.hosts import Hosts
from notifiers import slack
from notifiers.base import Notifier
from notifiers.messages import Company
from routing.place import DEFAULTS, PlaceRule
from routing.policy import Policy

DEFAULT = Path(__file__).parent / "goodword.toml"
CHANNELS = ("slack", "email")  # tables of their own; `log` needs none

M = TypeVar("M", bound=BaseModel)
Table = dict[str, Any]
Clock = Callable[[], datetime]


class Storage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = "sqlite:///goodword.db"
    keep_unmatched: Duration = timedelta(days=7)  # posts that nothing came of
    keep_matched: Duration = timedelta(days=90)  # posts that were opportunities
    remember: Annotated[int, Field(ge=1, le=10_000_000)] = 100_000  # posts, to know repetitions by


@dataclass(frozen=True)
class Settings:
    """What the file says, built and ready; the model is loaded when it is first needed."""

    path: Path
    storage: Storage
    company: Company
    catalogue: Catalogue
    listeners: Sequence[Listener]
    doubts: Sequence[str]  # what of the sources is allowed but hardly meant, with a remedy
    left_out: Mapping[str, str]  # sources without their secrets: name -> what to set
    notifiers: Mapping[str, Notifier]
    slack: slack.Options | None  # its channel is the team's
    policy: Policy
    places: Mapping[str, PlaceRule]
    console: console.Options
    secrets: Mapping[str, str]
    make_classifier: Callable[[], Classifier]


def load(
    path: Path, environ: Mapping[str, str], clock: Clock, *, need_secrets: bool = True
) -> Settings:
    """Raises ConfigError with every problem at once.

    `need_secrets=False` is for commands that speak to nobody (score, match, import): sources and
    channels whose secrets are missing are then left out instead of being problems.
    """
    check = _Check(path, _read(path))
    known = secrets.read(environ, check.problems)
    storage = check.table("storage", Storage)
    catalogue = check.table("catalogue", Catalogue)
    company = check.table("company", Company)
    policy = check.table("routing", Policy)
    options = check.table("console", console.Options)
    places = _places(check)
    terms = tuple(name for p in catalogue.products for name in p.spellings) if catalogue else ()
    given = Given(known, clock, Hosts(proxy=known.get("GOODWORD_PROXY", "")), terms)
    heard = _sources(check, given, need_secrets=need_secrets)
    channels, team = _channels(check, known, need_secrets=need_secrets)
    make_classifier = _classifier(check, catalogue)
    if options and need_secrets:
        check.problems += console.problems(options, known)
    check.finish()
    if not (storage and catalogue and company and policy and options and make_classifier):
        raise ConfigError([f"{path}: not readable"])  # finish() has raised already
    own = tuple(p.name for p in catalogue.products if p.ours)
    return Settings(
        path=path,
        storage=storage,
        company=company.model_copy(update={"products": company.products or own}),
        catalogue=catalogue,
        listeners=heard.listeners,
        doubts=heard.doubts,
        left_out=heard.left_out,
        notifiers=channels,
        slack=team,
        policy=policy,
        places=places,
        console=options,
        secrets=known,
        make_classifier=make_classifier,
    )


def _places(check: "_Check") -> dict[str, PlaceRule]:
    """A key that no post can have would drop a prohibition without a word, so it is refused."""
    found = {}
    for said, table in check.take("places", dict).items():
        platform, _, community = said.strip().partition(":")
        if platform == "reddit" and community:
            name = community.strip("/ ")
            community = name if name.startswith(("r/", "u/")) else f"r/{name}"
        if platform not in listeners.KINDS.keys() | DEFAULTS.keys():
            what = f'{platform!r} is no platform; write it like "reddit:r/crm" or "hackernews"'
            check.problem(f'places."{said}"', what)
        elif (rule := check.model(f'places."{said}"', PlaceRule, table)) is not None:
            found[f"{platform}:{community.strip()}" if community else platform] = rule
    return found


class _Sources(NamedTuple):
    listeners: list[Listener]
    doubts: list[str]
    left_out: dict[str, str]


def _sources(check: "_Check", given: Given, *, need_secrets: bool) -> _Sources:
    heard = _Sources([], [], {})
    names: set[str] = set()
    for n, table in enumerate(check.take("sources", list)):
        name = table.get("name")
        where = f"sources.{n} ({name})" if isinstance(name, str) else f"sources.{n}"
        kind = listeners.KINDS.get(str(table.pop("kind", "")))
        if kind is None:
            check.problem(where, f"kind must be one of {', '.join(sorted(listeners.KINDS))}")
            continue
        if (options := check.model(where, kind.options, table)) is None:
            continue
        if options.name in names:
            check.problem(where, "another source has this name; each needs its own")
        names.add(options.name)
        heard.doubts.extend(f"{options.name}: {doubt}" for doubt in options.doubts())
        missing = [name for name in kind.secrets if name not in given.secrets]
        if not missing:
            heard.listeners.extend(check.built(where, partial(kind.make, options, given)))
        elif need_secrets:
            check.problem(where, _set(missing))
        else:
            heard.left_out[options.name] = _set(missing)
    return heard


def _channels(
    check: "_Check", known: Mapping[str, str], *, need_secrets: bool
) -> tuple[dict[str, Notifier], slack.Options | None]:
    channels: dict[str, Notifier] = {}
    team: slack.Options | None = None
    for name in CHANNELS:
        if not check.has(name):
            continue
        kind = notifiers.KINDS[name]
        if (options := check.model(name, kind.options, check.take(name, dict))) is None:
            continue
        try:
            channels[name] = kind.make(options, known)
            team = options if isinstance(options, slack.Options) else team
        except ConfigError as error:
            if need_secrets:
                check.problems += error.problems
    log = notifiers.KINDS["log"]
    channels["log"] = log.make(log.options(), known)
    return channels, team


def _classifier(check: "_Check", catalogue: Catalogue | None) -> Callable[[], Classifier] | None:
    table = check.take("classifier", dict)
    kind = classifiers.KINDS.get(name := str(table.pop("kind", "spacy")))
    if kind is None:
        check.problem("classifier", f"kind {name!r} is none of {', '.join(classifiers.KINDS)}")
        return None
    options = check.model("classifier", kind[0], table)
    if options is None or catalogue is None:
        return None
    return lambda: kind[1](options, catalogue)


def _set(names: Sequence[str]) -> str:
    return f"set {' and '.join(names)} in the environment (or the same with _FILE)"


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            [f"{path}: there is no such file; config/goodword.toml is one to start from"]
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([f"{path}: {error}"]) from error


class _Check:
    """Takes the file apart and remembers all that is wrong with it."""

    def __init__(self, path: Path, tables: Table) -> None:
        self._path = path
        self._left = tables
        self.problems: list[str] = []

    def problem(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}")

    def has(self, name: str) -> bool:
        return name in self._left

    def take(self, name: str, kind: type[Any]) -> Any:
        """The table or list of that name, empty where the file has none."""
        found = self._left.pop(name, kind())
        if not isinstance(found, kind) or (
            kind is list and not all(isinstance(one, dict) for one in found)
        ):
            self.problem(name, f"must be {f'[[{name}]]' if kind is list else f'[{name}]'} tables")
            return kind()
        return found

    def table(self, name: str, model: type[M]) -> M | None:
        return self.model(name, model, self.take(name, dict))

    def model(self, where: str, model: type[M], table: object) -> M | None:
        try:
            return model.model_validate(table)
        except ValidationError as error:
            found = error.errors(include_url=False)
            for e in found:
                if e["type"] == "too_short" and any(_inside(o["loc"], e["loc"]) for o in found):
                    continue  # only because what is in it was refused
                self.problem(".".join(map(str, (where, *e["loc"]))), _plain(e["msg"]))
            return None

    def built(self, where: str, make: Callable[[], Listener]) -> list[Listener]:
        try:
            return [make()]
        except ConfigError as error:
            self.problems += [f"{where}: {p}" for p in error.problems]
        return []

    def finish(self) -> None:
        self.problems += [f"{name}: no such setting" for name in self._left]
        if self.problems:
            raise ConfigError([f"{self._path}: {p}" for p in self.problems])


def _inside(place: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


_PHRASES = {
    "Extra inputs are not permitted": "no such setting",
    "Field required": "must be set",
}


def _plain(said: str) -> str:
    """pydantic's words in ours."""
    return _PHRASES.get(said, said.removeprefix("Value error, "))
