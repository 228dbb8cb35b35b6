"""The `[console]` table, and what must be set before others may come in."""

import pytest
from pydantic import ValidationError

from config.console import Options, problems
from console.app import make_app
from domain.errors import ConfigError
from tests.console.house import House

KEY = "GOODWORD_SECRET_KEY"
PASSWORD = "GOODWORD_CONSOLE_PASSWORD"
GOOD = {KEY: "k" * 32, PASSWORD: "long enough"}


@pytest.mark.parametrize(
    ("bind", "base_url"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("localhost:80", "http://localhost:80"),
        ("0.0.0.0:9000", "http://localhost:9000"),
    ],
)
def test_the_address_of_links_follows_from_where_it_listens(bind: str, base_url: str) -> None:
    assert Options(bind=bind).base_url == base_url
    assert Options(bind=bind, base_url="https://g.example/").base_url == "https://g.example"


@pytest.mark.parametrize(
    "wrong",
    [
        {"bind": "8080"},
        {"bind": "127.0.0.1"},
        {"bind": "127.0.0.1:http"},
        {"bind": "127.0.0.1:99999"},
        {"bind": ":8080"},
        {"base_url": "g.example"},
        {"base_url": "ftp://g.example"},
        {"base_url": "https://g.example/below"},
        {"base_url": "https://user@g.example"},
        {"time_zone": "Mars/Olympus"},
        {"colour": "red"},
    ],
)
def test_a_wrong_table_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Options(**wrong)


@pytest.mark.parametrize("bind", ["127.0.0.1:8080", "127.9.9.9:1", "[::1]:8080", "localhost:8080"])
def test_on_this_machine_nothing_has_to_be_set(bind: str) -> None:
    assert problems(Options(bind=bind), {}) == []


@pytest.mark.parametrize("bind", ["0.0.0.0:8080", "[::]:8080", "10.0.0.5:80", "g.example:80"])
def test_where_others_can_reach_it_both_must_be_set(bind: str) -> None:
    options = Options(bind=bind)
    told = problems(options, {})
    assert len(told) == 2
    assert PASSWORD in told[0]
    assert KEY in told[1]
    assert problems(options, GOOD) == []


def test_short_secrets_are_refused_everywhere() -> None:
    told = problems(Options(), {KEY: "short", PASSWORD: "1234567"})
    assert [line.split(":")[0] for line in told] == [PASSWORD, KEY]


def test_no_app_is_made_with_problems_or_without_a_key(house: House) -> None:
    with pytest.raises(ConfigError, match="can be reached from other machines"):
        make_app(house.desk, Options(bind="0.0.0.0:1"), {})
    with pytest.raises(ConfigError, match=f"{KEY} is not set"):
        make_app(house.desk, Options(), {})
