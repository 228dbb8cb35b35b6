"""LinkedIn: what search tools of third parties export, under whatever names."""

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.types import PostState
from tests.listeners.exports import (
    AT,
    ID,
    LINK,
    URN,
    look,
    one,
    put,
    read,
    records,
    table,
    texts,
    write,
)
from tests.listeners.played import NOW

# ------------------------------------------------------------------ forms of files

PHANTOM = {
    "Post URL": f"{LINK}/?utm_source=share",
    "imgUrl": "https://media.example/a.png",
    "post_content": 'Which CRM, "A" or B?\nSay; please',
    "Author": "Ann Smith",
    "profileUrl": "https://www.linkedin.com/in/ann-smith-7/?trk=x",
    "postTimestamp": "2026-03-01T10:00:00.000Z",
    "postDate": "1d",
    "timestamp": "2026-03-02T11:00:00.000Z",
    "likeCount": "1,203",
    "commentCount": "4",
    "repostCount": "",
}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["search.csv", "search.CSV", "search.tsv", "search.csv.gz"])
def test_tables_of_every_delimiter(name: str, delimiter: str, tmp_path: Path) -> None:
    path = table(tmp_path / name, PHANTOM, delimiter=delimiter)
    if name.endswith(".gz"):
        put(path, gzip.compress(path.read_bytes()))
    ((post,), _) = read(tmp_path)
    assert post.key == f"linkedin::activity:{ID}"
    assert post.url == f"{LINK}/"
    assert (post.author, post.author_id) == ("Ann Smith", "ann-smith-7")
    assert post.text == 'Which CRM, "A" or B?\nSay; please'
    assert post.posted_at.isoformat() == "2026-03-01T10:00:00+00:00"
    assert post.metrics == {"score": 1203, "replies": 4, "reposts": 0}
    assert (post.title, post.community, post.parent_id) == ("", "", "")
    assert post.thread_id == post.external_id


def test_a_spreadsheet_may_say_above_the_header_what_parts_its_cells(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "sep=;", "postUrl;text", f'{LINK};"one; two"', encoding="utf-16")
    assert texts(tmp_path) == ["one; two"]


RECORD = {"text": "Which CRM?", "activity_urn": ID, "author": {"name": "Ann"}}
REPOST = {"text": None, "activity_urn": f"{ID[:-1]}1", "original": RECORD, "comments": [RECORD]}


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("a.json", [RECORD]),
        ("a.json", [REPOST, RECORD]),
        ("a.json", {"data": {"posts": [RECORD]}, "success": True}),
        ("a.json", {"query": {"text": "crm", "url": "u"}, "data": {"posts": [RECORD]}}),
        ("a.json", {"items": [RECORD], "errors": []}),
        ("a.json", {"results": {"items": [{"node": RECORD}]}}),
        ("a.json", [{"data": {"posts": [RECORD]}}, {"data": {"posts": []}}]),
        ("a.json", RECORD),
        ("a.json", {"post": RECORD}),
        ("a.csv", [RECORD]),
        ("A.JSON", [RECORD]),
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("indent", [None, 2], ids=["dense", "indented"])
def test_json_in_several_shapes(
    name: str, document: Any, packed: bool, indent: int | None, tmp_path: Path
) -> None:
    data = json.dumps(document, indent=indent).encode("utf-8-sig")
    put(tmp_path / (f"{name}.gz" if packed else name), gzip.compress(data) if packed else data)
    ((post,), _) = read(tmp_path)
    assert (post.external_id, post.author) == (f"activity:{ID}", "Ann")
    assert post.url == f"https://www.linkedin.com/feed/update/urn:li:activity:{ID}"


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "a.jsonl.gz", "a.gz"])
def test_one_record_a_line(name: str, tmp_path: Path) -> None:
    other = {**RECORD, "text": "Which ERP?", "activity_urn": f"{ID[:-1]}1"}
    for said in ([REPOST, RECORD, "no record", other], [{"posts": [RECORD]}, {"posts": [other]}]):
        data = "\r\n\r\n".join(map(json.dumps, said)).encode()
        put(tmp_path / name, gzip.compress(data) if name.endswith(".gz") else data)
        assert texts(tmp_path) == ["Which CRM?", "Which ERP?"]


@pytest.mark.parametrize("empty", [[], {}, None, {"data": {"posts": []}}, {"items": [], "n": 0}])
def test_a_search_that_found_nothing_is_no_trouble(empty: Any, tmp_path: Path) -> None:
    put(tmp_path / "a.json", json.dumps(empty).encode())
    assert texts(tmp_path) == []


