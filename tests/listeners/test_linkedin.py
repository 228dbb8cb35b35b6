"""LinkedIn: the watched folder. What is new, what has changed, what is left alone."""

import json
import os
import re
from pathlib import Path

import pytest

from domain.errors import SourceError
from tests.listeners.exports import (
    ID,
    LINK,
    URN,
    archive,
    known,
    look,
    put,
    read,
    records,
    shares,
    table,
    texts,
    write,
)

# ------------------------------------------------------------------ new, known, changed, gone


def test_a_missing_folder_is_an_error_and_an_empty_one_is_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"li: there is no folder .*: check `folder`"):
        look(tmp_path / "nothing")
    posts, cursor = read(tmp_path)
    assert posts == ()
    assert known(cursor) == {}


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


def test_what_a_changed_file_tells_again_may_have_been_edited(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    records(file, {"text": "Which CRM?", "urn": URN})
    first = look(tmp_path)
    assert first.earlier == {}
    file.write_text(json.dumps([{"text": "Which CRM, please?", "urn": URN}]))
    again = look(tmp_path, first.cursor)
    assert [post.text for post in again.posts] == ["Which CRM, please?"]
    assert again.earlier == {f"linkedin::activity:{ID}": ()}  # known by no other key than its own


def test_a_file_that_was_only_touched_is_not_read_again(tmp_path: Path) -> None:
    path = records(tmp_path / "a.json", {"text": "one", "urn": URN})
    _, cursor = read(tmp_path)
    os.utime(path, (1, 1))
    posts, later = read(tmp_path, cursor)
    assert posts == ()
    assert later != cursor


def test_a_file_that_is_gone_is_forgotten_and_read_when_it_comes_back(tmp_path: Path) -> None:
    path = records(tmp_path / "a.json", {"text": "one", "urn": URN})
    _, cursor = read(tmp_path)
    path.unlink()
    posts, cursor = read(tmp_path, cursor)
    assert (posts, known(cursor)) == ((), {})
    records(path, {"text": "one", "urn": URN})
    assert len(read(tmp_path, cursor)[0]) == 1


def test_one_post_of_several_files_comes_once(tmp_path: Path) -> None:
    records(tmp_path / "a.json", {"text": "one", "urn": URN})
    table(tmp_path / "deep" / "down" / "b.csv", {"postUrl": LINK, "postContent": "one"})
    assert texts(tmp_path) == ["one"]


def test_of_one_post_in_several_files_the_one_written_last_counts(tmp_path: Path) -> None:
    records(tmp_path / "b.json", {"text": "Which CRM?", "urn": URN, "likes": 1})
    os.utime(tmp_path / "b.json", (1, 1))
    records(tmp_path / "a.json", {"text": "Which CRM, now?", "urn": URN, "likes": 9})
    ((post,), _) = read(tmp_path)
    assert (post.text, post.metrics["score"]) == ("Which CRM, now?", 9)


@pytest.mark.parametrize("cursor", ["nonsense", "[1]", "7", '{"files": 7}', '{"a.json": 7}'])
def test_a_cursor_of_another_age_counts_as_none(cursor: str, tmp_path: Path) -> None:
    records(tmp_path / "a.json", {"text": "hi", "urn": URN})
    assert len(read(tmp_path, cursor)[0]) == 1


def test_a_cursor_of_an_older_version_still_knows_what_was_read(tmp_path: Path) -> None:
    records(tmp_path / "a.json", {"text": "hi", "urn": URN})
    stamp = known(read(tmp_path)[1])["a.json"][0]
    assert read(tmp_path, json.dumps({"a.json": stamp}))[0] == ()


# ------------------------------------------------------------------ what cannot be read


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (
            "a.json.gz",
            b"\x1f\x8b cut off",
            r"a.json.gz cannot be unpacked \(.*\): is it complete\?",
        ),
        ("a.json", b'[{"text": "o', r"a.json is no JSON \(.* line 1 column .*\): is it complete\?"),
        ("a.jsonl", b"no JSON\nnor this", "a.jsonl is no JSON"),
        ("a.json", b"[" * 100_000, "a.json is nested too deep"),
        (
            "a.json",
            b'{"error": "no credit"}',
            "a.json has no record with the text of a post; known",
        ),
        ("a.csv", b"colour,size\nred,7\n", "a.csv has no column with the text of posts: rename it"),
        ("a.csv", b"", r"a.csv is empty: is it still being copied\?"),
        ("a.csv", b"\xff\x00\x01\x02" * 100, "a.csv has no column"),
        ("a.csv", b"PK\x03\x04 a workbook", "a.csv is a zip or a workbook under another name"),
        ("a.xlsx", b"PK\x03\x04", "a.xlsx is a workbook: save its sheet as CSV"),
        ("a.tar.gz", b"\x1f\x8b", "a.tar.gz is packed in a way that is not read: unpack it"),
        (
            "Shares.csv",
            b"Datum,Text\n1,2\n",
            "Shares.csv has not the columns that LinkedIn gave it",
        ),
        ("a.zip", b"PK\x03\x04 cut off", r"a.zip cannot be unpacked .* is it complete\? Copy or"),
        ("a\nb\u202ec.csv", b"", "a bc.csv is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(
    name: str, data: bytes, words: str, tmp_path: Path
) -> None:
    put(tmp_path / name, data)
    [notice] = look(tmp_path).notices
    assert re.match(words, notice)
    assert "\n" not in notice


def test_what_is_wrong_is_said_while_it_lasts_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(tmp_path / "bad.json", b"[{")
    records(tmp_path / "good.json", {"text": "one", "urn": URN})
    first = look(tmp_path)
    assert [post.text for post in first.posts] == ["one"]
    caplog.clear()
    second = look(tmp_path, first.cursor)
    assert second == first._replace(posts=())
    assert caplog.records == []  # the file was not read again
    records(tmp_path / "bad.json", {"text": "two", "urn": f"{URN[:-1]}1"})
    assert [post.text for post in read(tmp_path, second.cursor)[0]] == ["two"]


def test_a_troubled_file_is_tried_again_by_a_version_that_may_know_more(tmp_path: Path) -> None:
    records(tmp_path / "a.json", {"text": "one", "urn": URN})
    cursor = json.loads(read(tmp_path)[1])
    cursor["files"]["a.json"].append("could not be read")
    assert look(tmp_path, json.dumps(cursor)).notices == ("a.json could not be read",)
    assert len(read(tmp_path, json.dumps(cursor | {"reader": 1}))[0]) == 1


def test_a_file_that_is_still_being_copied_is_read_when_it_is_whole(tmp_path: Path) -> None:
    whole = archive(tmp_path / "whole", {"Shares.csv": shares("words")}).read_bytes()
    (tmp_path / "in").mkdir()
    put(tmp_path / "in" / "a.zip", whole[:-30])
    half = look(tmp_path / "in")
    assert [notice.partition(" (")[0] for notice in half.notices] == ["a.zip cannot be unpacked"]
    put(tmp_path / "in" / "a.zip", whole)
    assert [post.text for post in read(tmp_path / "in", half.cursor)[0]] == ["words"]


def test_rows_that_break_are_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "postUrl,text", f"{LINK},one", f"{LINK},two,three", "", f"{LINK}")
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["one"]
    [notice] = batch.notices
    assert notice.startswith("a.csv has 2 rows that cannot be read (lines 3, 5): ")


