"""The documentation says what there is, all of it and nothing else.

Tables of the reference pages are compared with the program both ways: what is missing in them
fails, and so does what they still name after it is gone. What is not in a table has to be named in
backticks.
"""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import classifiers
import listeners
import notifiers
from classifiers.catalogue import Product
from config import console, roster, secrets
from config.settings import Storage, load
from console.desk import Desk
from console.health import exposition
from demo import world as worlds
from domain import people, posts, work
from domain.errors import GoodwordError
from listeners.base import SourceOptions
from notifiers.messages import Company
from routing.place import PlaceRule
from routing.policy import Policy
from run_pipeline import app
from storage.store import Store
from tests.make import NOW

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md"))]
PAGES += [ROOT / "CHANGELOG.md"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

STATES = [
    enum
    for module in (posts, people, work)
    for enum in vars(module).values()
    if isinstance(enum, type) and issubclass(enum, StrEnum) and enum is not StrEnum
]

# ------------------------------------------------------------------ reading Markdown

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CELL_END = re.compile(r"(?<!\\)\|")

Row = Sequence[str]


def text_of(page: str) -> str:
    path = DOCS / page
    if not path.exists():
        pytest.fail(f"docs/{page} does not exist")
    return path.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Without fenced blocks."""
    return _FENCE.sub("", text)


def code(text: str) -> list[str]:
    """What stands in backticks, and the lines of fenced blocks."""
    blocks = [line for _, block in _FENCE.findall(text) for line in block.splitlines()]
    return [*_CODE.findall(prose(text)), *blocks]


def names(text: str, thing: str) -> bool:
    """Whether `thing` stands in backticks, by itself or as a whole word of something longer."""
    word = re.compile(rf"(?<![\w-]){re.escape(thing)}(?![\w-])")
    return any(word.search(span) for span in code(text))


def section(page: str, title: str) -> str:
    """What stands under the heading `title`, or one that has it in backticks, up to the next."""
    parts = re.split(r"(?m)^#{1,6} ", prose(text_of(page)))
    headings = [part.partition("\n")[0] for part in parts]
    found = [n for n, said in enumerate(headings) if title == said or title in _CODE.findall(said)]
    if len(found) != 1:
        pytest.fail(f"docs/{page} has {len(found)} headings {title!r}, not one")
    return parts[found[0]]


def table(text: str, first: str) -> dict[str, Row]:
    """Rows of the table whose first column is called `first`, by the code in their first cells."""
    lines = text.partition(f"| {first} |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = ([cell.strip() for cell in _CELL_END.split(line)[1:-1]] for line in lines)
    return {_CODE.findall(row[0])[0]: row for row in cells}


def anchors(path: Path) -> set[str]:
    """Of a page's headings, as the web makes them: lower case, hyphens for blanks, no marks."""
    headings = (title for _, title in _HEADING.findall(prose(path.read_text(encoding="utf-8"))))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


# ------------------------------------------------------------------ the command line


def commands() -> dict[str, set[str]]:
    """Each command with its long options; "goodword" for those that stand before every command."""
    root = typer.main.get_command(app)
    return {"goodword": _options(root), **dict(_walk(root, ()))}


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, set[str]]]:
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from _walk(inner, (*path, name))
    else:
        yield " ".join(path), _options(command)


def _options(command: Any) -> set[str]:
    told = {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("--")}
    return told - {"--help"}


def test_every_command_is_in_the_table_with_its_options_and_no_other() -> None:
    told = {
        " ".join(word for word in said.split() if word.islower()): set(
            re.findall(r"`(--[\w-]+)", row[1])
        )
        for said, row in table(section("operations.md", "Commands"), "command").items()
    }
    assert told == commands()


def test_every_command_has_a_sentence_of_help() -> None:
    root: Any = typer.main.get_command(app)
    assert [name for name, command in root.commands.items() if not command.help] == []


@pytest.mark.parametrize(
    "target",
    re.findall(
        r"[\w-]+", re.findall(r"^\.PHONY:(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[0]
    ),
)
def test_every_make_target_is_named(target: str) -> None:
    assert f"make {target}" in table(
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), "target"
    )