def test_a_table_with_nothing_under_its_header_is_no_trouble(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "postUrl,text")
    assert texts(tmp_path) == []


@pytest.mark.parametrize(
    "columns",
    ["profileUrl,fullName,jobTitle,description", "name,url,description,industry", "name,message"],
)
def test_exports_of_people_and_companies_are_no_posts(columns: str, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", columns, ",".join("abcd"[: columns.count(",") + 1]))
    batch = look(tmp_path)
    assert batch.posts == ()
    assert "has no column with the text of posts" in batch.notices[0]


# ------------------------------------------------------------------ what they mean


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ({"author": "Ann"}, "Ann"),
        ({"author": {"first_name": "Ann", "last_name": "Smith"}}, "Ann Smith"),
        ({"author": {"firstName": "Ann", "lastName": "Smith", "headline": "CEO"}}, "Ann Smith"),
        ({"author": "Feed post", "author_title": "Ann Smith"}, "Ann Smith"),
        ({"author": "Ann", "author_title": "Head of sales"}, "Ann"),
        ({"author": "LinkedIn Member"}, ""),
        ({"authorName": "Ann (ann@example.com)"}, "Ann"),
        ({"author": ["Ann"], "name": None}, "Ann"),
        ({"author": 7}, ""),
        ({}, ""),
    ],
)
def test_authors(fields: dict[str, Any], author: str, tmp_path: Path) -> None:
    assert one(tmp_path, text="hi", urn=URN, **fields).author == author


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"postedAtTimestamp": 1772445600000}, AT),
        ({"posted_at": {"timestamp": 1772445600, "relative": "3d"}}, AT),
        ({"posted_at": {"date": "2026-03-02 10:00:00"}}, AT),
        ({"postedDate": "2026-03-02 10:00:00.000 +0000 UTC"}, AT),
        ({"date": "Mar 2, 2026, 10:00 AM"}, AT),
        ({"date": "Mon Mar 02 10:00:00 UTC 2026"}, AT),
        ({"date": "Mon, 02 Mar 2026 10:00:00 GMT"}, AT),
        ({"date": "1.7724456E12"}, NOW),  # a spreadsheet rounds: not believed
        ({"postDate": "3d"}, NOW - timedelta(days=3)),
        ({"postDate": "1w", "timestamp": AT.isoformat()}, AT - timedelta(days=7)),
        ({"postedAt": "3h", "scrapedAt": AT.isoformat()}, AT - timedelta(hours=3)),
        ({"timeSincePosted": "2mo"}, NOW - timedelta(days=60)),
        ({"created_at": "5 days ago • Visible to anyone"}, NOW - timedelta(days=5)),
        ({"created_at": "1mo • Edited •"}, NOW - timedelta(days=30)),
        ({"created_at": "Edited 2 weeks ago"}, NOW - timedelta(days=14)),
        ({"created_at": "Premium • 1yr •"}, NOW - timedelta(days=365)),
        ({"created_at": "45 min"}, NOW - timedelta(minutes=45)),
        ({"created_at": "an hour ago"}, NOW - timedelta(hours=1)),
        ({"created_at": "Just now"}, NOW),
        ({"created_at": "Verified • 3rd+"}, NOW),
        ({"created_at": "Influencer • 2nd"}, NOW),
        ({"created_at": "• 3 days of training for all"}, NOW),
        ({"created_at": None, "date": {"$date": 1}}, NOW),
        ({"timestamp": "2026-03-02T10:00:00Z"}, AT),
        ({"date": "2026-03-02T20:00:00Z"}, NOW),  # zones differ: nothing is of tomorrow
        ({"date": "2199-01-01"}, NOW),
        ({"date": "1969-07-20"}, NOW),
        ({}, NOW),
    ],
)
def test_times_are_told_or_reckoned_from_when_the_tool_looked(
    fields: dict[str, Any], at: datetime, tmp_path: Path
) -> None:
    assert one(tmp_path, text="hi", url="https://a.example/1", **fields).posted_at == at


def test_an_id_tells_the_time_better_than_days_ago(tmp_path: Path) -> None:
    post = one(tmp_path, text="hi", urn=URN, postDate="3d")
    assert post.posted_at.date().isoformat() == "2025-03-03"


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"posted_at": {"is_edited": True}}, PostState.EDITED),
        ({"isEdited": "true"}, PostState.EDITED),
        ({"created_at": "1mo • Edited •"}, PostState.EDITED),
        ({"isEdited": False, "postDate": "1d"}, PostState.LIVE),
        ({}, PostState.LIVE),
    ],
)
def test_a_post_says_that_it_was_edited(
    fields: dict[str, Any], state: PostState, tmp_path: Path
) -> None:
    assert one(tmp_path, text="hi", urn=URN, **fields).state == state