def test_the_last_row_of_a_file_cut_off_is_no_row(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", f'postUrl,text\n{LINK},"one"\n{LINK[:-1]}1,"two, cut o'.encode())
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["one"]
    assert "(line 3)" in batch.notices[0]


def test_a_quote_never_closed_costs_its_own_row_only(tmp_path: Path) -> None:
    links = [f"{LINK[:-1]}{n}" for n in range(6)]
    rows = [f"{links[0]},one", f'{links[1]},"never closed', *(f"{one},good" for one in links[2:])]
    write(tmp_path / "a.csv", "postUrl,text", *rows)
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["one", "good", "good", "good", "good"]
    assert "a row that cannot be read (line 3)" in batch.notices[0]


def test_broken_lines_of_json_lines_are_named_and_the_others_read(tmp_path: Path) -> None:
    good = json.dumps({"text": "one", "urn": URN})
    write(tmp_path / "a.jsonl", good, "{broken", good.replace("one", "a \u2028 b"))
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["one"]
    assert "a row that cannot be read (line 2)" in batch.notices[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_files_and_folders_that_are_closed_to_us_are_named_until_they_open(tmp_path: Path) -> None:
    file = records(tmp_path / "a.json", {"text": "one", "urn": URN})
    (tmp_path / "deep").mkdir(mode=0)
    file.chmod(0)
    closed = look(tmp_path)
    assert [notice.partition(" (")[0] for notice in closed.notices] == [
        "a.json cannot be opened",
        "deep cannot be opened",
    ]
    file.chmod(0o600)
    (tmp_path / "deep").chmod(0o700)
    assert [post.text for post in read(tmp_path, closed.cursor)[0]] == ["one"]


def test_a_folder_itself_closed_to_us_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("a file, not a folder")
    with pytest.raises(SourceError, match="there is no folder"):
        look(tmp_path / "in")
