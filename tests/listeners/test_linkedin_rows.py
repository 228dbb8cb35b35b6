"""LinkedIn: rows as its archives and search tools write them."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.listeners.exports import (
    COMMENT,
    COMMENTS,
    ID,
    SHARE,
    SHARES,
    URN,
    read,
    records,
    table,
    write,
)
from tests.listeners.played import NOW


def test_each_line_of_a_share_may_be_quoted_by_itself(tmp_path: Path) -> None:
    said = 'One ""two""""\n""""\n""three'
    write(tmp_path / "Shares.csv", SHARES, SHARE.format(text=f'"{said}"'))
    (share,), _ = read(tmp_path)
    assert share.text == 'One "two"\n\nthree'


def test_comments_may_escape_quotes_by_a_backslash(tmp_path: Path) -> None:
    write(
        tmp_path / "Comments.csv",
        COMMENTS,
        COMMENT + r',"He said \"no\", twice,',
        'on two lines"',
        COMMENT + r",C:\temp is plain",
        COMMENT + r',"Doubled ""ones"" too"',
    )
    assert [post.text for post in read(tmp_path)[0]] == [
        'He said "no", twice,\non two lines',
        "C:temp is plain",
        'Doubled "ones" too',
    ]


def test_without_escapes_a_backslash_is_a_backslash(tmp_path: Path) -> None:
    write(tmp_path / "Comments.csv", COMMENTS, COMMENT + r",C:\temp is plain")
    assert read(tmp_path)[0][0].text == r"C:\temp is plain"


def test_comments_past_help_are_read_by_their_dates_and_links(tmp_path: Path) -> None:
    write(
        tmp_path / "Comments.csv",
        COMMENTS,
        COMMENT + r',"He said \"no\", twice"',
        COMMENT + ',"She said ""yes\\", once',
        COMMENT + ",plain",
    )
    assert [post.text for post in read(tmp_path)[0]] == [
        'He said "no", twice',
        'She said "yes", once',
        "plain",
    ]


def test_comments_with_an_id_of_their_own_and_without_a_date(tmp_path: Path) -> None:
    link = (
        f"https://www.linkedin.com/feed/update/{URN}"
        f"?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A{ID}%2C{int(ID) + 1}%29"
    )
    write(tmp_path / "Comments.csv", COMMENTS, f",{link},Hello")
    (comment,), _ = read(tmp_path)
    assert comment.external_id == f"comment:{int(ID) + 1}"
    assert comment.thread_id == f"activity:{ID}"
    assert comment.posted_at.date().isoformat() == "2025-03-03"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_preambles(encoding: str, tmp_path: Path) -> None:
    write(
        tmp_path / "Shares.csv",
        "Notes:",
        '"A paragraph, quoted,\nof two lines"',
        "",
        SHARES.replace("SharedUrl", "SharedURL"),
        SHARE.format(text="Café?"),
        encoding=encoding,
    )
    assert [post.text for post in read(tmp_path)[0]] == ["Café?"]


def test_a_bare_repost_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "Shares.csv", SHARES, SHARE.format(text=""), SHARE.format(text="words"))
    assert [post.text for post in read(tmp_path)[0]] == ["words"]


def test_a_search_exports_columns_are_known_by_many_names(tmp_path: Path) -> None:
    table(
        tmp_path / "search.csv",
        {
            "Post URL": f"https://www.linkedin.com/feed/update/{URN}/?utm_source=share",
            "post_content": "Which CRM, A or B?",
            "Profile Name": "Ann Smith",
            "profileUrl": "https://www.linkedin.com/in/ann-smith-7/?trk=x",
            "postTimestamp": "2026-03-01T10:00:00.000Z",
            "postDate": "1d",
            "timestamp": "2026-03-02T11:00:00.000Z",
            "likeCount": "1,203",
            "commentCount": "4",
            "repostCount": "",
        },
    )
    (post,), _ = read(tmp_path)
    assert post.key == f"linkedin::activity:{ID}"
    assert post.url == f"https://www.linkedin.com/feed/update/{URN}/"
    assert (post.author, post.author_id) == ("Ann Smith", "ann-smith-7")
    assert post.posted_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert post.metrics == {"score": 1203, "replies": 4, "reposts": 0}


RECORD = {"text": "Which CRM?", "activity_urn": ID, "author": {"name": "Ann"}}


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("a.json", json.dumps([RECORD])),
        ("a.json", json.dumps({"data": {"posts": [RECORD]}, "success": True})),
        ("a.json", json.dumps({"items": [RECORD]})),
        ("a.json", json.dumps(RECORD)),
        ("a.jsonl", json.dumps(RECORD) + "\n\n"),
        ("a.ndjson", json.dumps(RECORD) + "\n" + json.dumps("no record")),
        ("A.JSON", "\ufeff" + json.dumps([RECORD])),
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_json_in_several_shapes(name: str, document: str, packed: bool, tmp_path: Path) -> None:
    data = document.encode()
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(data) if packed else data)
    (post,), _ = read(tmp_path)
    assert (post.external_id, post.author) == (f"activity:{ID}", "Ann")
    assert post.url == f"https://www.linkedin.com/feed/update/urn:li:activity:{ID}"


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ({"author": "Ann"}, "Ann"),
        ({"author": {"first_name": "Ann", "last_name": "Smith"}}, "Ann Smith"),
        ({"author": "Feed post", "author_title": "Ann Smith"}, "Ann Smith"),
        ({"author": "LinkedIn Member"}, ""),
        ({"authorName": "Ann (ann@example.com)"}, "Ann"),
        ({}, ""),
    ],
)
def test_authors(fields: dict[str, Any], author: str, tmp_path: Path) -> None:
    records(tmp_path / "a.json", {"text": "hi", "urn": URN, **fields})
    assert read(tmp_path)[0][0].author == author


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"postedAtTimestamp": 1772445600000}, NOW - timedelta(hours=2)),
        ({"posted_at": {"timestamp": 1772445600, "relative": "3d"}}, NOW - timedelta(hours=2)),
        ({"posted_at": {"date": "2026-03-02 10:00:00"}}, NOW - timedelta(hours=2)),
        ({"postDate": "3d"}, NOW - timedelta(days=3)),
        ({"timeSincePosted": "2mo"}, NOW - timedelta(days=60)),
        ({"created_at": "5 days ago • Visible to anyone"}, NOW - timedelta(days=5)),
        ({"created_at": "1mo • Edited •"}, NOW - timedelta(days=30)),
        ({"created_at": "45 min"}, NOW - timedelta(minutes=45)),
        ({"created_at": "Premium • Following"}, NOW),
        ({"timestamp": "2026-03-02T10:00:00Z"}, NOW - timedelta(hours=2)),
        ({"date": "2199-01-01"}, NOW),
        ({}, NOW),
    ],
)
def test_times_are_told_or_reckoned_from_when_the_file_was_written(
    fields: dict[str, Any], at: datetime, tmp_path: Path
) -> None:
    records(tmp_path / "a.json", {"text": "hi", "url": "https://a.example/1", **fields})
    assert read(tmp_path)[0][0].posted_at == at


def test_an_id_tells_the_time_better_than_days_ago(tmp_path: Path) -> None:
    records(tmp_path / "a.json", {"text": "hi", "urn": URN, "postDate": "3d"})
    assert read(tmp_path)[0][0].posted_at.date().isoformat() == "2025-03-03"


def test_the_activitys_id_goes_first_and_no_id_at_all_is_a_hash(tmp_path: Path) -> None:
    share = "urn:li:ugcPost:7302225660000000001"
    records(
        tmp_path / "a.json",
        {"text": "one", "full_urn": share, "activity_urn": ID},
        {"text": "two", "full_urn": share},
        {"text": "three", "author": "Ann"},
    )
    ids = [post.external_id for post in read(tmp_path)[0]]
    assert ids[:2] == [f"activity:{ID}", "ugcPost:7302225660000000001"]
    assert ids[2].startswith("export:")


def test_bold_letters_of_mathematics_are_read_as_letters(tmp_path: Path) -> None:
    records(
        tmp_path / "a.json",
        {
            "text": "\U0001d5ea\U0001d5f5\U0001d5f6\U0001d5f0\U0001d5f5 CRM½?",
            "urn": URN,
            "comments": [1, 2],
        },
    )
    (post,), _ = read(tmp_path)
    assert post.text == "Which CRM½?"
    assert post.metrics["replies"] == 2


def test_hostile_text_is_made_harmless(tmp_path: Path) -> None:
    records(
        tmp_path / "a.json",
        {
            "text": "Is \u202eit\x07 safe?",
            "authorName": "Ann\nSubject: x",
            "url": "javascript:alert(1)",
        },
    )
    (post,), _ = read(tmp_path)
    assert post.text == "Is it safe?"
    assert post.author == "Ann Subject: x"
    assert post.url == ""


def test_the_stated_language_is_kept(tmp_path: Path) -> None:
    records(tmp_path / "a.json", {"text": "hi", "urn": URN, "post_language_code": "de"})
    assert read(tmp_path)[0][0].language == "de"
