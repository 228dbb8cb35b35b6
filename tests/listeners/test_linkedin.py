"""LinkedIn: the folder and its files: new, changed, broken, hostile."""

import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import SourceError
from tests.listeners.exports import (
    COMMENT,
    COMMENTS,
    ID,
    SHARE,
    SHARES,
    URN,
    archive,
    listener,
    read,
    records,
    write,
)


def test_a_missing_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="check `folder`"):
        listener(tmp_path / "nothing").fetch(None)
    assert read(tmp_path) == ((), "{}")


def test_an_archive_tells_what_its_member_wrote_and_nothing_else(tmp_path: Path) -> None:
    archive(
        tmp_path / "Complete_LinkedInDataExport_03-02-2026.zip",
        Data__Shares_1234=f"{SHARES}\n{SHARE.format(text='Which CRM?')}\n",
        Data__Comments_1234=f'{COMMENTS}\n{COMMENT},"The other one."\n',
        Data__Profile="First Name,Last Name\nAnn,Smith\n",
        Data__messages="CONVERSATION ID,FROM,DATE,CONTENT\n1,Bob,2024-01-01,A private word\n",
        Data__Connections="Notes:\n\nFirst Name,Last Name,URL\nBob,B,https://x.example\n",
    )
    (share, comment), _ = read(tmp_path)
    assert share.key == "linkedin::share:7173200000000000001"
    assert (share.author, share.text) == ("Ann Smith", "Which CRM?")
    assert share.posted_at == datetime(2024, 3, 12, 8, 15, 30, tzinfo=UTC)
    assert (comment.text, comment.thread_id) == ("The other one.", f"activity:{ID}")
    assert comment.parent_id == f"activity:{ID}"
    assert comment.external_id.startswith("comment:")


def test_an_archive_that_was_unpacked_reads_the_same(tmp_path: Path) -> None:
    write(tmp_path / "me" / "Shares.csv", SHARES, SHARE.format(text="Which CRM?"))
    write(tmp_path / "me" / "Profile.csv", "First Name,Last Name", "Ann,Smith")
    write(tmp_path / "me" / "messages.csv", "CONVERSATION ID,CONTENT", "1,A private word")
    write(tmp_path / "me" / "Languages.csv", "Name,Proficiency", "German,Native")
    (share,), cursor = read(tmp_path)
    assert (share.author, share.text) == ("Ann Smith", "Which CRM?")
    assert "messages" not in cursor


def test_messages_are_not_read_under_another_name_either(tmp_path: Path) -> None:
    write(tmp_path / "talk.csv", "CONVERSATION ID,FROM,URL,CONTENT", "1,Bob,,A private word")
    assert read(tmp_path)[0] == ()


def test_a_file_is_read_once_and_a_changed_one_again(tmp_path: Path) -> None:
    records(tmp_path / "a.json", {"text": "one", "urn": URN})
    records(tmp_path / "b.json", {"text": "two", "urn": f"{URN[:-1]}1"})
    posts, cursor = read(tmp_path)
    assert len(posts) == 2
    assert read(tmp_path, cursor) == ((), cursor)
    (tmp_path / "b.json").write_text(json.dumps([{"text": "three", "urn": f"{URN[:-1]}2"}]))
    posts, later = read(tmp_path, cursor)
    assert [post.text for post in posts] == ["three"]
    assert read(tmp_path, cursor)[0] == posts  # the same cursor brings the same
    assert read(tmp_path, later)[0] == ()


def test_a_file_that_was_only_touched_is_not_read_again(tmp_path: Path) -> None:
    path = records(tmp_path / "a.json", {"text": "one", "urn": URN})
    _, cursor = read(tmp_path)
    os.utime(path, (1, 1))
    posts, later = read(tmp_path, cursor)
    assert posts == ()
    assert later != cursor


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.zip", b"PK\x03\x04 cut off", "a.zip cannot be unpacked"),
        ("a.json.gz", b"\x1f\x8b cut off", "a.json.gz cannot be unpacked"),
        ("a.json", b'[{"text": "o', "a.json is no JSON"),
        ("a.jsonl", b'{"text": "o"}\n{"te', "a.jsonl is no JSON"),
        ("a.json", b"[" * 100_000, "a.json is"),
        ("a.csv", b"colour,size\nred,7\n", "has no column with the text of posts; known names:"),
        ("a.csv", b"", "has no column"),
        ("a.csv", b"\xff\x00\x01\x02" * 100, "has no column"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    name: str, data: bytes, words: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=words) as caught:
        listener(tmp_path).fetch(None)
    assert "\n" not in str(caught.value)


def test_a_broken_file_does_not_hold_up_a_good_one_and_is_told_next_time(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(b"[{")
    records(tmp_path / "good.json", {"text": "one", "urn": URN})
    posts, cursor = read(tmp_path)
    assert [post.text for post in posts] == ["one"]
    with pytest.raises(SourceError, match=r"bad\.json"):
        read(tmp_path, cursor)
    records(tmp_path / "bad.json", {"text": "two", "urn": f"{URN[:-1]}1"})
    assert [post.text for post in read(tmp_path, cursor)[0]] == ["two"]


def test_rows_that_break_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    link = f"https://www.linkedin.com/feed/update/{URN}"
    write(tmp_path / "a.csv", "postUrl,text", f"{link},one", f"{link},two,three", "")
    assert [post.text for post in read(tmp_path)[0]] == ["one"]
    assert "1 rows could not be read" in caplog.text


def test_an_archive_cannot_reach_out_or_flood(tmp_path: Path) -> None:
    good = f"{SHARES}\n{SHARE.format(text='words')}\n"
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("../Shares.csv", good.replace("words", "outside"))
        out.writestr("/etc/Shares.csv", good.replace("words", "absolute"))
        out.writestr("C:\\Shares.csv", good.replace("words", "drive"))
        out.writestr("in/Shares.csv", good)
        out.writestr("in/evil.exe", "x")
    assert [post.text for post in read(tmp_path)[0]] == ["words"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as out,
        out.open("Shares.csv", "w") as member,
    ):
        for _ in range(101):
            member.write(b"0" * 1_000_000)
    with pytest.raises(SourceError, match="holds more than"):
        listener(tmp_path).fetch(None)


def test_hidden_files_others_and_links_out_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    outside = records(tmp_path / "outside.json", {"text": "outside", "urn": URN})
    (folder / "link.json").symlink_to(outside)
    records(folder / ".hidden.json", {"text": "hidden", "urn": URN})
    write(folder / "notes.txt", "text,url")
    assert read(folder) == ((), "{}")


@pytest.mark.parametrize("cursor", ["nonsense", "[1]", "7"])
def test_a_cursor_of_another_age_counts_as_none(cursor: str, tmp_path: Path) -> None:
    records(tmp_path / "a.json", {"text": "hi", "urn": URN})
    assert len(read(tmp_path, cursor)[0]) == 1