# ------------------------------------------------------------------ the settings

TABLES: Mapping[str, type[BaseModel]] = {
    "[storage]": Storage,
    "[company]": Company,
    "[[catalogue.products]]": Product,
    "[[sources]]": SourceOptions,
    "[slack]": notifiers.KINDS["slack"].options,
    "[email]": notifiers.KINDS["email"].options,
    "[console]": console.Options,
    "[classifier]": classifiers.KINDS["spacy"][0],
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_settings_is_told_whole_with_its_defaults(name: str) -> None:
    told = table(section("settings.md", name), "key")
    kind = {"[[sources]]": {"kind": "must be set"}, "[classifier]": {"kind": '"spacy"'}}
    defaults = {key: _default(field) for key, field in TABLES[name].model_fields.items()}
    assert {key: row[1].strip("`") for key, row in told.items()} == kind.get(name, {}) | defaults


def _default(field: FieldInfo) -> str:
    """As one would write it into the file."""
    if field.is_required():
        return "must be set"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, timedelta):
        return json.dumps(_length(value))
    if isinstance(value, tuple):
        return json.dumps(list(value))
    if isinstance(value, Path):
        value = str(value.relative_to(ROOT))
    return json.dumps(value, ensure_ascii=False)


def _length(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    unit = next(unit for unit, size in units.items() if seconds % size == 0)
    return f"{seconds // units[unit]}{unit}"


def test_every_kind_of_source_is_told_with_its_own_keys_and_secrets() -> None:
    told = table(section("settings.md", "Each kind's own keys"), "kind")
    assert {
        kind: (set(_CODE.findall(row[1])), set(_CODE.findall(row[2]))) for kind, row in told.items()
    } == {name: (own_keys(name), set(kind.secrets)) for name, kind in listeners.KINDS.items()}


def own_keys(kind: str) -> set[str]:
    return listeners.KINDS[kind].options.model_fields.keys() - SourceOptions.model_fields.keys()


@pytest.mark.parametrize("kind", listeners.KINDS)
def test_every_kind_of_source_has_its_section_with_options_and_secrets(kind: str) -> None:
    said = section("sources.md", kind)
    assert set(table(said, "option")) == own_keys(kind)
    assert [name for name in listeners.KINDS[kind].secrets if not names(said, name)] == []


@pytest.mark.parametrize(
    ("page", "model"),
    [("routing.md", Policy), ("routing.md", PlaceRule)],
    ids=["routing", "places"],
)
def test_every_number_and_rule_of_routing_is_explained(page: str, model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if not names(text_of(page), name)] == []


@pytest.mark.parametrize("kind", [*notifiers.KINDS, *classifiers.KINDS])
def test_every_channel_and_classifier_is_named(kind: str) -> None:
    assert names(text_of("settings.md"), kind)


def test_every_secret_is_in_the_table_and_no_other() -> None:
    assert tuple(table(section("settings.md", "Secrets"), "name")) == secrets.NAMES


# ------------------------------------------------------------------ states and errors


@pytest.mark.parametrize("enum", STATES, ids=lambda enum: enum.__name__)
def test_every_state_is_in_the_glossary_and_no_other(enum: type[StrEnum]) -> None:
    told = table(section("glossary.md", enum.__name__), "value")
    assert list(told) == [str(state) for state in enum]
    assert all(row[1] for row in told.values())


def errors() -> set[str]:
    """Every class of ours that is a GoodwordError, by its source: so no module has to be loaded."""
    classes = [
        (node.name, {base.id for base in node.bases if isinstance(base, ast.Name)})
        for package in PROJECT["tool"]["setuptools"]["packages"]
        if "." not in package
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    found = {GoodwordError.__name__}
    while new := {name for name, bases in classes if bases & found} - found:
        found |= new
    return found


@pytest.mark.parametrize("error", sorted(errors()))
def test_every_error_is_explained(error: str) -> None:
    assert names(text_of("errors.md"), error)


@pytest.mark.parametrize(
    "error",
    [
        kind.__name__
        for kind in GoodwordError.__subclasses__()
        if kind.__module__ == "domain.errors"
    ],
)
def test_every_kind_of_error_has_its_section(error: str) -> None:
    assert section("errors.md", error)


def test_every_figure_of_metrics_is_told(quick_store: Store) -> None:
    figures = exposition(Desk(store=quick_store), NOW).decode()
    page = section("board.md", "Watching it")
    named = re.findall(r"^# TYPE (\w+)", figures, re.MULTILINE)
    assert named
    assert [name for name in named if not names(page, name)] == []


# ------------------------------------------------------------------ advocates, dependencies


def test_every_column_of_the_advocates_file_is_told_in_order() -> None:
    assert tuple(table(section("advocates.md", "The file"), "column")) == roster.COLUMNS


@pytest.mark.parametrize("page", ["advocates.md", "start.md"])
def test_the_advocates_that_we_show_can_be_imported(page: str, tmp_path: Path) -> None:
    [shown] = [block for kind, block in _FENCE.findall(text_of(page)) if kind == "csv"]
    (tmp_path / "advocates.csv").write_text(shown, encoding="utf-8")
    assert all(advocate.consents for advocate in roster.read(tmp_path / "advocates.csv"))


def test_the_settings_that_we_show_to_begin_with_are_good(tmp_path: Path) -> None:
    first, *later = [block for kind, block in _FENCE.findall(text_of("start.md")) if kind == "toml"]
    (tmp_path / "my.toml").write_text("\n".join([first, *later]), encoding="utf-8")
    settings = load(tmp_path / "my.toml", {}, lambda: NOW, need_secrets=False)
    assert [listener.name for listener in settings.listeners] == ["hacker-news"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_blocks_of_settings_and_json_can_be_read(path: Path) -> None:
    for kind, block in _FENCE.findall(path.read_text(encoding="utf-8")):
        if kind == "toml":
            tomllib.loads(block)
        if kind == "json":
            json.loads(block)


def test_every_dependency_has_its_reason_and_no_other() -> None:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    page = section("decisions.md", "What is each dependency for?")
    told = [*table(page, "needed to run"), *table(page, "needed to develop")]
    assert told == [re.split(r"[\[<>=]", one)[0] for one in wanted]


def test_the_readme_counts_the_demo_world_right() -> None:
    world = worlds.load(NOW)
    assert f"{sum(map(len, world.posts.values()))} posts" in README
    assert ("forty advocates" in README) is (len(roster.read(world.advocates_csv)) == 40)


# ------------------------------------------------------------------ links and manners


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_to_files_and_headings_that_exist(path: Path) -> None:
    broken = []
    for target in _LINK.findall(prose(path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        led = (path.parent / file).resolve() if file else path
        if not led.exists() or (anchor and anchor not in anchors(led)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_every_page_can_be_reached_from_the_readme(path: Path) -> None:
    assert f"](docs/{path.name})" in README


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_are_plain(path: Path) -> None:
    """No exclamation marks, no pictures; code may hold what it needs."""
    text = _CODE.sub("", prose(path.read_text(encoding="utf-8")))
    assert [line for line in text.splitlines() if "!" in line] == []


# In parts, so that this file does not name what it forbids.
_REGISTRIES = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("crates", "io"))
_FORBIDDEN = re.compile(
    "|".join(rf"\b{name}\.{end}\b" for name, end in _REGISTRIES)
    + r"|(?<![\w.~/>-])/(?:home|Users|root|work)/\w"
)


def tracked() -> list[Path]:
    """All that git keeps or is about to: what is ignored is nobody's business."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        said = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no checkout of git's")
    return [ROOT / name for name in said.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    found = []
    for path in tracked():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a model, an icon
        found += [
            f"{path.relative_to(ROOT)}:{n}" for n, s in enumerate(lines, 1) if _FORBIDDEN.search(s)
        ]
    assert not found
