"""LinkedIn: archives of members' data as they come, and as somebody may make them to do harm."""

import gzip
import io
import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.listeners.exports import (
    COMMENT,
    COMMENTS,
    ID,
    PROFILE,
    SHARE,
    SHARES,
    URN,
    archive,
    look,
    put,
    read,
    shares,
    texts,
)

ONE = shares("words")


@pytest.mark.parametrize(
    "name",
    [
        "Complete_LinkedInDataExport_03-02-2026.zip",
        "Basic_LinkedInDataExport_03-02-2026.ZIP",
        "deep/down/mine.zip",
    ],
)
def test_an_archive_tells_what_its_member_wrote_and_nothing_else(name: str, tmp_path: Path) -> None:
    (tmp_path / "deep" / "down").mkdir(parents=True)
    archive(
        tmp_path / name,
        {
            "Data/Shares_1234.csv": f"{SHARES}\n{SHARE.format(text='Which CRM?')}\n",
            "Data/COMMENTS_1234.CSV": f'{COMMENTS}\n{COMMENT},"The other one."\n',
            "Data/Profile.csv": PROFILE,
            "Data/messages.csv": "CONVERSATION ID,FROM,DATE,CONTENT\n1,Bob,d,A private word\n",
            "Data/Connections.csv": "Notes:\n\nFirst Name,Last Name,URL\nBob,B,https://x.example\n",
            "Data/Articles/Articles/which-crm.html": "<p>Which CRM?</p>",
            "Data/search.json": f'[{{"text": "not of an archive", "urn": "{URN}"}}]',
        },
    )
    (share, comment), _ = read(tmp_path)
    assert share.key == "linkedin::share:7173200000000000001"
    assert (share.author, share.text) == ("Ann Smith", "Which CRM?")
    assert share.posted_at == datetime(2024, 3, 12, 8, 15, 30, tzinfo=UTC)
    assert (comment.author, comment.text) == ("Ann Smith", "The other one.")
    assert comment.parent_id == comment.thread_id == f"activity:{ID}"
    assert comment.external_id.startswith("comment:")


def test_of_several_members_in_one_zip_each_has_their_own_words(tmp_path: Path) -> None:
    archive(
        tmp_path / "all.zip",
        {
            "ann/Profile.csv": PROFILE,
            "ann/Data/Shares.csv": shares("of Ann"),
            "bob/Profile.csv": PROFILE.replace("Ann", "Bob"),
            "bob/Shares.csv": shares("", "of Bob"),
            "Shares.csv": shares("", "", "of nobody knows"),
        },
    )
    assert {(post.author, post.text) for post in read(tmp_path)[0]} == {
        ("Ann Smith", "of Ann"),
        ("Bob Smith", "of Bob"),
        ("", "of nobody knows"),
    }


def test_a_zip_of_search_exports_is_read_too(tmp_path: Path) -> None:
    packed = gzip.compress(f'{{"text": "three", "urn": "{URN[:-1]}3"}}'.encode())
    with zipfile.ZipFile(tmp_path / "results.zip", "w") as out:
        out.writestr("crm/posts.csv", f"text,urn\none,{URN}\n")
        out.writestr("erp/posts.json", f'[{{"text": "two", "urn": "{URN[:-1]}2"}}]')
        out.writestr("erp/more.jsonl.gz", packed)
        out.writestr("__MACOSX/crm/._posts.csv", "binary")
        out.writestr("Connections of Bob.txt", "no export")
    assert sorted(texts(tmp_path)) == ["one", "three", "two"]


def test_members_that_come_twice_are_read_once(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("Shares.csv", ONE)
        out.writestr("in/Shares_123.csv", ONE)
        with pytest.warns(UserWarning, match="Duplicate name"):
            out.writestr("Shares.csv", ONE)
    assert texts(tmp_path) == ["words"]


def test_an_archive_of_more_than_four_gigabytes_form_is_read(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "w") as out,
        out.open("Shares.csv", "w", force_zip64=True) as member,
    ):
        member.write(ONE.encode())
    assert texts(tmp_path) == ["words"]


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_common_way_of_packing_is_unpacked(packed: int, tmp_path: Path) -> None:
    archive(tmp_path / "a.zip", {"Shares.csv": ONE}, packed)
    assert texts(tmp_path) == ["words"]


# ------------------------------------------------------------------ what is refused


