"""Addresses that are their own key. What they lead to: test_advocate_page."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from console import links

SECRET = "a key of the tests, thirty-two long"
KEYS = ("reddit::t3_1@anna", "rss::https://a.example/x?y=1#z@bo", "x:é:\u202e@ü")


@pytest.mark.parametrize("key", KEYS)
def test_a_link_gives_back_what_it_was_made_for(key: str) -> None:
    ask = links.ask_link("https://g.example/", SECRET, key)
    stop = links.unsubscribe_link("https://g.example", SECRET, key)
    assert ask.startswith("https://g.example/a/")
    assert stop.startswith("https://g.example/u/")
    assert links.read_ask(SECRET, ask.rpartition("/")[2]) == key
    assert links.read_unsubscribe(SECRET, stop.rpartition("/")[2]) == key
    assert ask.isascii()
    assert stop.isascii()


@pytest.mark.parametrize("key", KEYS)
def test_an_opportunitys_address_survives_the_trip(key: str) -> None:
    parts = urlsplit(links.opportunity_link("https://g.example", key))
    assert unquote(parts.path.removeprefix("/o/")) == key
    assert (parts.query, parts.fragment) == ("", "")


def test_no_link_opens_another_door() -> None:
    ask = links.ask_link("", SECRET, "x").rpartition("/")[2]
    stop = links.unsubscribe_link("", SECRET, "x").rpartition("/")[2]
    with pytest.raises(links.LinkError) as wrong:
        links.read_ask(SECRET, stop)
    assert not wrong.value.expired
    with pytest.raises(links.LinkError):
        links.read_unsubscribe(SECRET, ask)
    with pytest.raises(links.LinkError):
        links.read_ask("another key", ask)


def test_a_key_is_made_once_and_is_its_users_alone(tmp_path: Path) -> None:
    file = tmp_path / "goodword.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: links.kept_key(file), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [f.name for f in tmp_path.iterdir()] == ["goodword.key"]


def test_a_key_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        links.kept_key(tmp_path / "missing" / "goodword.key")
