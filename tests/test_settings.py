"""A settings file is checked whole, before anything starts."""

from pathlib import Path

import pytest

from config.settings import DEFAULT, Settings, load
from domain.errors import ConfigError
from tests.make import NOW

GOOD = """
[[catalogue.products]]
name = "Fernhill"
ours = true

[[sources]]
name = "a-forum"
kind = "rss"
url = "https://forum.example/latest.rss"
every = "10m"

[slack]
channel = "C0123456789"

[email]
host = "smtp.customer.example"
sender = "Ada <ada@fernhill.example>"
postal_address = "1 Example Street, Leeds"

[places."reddit:r/crm"]
ask = false
"""

SECRETS = {"GOODWORD_SLACK_BOT_TOKEN": "xoxb-1"}


def read(tmp_path: Path, text: str, secrets: dict[str, str] | None = None) -> Settings:
    file = tmp_path / "goodword.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, SECRETS if secrets is None else secrets, lambda: NOW)


def problems(tmp_path: Path, text: str, secrets: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, text, secrets)
    place = f"{tmp_path / 'goodword.toml'}: "
    assert all(p.startswith(place) for p in raised.value.problems)
    return [p.removeprefix(place) for p in raised.value.problems]


def test_a_good_file_is_read_and_built(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    assert [(s.name, s.every.total_seconds()) for s in settings.listeners] == [("a-forum", 600)]
    assert sorted(settings.notifiers) == ["email", "log", "slack"]
    assert settings.company.called == "Fernhill"
    assert settings.places["reddit:r/crm"].ask is False
    assert settings.storage.url == "sqlite:///goodword.db"


def test_the_file_that_we_ship_is_good() -> None:
    settings = load(DEFAULT, {}, lambda: NOW)
    assert settings.catalogue.products


def test_every_problem_is_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    wrong = """
[[catalogue.products]]
name = "Fernhill"
ours = true
colour = "green"

[[sources]]
name = "a-forum"
kind = "reddid"

[[sources]]
name = "x-crm"
kind = "x"
query = "crm"

[routing]
open_above = 0.9
hot_above = 0.5

[email]
host = "smtp.customer.example"
port = 99999
sender = "Ada"
postal_address = "1 Example Street, Leeds"

[rooting]
x = 1
"""
    told = problems(tmp_path, wrong)
    assert [p.partition(":")[0] for p in told] == [
        "catalogue.products.0.colour",
        "routing",
        "sources.0 (a-forum)",
        "sources.1 (x-crm)",
        "email.port",
        "email.sender",
        "rooting",
    ]
    assert "kind must be one of" in told[2]
    assert "set GOODWORD_X_BEARER_TOKEN in the environment" in told[3]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[catalogue.products]\n", "Expected"),
        ("sources = 3", "sources: must be [[sources]] tables"),
        ("[storage]\nurl = 3", "storage.url: Input should be a valid string"),
        ('[places."redit:r/crm"]\nask = false', "is no platform"),
        ("[slack]\n", "slack.channel: must be set"),
        ('[console]\nbind = "8080"', "is no host and port"),
        ('[console]\nbind = "0.0.0.0:80"', "set GOODWORD_CONSOLE_PASSWORD"),
        ('[classifier]\nkind = "crystal-ball"', "kind 'crystal-ball' is none of spacy"),
        (
            "[[sources]]\nkind = 'rss'\nname = 'a b'\nurl = 'https://x.example'",
            "sources.0 (a b).name",
        ),
        ("[[sources]]\nkind = 'rss'\nname = 'a'\nurl = 'file:///etc/passwd'", "sources.0 (a).url"),
    ],
)
def test_a_problem_says_where_and_what(tmp_path: Path, text: str, told: str) -> None:
    assert any(told in p for p in problems(tmp_path, text))


def test_two_sources_of_one_name_are_told_apart(tmp_path: Path) -> None:
    again = '[[sources]]\nname = "a-forum"\nkind = "rss"\nurl = "https://other.example/feed"\n'
    [told] = problems(tmp_path, GOOD + again)
    assert "another source has this name" in told


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("xoxb-2\n")
    settings = read(tmp_path, GOOD, {"GOODWORD_SLACK_BOT_TOKEN_FILE": str(token)})
    assert settings.secrets["GOODWORD_SLACK_BOT_TOKEN"] == "xoxb-2"
    both = {"GOODWORD_SLACK_BOT_TOKEN_FILE": str(token), "GOODWORD_SLACK_BOT_TOKEN": "x"}
    assert "set twice" in problems(tmp_path, GOOD, both)[0]
    missing = {"GOODWORD_SLACK_BOT_TOKEN_FILE": str(tmp_path / "none")}
    assert "cannot be read" in problems(tmp_path, GOOD, missing)[0]


def test_what_speaks_to_nobody_needs_no_secrets(tmp_path: Path) -> None:
    file = tmp_path / "goodword.toml"
    file.write_text(GOOD)
    with pytest.raises(ConfigError, match="GOODWORD_SLACK_BOT_TOKEN"):
        load(file, {}, lambda: NOW)
    assert sorted(load(file, {}, lambda: NOW, need_secrets=False).notifiers) == ["email", "log"]


def test_a_missing_file_names_one_to_start_from(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "none.toml", {}, lambda: NOW)


@pytest.mark.parametrize("said", ["reddit:crm", "reddit:/r/crm", " reddit:r/crm ", "reddit:r/crm"])
def test_a_place_is_known_however_its_community_is_written(tmp_path: Path, said: str) -> None:
    settings = read(tmp_path, f'{GOOD}\n[places."hackernews"]\n'.replace("reddit:r/crm", said))
    assert settings.places["reddit:r/crm"].ask is False
    assert "hackernews" in settings.places
