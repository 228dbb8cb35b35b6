"""One server for all tests of a module; every test finds it empty and well."""

from collections.abc import Iterator

import pytest

from tests.listeners.played import Played


@pytest.fixture(scope="module")
def _running() -> Iterator[Played]:
    played = Played()
    yield played
    played.server.stop()


@pytest.fixture
def played(_running: Played) -> Iterator[Played]:
    yield _running
    _running.reset()
