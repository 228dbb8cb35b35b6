"""LinkedIn: the names under which search tools put what they found."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listeners.linkedin_columns import ALIASES
from tests.listeners.exports import AT, ID, LINK, URN, nested, one, read, records, table, texts
from tests.listeners.played import NOW


def spelt(name: str) -> list[str]:
    """As tools may write one name: "postUrl", "post_url", "Post URL", "POST-URL"."""
    words = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name).split("_")
    return [name, "_".join(words), " ".join(words).title(), "-".join(words).upper()]


@pytest.mark.parametrize("name", ALIASES["text"])
def test_the_text_under_each_of_its_names(name: str, tmp_path: Path) -> None:
    assert one(tmp_path, **nested(name, "Which?"), url=LINK, date="2026-03-01").text == "Which?"


@pytest.mark.parametrize("name", ALIASES["url"])
def test_the_link_under_each_of_its_names(name: str, tmp_path: Path) -> None:
    assert one(tmp_path, text="hi", author="Ann", **nested(name, LINK)).url == LINK


@pytest.mark.parametrize("name", ALIASES["id"])
@pytest.mark.parametrize("value", [ID, int(ID), URN])
def test_the_id_under_each_of_its_names(name: str, value: str | int, tmp_path: Path) -> None:
    assert one(tmp_path, text="hi", **nested(name, value)).external_id == f"activity:{ID}"


@pytest.mark.parametrize("name", ALIASES["author"])
def test_the_author_under_each_of_their_names(name: str, tmp_path: Path) -> None:
    assert one(tmp_path, text="hi", urn=URN, **nested(name, "Ann")).author == "Ann"


@pytest.mark.parametrize("name", ALIASES["profile"])
def test_the_profile_under_each_of_its_names(name: str, tmp_path: Path) -> None:
    link = "http://de.linkedin.com/company/s%C3%A4ge/posts?trk=1"
    assert one(tmp_path, text="hi", urn=URN, **nested(name, link)).author_id == "säge"


@pytest.mark.parametrize("name", ALIASES["handle"])
def test_the_authors_id_where_no_profile_tells_it(name: str, tmp_path: Path) -> None:
    assert one(tmp_path, text="hi", urn=URN, **nested(name, "ann-s")).author_id == "ann-s"


@pytest.mark.parametrize("name", [*ALIASES["time"], "timestamp"])
@pytest.mark.parametrize("value", [AT.isoformat(), AT.timestamp(), AT.timestamp() * 1000])
def test_the_time_under_each_of_its_names(name: str, value: Any, tmp_path: Path) -> None:
    assert (
        one(tmp_path, text="hi", url="https://a.example/1", **nested(name, value)).posted_at == AT
    )


@pytest.mark.parametrize("name", ALIASES["ago"])
def test_how_long_ago_under_each_of_its_names(name: str, tmp_path: Path) -> None:
    post = one(tmp_path, text="hi", url="https://a.example/1", **nested(name, "3d"))
    assert post.posted_at == NOW - timedelta(days=3)


@pytest.mark.parametrize(
    "what", [("score", "likes"), ("replies", "comments"), ("reposts", "shares")]
)
def test_numbers_under_each_of_their_names(what: tuple[str, str], tmp_path: Path) -> None:
    ours, theirs = what
    for name in ALIASES[theirs]:
        assert one(tmp_path, text="hi", urn=URN, **nested(name, 7)).metrics[ours] == 7


@pytest.mark.parametrize("name", ["postUrl", "linkedinUrl", "post_url"])
def test_names_are_known_in_every_spelling(name: str, tmp_path: Path) -> None:
    for spelling in spelt(name):
        table(tmp_path / "a.csv", {spelling: LINK, "Post Text": "hi"})
        assert read(tmp_path)[0][0].url == LINK


def test_columns_of_nested_objects_are_known_with_dots_and_slashes(tmp_path: Path) -> None:
    for sign in "./":
        names = [name.replace("_", sign) for name in ("author_name", "stats_total-reactions")]
        table(tmp_path / "a.csv", {"text": "hi", names[0]: "Ann", names[1]: "7", "url": LINK})
        ((post,), _) = read(tmp_path)
        assert (post.author, post.metrics["score"]) == ("Ann", 7)


def test_objects_that_only_hold_things_together_are_looked_into(tmp_path: Path) -> None:
    post = one(
        tmp_path,
        metadata={"post_url": LINK, "author_name": "Ann", "posted_date": "1 day ago"},
        content={"full_text": "Which CRM?", "language": "en"},
        engagement={"likes": 1033, "comments": [], "shares": None},
        media={"items": [{"url": "https://media.example"}]},
    )
    assert (post.text, post.author, post.external_id) == ("Which CRM?", "Ann", f"activity:{ID}")
    assert post.metrics == {"score": 1033, "replies": 0, "reposts": 0}
    assert post.language == ""  # said of every post by some tools


WEIRD: list[Any] = [None, "", 0, -1, 1.5, True, [], {}, [None], [[]], [{"a": {}}], {"b": [1]}]
WEIRD += ["\x00", "x" * 100_000, "https://[bad", "%ff", 10**400, "•" * 50, {"text": {"text": {}}}]


@pytest.mark.parametrize("weird", WEIRD, ids=lambda one: repr(one)[:20])
def test_fields_of_any_type_are_survived(weird: Any, tmp_path: Path) -> None:
    good = {"text": "good", "urn": URN}
    bad = [
        {**nested(name, weird), **({"text": "hi"} if what != "text" else {"urn": f"{URN[:-1]}{n}"})}
        for what, names in ALIASES.items()
        for n, name in enumerate(names)
    ]
    records(tmp_path / "a.json", good, *bad, dict.fromkeys(good, weird))
    assert "good" in texts(tmp_path)