def test_an_archive_cannot_reach_out(tmp_path: Path) -> None:
    members = ["../Shares.csv", "/etc/Shares.csv", "C:\\Shares.csv", "..\\Shares.csv"]
    archive(
        tmp_path / "a.zip",
        {**dict.fromkeys(members, shares("out")), "in\\Shares.csv": ONE, "in/evil.exe": "x"},
    )
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["words"]
    assert len(batch.notices) == len(members)
    assert batch.notices[0] == (
        "a.zip (../Shares.csv) leads out of the archive, so it is left out: look where it came from"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_zip_within_a_zip_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as out:
        out.writestr("Shares.csv", shares("inner"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("more.zip", inner.getvalue())
        out.writestr("Shares.csv", ONE)
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["words"]
    assert batch.notices == (
        "a.zip (more.zip) is a zip within a zip, which is not read: unpack it",
    )


def test_a_member_that_would_flood_the_memory_is_refused_before_it_is_unpacked(
    tmp_path: Path,
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        with out.open("Shares.csv", "w") as member:
            for _ in range(101):
                member.write(b"0" * 1_000_000)
        out.writestr("Comments.csv", f"{COMMENTS}\n{COMMENT},words\n")
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["words"]
    [notice] = batch.notices
    assert notice.startswith("a.zip (Shares.csv) would unpack to more than 100,000,000 bytes")


def test_a_packed_file_that_would_flood_the_memory_is_refused(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "a.csv.gz", "wb", 1) as out:
        for _ in range(101):
            out.write(b"0" * 1_000_000)
    [notice] = look(tmp_path).notices
    assert notice.startswith("a.csv.gz holds more than 100,000,000 bytes")


def test_a_zip_that_lies_about_the_size_of_a_member_gains_nothing(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"Shares.csv": "0" * 50_000_000}, zipfile.ZIP_DEFLATED)
    honest = (50_000_000).to_bytes(4, "little")
    put(path, path.read_bytes().replace(honest, (100).to_bytes(4, "little")))
    [notice] = look(tmp_path).notices
    assert notice.startswith("a.zip (Shares.csv) ")


def test_a_locked_member_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    comment = f"{COMMENTS}\n{COMMENT},words\n"
    path = archive(tmp_path / "a.zip", {"Shares.csv": ONE, "Comments.csv": comment})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag of the first member
        data[data.index(mark) + offset] |= 1
    put(path, bytes(data))
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["words"]
    assert batch.notices == ("a.zip (Shares.csv) is locked with a password: unpack it yourself",)


def test_a_member_gone_bad_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    comment = f"{COMMENTS}\n{COMMENT},words\n"
    path = archive(tmp_path / "a.zip", {"Shares.csv": ONE, "Comments.csv": comment})
    put(path, path.read_bytes().replace(b"MEMBER_NETWORK", b"member_network"))
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["words"]
    [notice] = batch.notices
    assert notice.startswith("a.zip (Shares.csv) cannot be unpacked (Bad CRC-32")


def test_of_many_troubles_in_one_archive_a_few_are_told(tmp_path: Path) -> None:
    archive(tmp_path / "a.zip", {f"{n}/Shares.csv": "not,this\n" for n in range(40)})
    notices = look(tmp_path).notices
    assert len(notices) == 6
    assert notices[0].startswith("a.zip (0/Shares.csv) has not the columns that LinkedIn gave it")
    assert notices[-1] == "a.zip has 35 more parts that cannot be read: see the log"


def test_rows_that_break_are_named_with_their_member_and_line(tmp_path: Path) -> None:
    archive(tmp_path / "a.zip", {"x/Shares.csv": ONE + "no date,no link,x,,,\n"})
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["words"]
    assert batch.notices[0].startswith(
        "a.zip (x/Shares.csv) has a row that cannot be read (line 3)"
    )


@pytest.mark.parametrize("seed", range(60))
def test_damage_anywhere_is_trouble_but_never_a_crash(seed: int, tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.zip", {"Shares.csv": ONE * 20, "Profile.csv": PROFILE}, zipfile.ZIP_DEFLATED
    )
    chance, data = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    put(path, bytes(data[: chance.randint(1, len(data))] if seed % 3 == 0 else data))
    batch = look(tmp_path)
    assert all(notice.startswith("a.zip ") and "\n" not in notice for notice in batch.notices)