@pytest.mark.parametrize(
    ("said", "number"),
    [
        *((7, 7), ("7", 7), ("1,203", 1203), ("1.203", 1203), ("1 203", 1203), ("1.2K", 1200)),
        *(("1,2 k", 1200), ("3M", 3_000_000), ("45 comments", 45), (7.0, 7), ("7.0", 7)),
        *(([1, 2], 2), ([{"type": "LIKE", "count": 5}, {"type": "LOVE", "count": 2}], 7)),
        *((None, 0), ("", 0), ("many", 0), ({"n": 1}, 0), (True, 1), (-3, 0), ("1.2.3", 0)),
        *((10**400, 0), ("9" * 40, 999_999_999_999), (float("inf"), 0)),
    ],
)
def test_numbers_and_lists_are_counted(said: Any, number: int, tmp_path: Path) -> None:
    assert one(tmp_path, text="hi", urn=URN, comments=said).metrics["replies"] == number


def test_a_number_goes_before_a_list_of_some(tmp_path: Path) -> None:
    post = one(tmp_path, text="hi", urn=URN, comments=[{"text": "a"}], numComments=120)
    assert post.metrics["replies"] == 120


def test_of_one_posts_ids_the_activitys_goes_first_and_none_is_made_of_another(
    tmp_path: Path,
) -> None:
    other = "urn:li:ugcPost:7302225660000000001"
    records(
        tmp_path / "a.json",
        {"text": "one", "full_urn": other, "activity_urn": ID},
        {"text": "two", "full_urn": other},
        {"text": "three", "id": "7302225660000000001", "shareUrn": other.replace("ugcP", "ugcp")},
        {"text": "four", "urn": other, "id": 7302225660000000009, "postUrl": LINK[:-1] + "3"},
        {"text": "five", "id": "7.30223E+18", "url": f"{LINK[:-1]}4"},
        {"text": "six", "author": "Ann"},
        {"text": "seven", "author": "Ann"},
        {"text": "eight", "url": "https://www.linkedin.com/pulse/which-crm-ann"},
    )
    posts = {post.text: post.external_id for post in read(tmp_path)[0]}
    assert posts["one"] == f"activity:{ID}"
    assert posts["two"] == "ugcPost:7302225660000000001"
    assert "three" not in posts  # the same number of the same kind: told before
    assert posts["four"] == f"activity:{ID[:-1]}3"
    assert posts["five"] == f"activity:{ID[:-1]}4"
    hashed = {posts[name] for name in ("six", "seven", "eight")}
    assert len(hashed) == 3
    assert all(one.startswith("export:") for one in hashed)


def test_a_comment_that_a_tool_found_answers_its_post(tmp_path: Path) -> None:
    answer = f"commentUrn=urn%3Ali%3Acomment%3A%28activity%3A{ID}%2C{int(ID) + 1}%29"
    post = one(
        tmp_path,
        type="comment",
        id=str(int(ID) + 1),
        linkedinUrl=f"{LINK}?{answer}&dashCommentUrn=x",
        commentary="That one.",
        createdAt="2026-03-02T10:00:00Z",
        actor={"name": "Bob", "linkedinUrl": "https://www.linkedin.com/in/bob"},
    )
    assert post.external_id == f"comment:{int(ID) + 1}"
    assert post.thread_id == post.parent_id == f"activity:{ID}"
    assert (post.author, post.author_id, post.posted_at) == ("Bob", "bob", AT)
    assert post.url == f"{LINK}?{answer}"


def test_the_stated_language_is_kept(tmp_path: Path) -> None:
    assert one(tmp_path, text="hi", urn=URN, post_language_code="de-DE").language == "de"
    assert one(tmp_path, text="hi", urn=URN, post_language_code="1").language == ""


# ------------------------------------------------------------------ hostile and broken


def test_hostile_text_is_made_harmless(tmp_path: Path) -> None:
    post = one(
        tmp_path,
        text="Is \u202eit\x07 <b>safe</b><script>alert(1)</script>?\ud800",
        authorName="Ann\nSubject: x",
        url="javascript:alert(1)",
        profileUrl="https://www.linkedin.com/in/a%0Ab\u202e",
    )
    assert post.text == "Is it safe?"
    assert post.author == "Ann Subject: x"
    assert post.author_id == "a b"
    assert post.url == ""


def test_what_only_looks_like_markup_stays(tmp_path: Path) -> None:
    text = "Is a < b, and <this> & that &amp; so?"
    assert one(tmp_path, text=text, urn=URN).text == text
