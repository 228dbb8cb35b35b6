"""What a listener that reads files does, whatever lies in its folder."""

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from tests.listeners.contract_table import contract
from tests.listeners.exports import archive, look, put, records, shares
from tests.listeners.played import NOW

ROWS = ("linkedin",)
URN = "urn:li:activity:730222566000000000"
FOREIGN = "Größer als naive Cafés"


def a_file(folder: Path, number: int, text: str = "Which CRM?", **more: str) -> Path:
    said = {"text": text, "urn": f"{URN}{number}", **more}
    return records(folder / f"search{number}.json", said)


def texts(folder: Path, cursor: str | None = None) -> list[str]:
    return [post.text for post in look(folder, cursor).posts]


def told(folder: Path, file: str, body: bytes) -> str:
    """The one notice of a file that cannot be read, which keeps nobody from the one beside it."""
    put(folder / file, body)
    a_file(folder, 1)
    batch = look(folder)
    assert [post.text for post in batch.posts] == ["Which CRM?"]
    (notice,) = batch.notices
    assert notice.startswith(file)
    assert "\n" not in notice
    return notice


@contract("empty", rows=ROWS)
def test_an_empty_folder_is_no_error_and_the_first_file_after_it_is_found(
    kind: str, tmp_path: Path
) -> None:
    empty = look(tmp_path)
    assert empty.posts == ()
    a_file(tmp_path, 1)
    assert texts(tmp_path, empty.cursor) == ["Which CRM?"]


@contract("pages", rows=ROWS)
def test_all_files_are_read_once(kind: str, tmp_path: Path) -> None:
    for number in range(10):
        a_file(tmp_path, number, f"Said {number}")
    archive(tmp_path / "Basic_LinkedInDataExport.zip", {"Shares.csv": shares('"One"', '"Two"')})
    found = texts(tmp_path)
    assert len(found) == len(set(found)) == 12


@contract("replay", rows=ROWS)
def test_the_same_cursor_brings_the_same_posts_again(kind: str, tmp_path: Path) -> None:
    a_file(tmp_path, 1)
    cursor = look(tmp_path).cursor
    a_file(tmp_path, 2, "Which one?")
    first = look(tmp_path, cursor)
    assert look(tmp_path, cursor) == first
    assert [post.text for post in first.posts] == ["Which one?"]
    assert look(tmp_path, first.cursor).posts == ()


@contract("cut", rows=ROWS)
@pytest.mark.parametrize("file", ["search.json", "Basic_LinkedInDataExport.zip"])
def test_half_a_file_is_told_and_read_when_it_is_whole(
    kind: str, file: str, tmp_path: Path
) -> None:
    whole_file = tmp_path / "elsewhere" / file
    if file.endswith(".json"):
        records(whole_file, {"text": "Whole", "urn": f"{URN}5"})
    else:
        whole_file.parent.mkdir()
        archive(whole_file, {"Shares.csv": shares('"Whole"')})
    whole = whole_file.read_bytes()
    folder = tmp_path / "exports"
    told(folder, file, whole[: len(whole) // 2])
    cursor = look(folder).cursor
    put(folder / file, whole)
    assert texts(folder, cursor) == ["Whole"]


@contract("html", rows=ROWS)
@pytest.mark.parametrize("file", ["search.json", "search.csv", "Basic_LinkedInDataExport.zip"])
def test_a_web_page_instead_of_an_export_is_told(kind: str, file: str, tmp_path: Path) -> None:
    told(tmp_path, file, b"<!doctype html><html><body>Please sign in.</body></html>")


@contract("50 MB", rows=ROWS)
def test_a_flood_is_told(kind: str, tmp_path: Path) -> None:
    told(tmp_path, "search.json", b" " * 50_000_000)


@contract("50 MB", rows=ROWS)
def test_a_small_archive_that_unpacks_to_a_flood_is_told(kind: str, tmp_path: Path) -> None:
    bomb = archive(tmp_path / "bomb.zip", {"Shares.csv": " " * 101_000_000}, zipfile.ZIP_DEFLATED)
    said = told(tmp_path / "exports", "Basic_LinkedInDataExport.zip", bomb.read_bytes())
    assert "more than 100,000,000 bytes" in said


@contract("charset", rows=ROWS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_an_export_is_read_in_whatever_encoding(kind: str, encoding: str, tmp_path: Path) -> None:
    rows = f'Text,Link\n"{FOREIGN}",https://www.linkedin.com/feed/update/{URN}7\n'
    put(tmp_path / "search.csv", rows.encode(encoding))
    assert texts(tmp_path) == [FOREIGN]


@contract("ahead", rows=ROWS)
def test_a_post_dated_ahead_is_found_and_hides_nothing_that_comes_after_it(
    kind: str, tmp_path: Path
) -> None:
    a_file(tmp_path, 1, "Ahead", postedAt=(NOW + timedelta(days=3)).isoformat())
    first = look(tmp_path)
    assert [post.text for post in first.posts] == ["Ahead"]
    a_file(tmp_path, 2, "After", postedAt=(NOW - timedelta(hours=1)).isoformat())
    assert texts(tmp_path, first.cursor) == ["After"]


@contract("age", rows=ROWS)
@pytest.mark.parametrize("cursor", ['{"what": ["is", "this"]}', "2026-03-02T12:00:00Z", "[]", ""])
def test_a_cursor_of_another_age_counts_as_none(kind: str, cursor: str, tmp_path: Path) -> None:
    a_file(tmp_path, 1)
    assert texts(tmp_path, cursor) == ["Which CRM?"]


@contract("gone", rows=ROWS)
def test_a_file_that_is_gone_hides_nothing_that_comes_after_it(kind: str, tmp_path: Path) -> None:
    first = a_file(tmp_path, 1)
    cursor = look(tmp_path).cursor
    first.unlink()
    a_file(tmp_path, 2, "Which one?")
    assert texts(tmp_path, cursor) == ["Which one?"]
