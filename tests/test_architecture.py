"""Who may import whom, how long things may get, and how tests may not be written."""

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_INNER = {"listeners", "classifiers", "routing", "notifiers"}
_ALL = _INNER | {"domain", "storage", "config", "pipeline", "console", "demo", "commands"}

# Every package of the product, and what of ours it may import beside itself.
MAY_IMPORT: Mapping[str, set[str]] = {
    "domain": set(),
    "listeners": {"domain"},
    "classifiers": {"domain"},
    "routing": {"domain"},
    "notifiers": {"domain"},
    "storage": {"domain"},
    "demo": {"domain"},
    "config": {"domain", *_INNER},
    "pipeline": {"domain", *_INNER, "storage", "config"},
    "console": {"domain", "routing", "notifiers", "storage", "config"},
    "commands": _ALL,
    "run_pipeline": _ALL,
}
_OURS = _ALL | {"run_pipeline", "tests", "benchmarks"}

MAX_FILE, MAX_FUNCTION = 300, 50  # lines; of a function its body, without the docstring
_LONG = "# long:"  # with the reason: a line in the function, or for a file one that is not indented
_FROZEN = "storage/migrations/versions"  # written once by Alembic, then never touched

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files_of(package: str) -> list[Path]:
    folder = ROOT / package
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{package}.py"]


PRODUCT = [path for package in MAY_IMPORT for path in files_of(package)]
TESTS = files_of("tests")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and module of every import, those inside functions too; "a.b" for `from a import b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_every_package_of_the_distribution_has_its_rule() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tool = project["tool"]["setuptools"]
    top = {name.partition(".")[0] for name in (*tool["packages"], *tool["py-modules"])}
    assert top == set(MAY_IMPORT)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for path in files_of(package)
        for line, module in imports(parsed(path))
        if (top := module.partition(".")[0]) in _OURS and top not in allowed
    ]
    assert not wrong, f"{package} may import {sorted(MAY_IMPORT[package]) or 'nothing of ours'}"


def test_nothing_imports_relatively() -> None:
    """An absolute name says in each file which package it reaches into."""
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not wrong


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {module_of(path): path for path in PRODUCT}
    graph = {
        module: {found for _, said in imports(parsed(path)) if (found := _known(said, modules))}
        - {module}
        for module, path in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' <- '.join(error.args[1])}")


def _known(said: str, modules: Iterable[str]) -> str:
    """The module that "a.b.c" reaches: itself, or the one that has `c` in it."""
    outer = said.rpartition(".")[0]
    return said if said in modules else outer if outer in modules else ""


@pytest.mark.parametrize(
    "path", [path for path in PRODUCT if _FROZEN not in name_of(path)], ids=name_of
)
def test_files_and_functions_stay_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    long = [
        f"{name_of(path)}:{function.lineno} {function.name} has {length} lines"
        for function in ast.walk(parsed(path))
        if isinstance(function, Function)
        and (length := body_length(function)) > MAX_FUNCTION
        and not _excused(line.strip() for line in lines[function.lineno - 1 : function.end_lineno])
    ]
    if len(lines) > MAX_FILE and not _excused(lines):
        long.append(f"{name_of(path)} has {len(lines)} lines")
    assert not long, f"split it, or say why not in a comment {_LONG!r}"


def body_length(function: Function) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _excused(lines: Iterable[str]) -> bool:
    return any(line.startswith(_LONG) and line.removeprefix(_LONG).strip() for line in lines)


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_tests_patch_nothing(path: Path) -> None:
    """What has to be replaced in a test is an argument: a fake, a clock, a server of ours."""
    tree = parsed(path)
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for line, module in imports(tree)
        if module.startswith(("unittest.mock", "mock.", "pytest_mock"))
    ]
    wrong += [
        f"{name_of(path)}:{node.lineno} {node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"monkeypatch", "mocker"}
        and node.attr not in {"setenv", "delenv", "chdir"}
    ]
    assert not wrong
