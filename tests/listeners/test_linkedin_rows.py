"""LinkedIn: shares and comments as archives of several years write them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.listeners.exports import (
    COMMENT,
    COMMENTS,
    ID,
    LINK,
    SHARE,
    SHARES,
    look,
    read,
    shares,
    texts,
    write,
)
from tests.listeners.played import NOW

BOLD = "\U0001d5ea\U0001d5f5\U0001d5f6\U0001d5f0\U0001d5f5"  # "Which", in letters of mathematics

# ------------------------------------------------------------------ shares


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("plain", "plain"),
        ('"With a comma, and ""quotes"""', 'With a comma, and "quotes"'),
        ('"One""\n""two"', "One\ntwo"),
        ('"Said ""yes"".""\n""""\n""""\n""Then no"', 'Said "yes".\n\nThen no'),
        ('"""Yes"", she said""\n""and ""no"""', '"Yes", she said\nand "no"'),
        ('"""One ""\n"" two"""', "One \n two"),
        ('"""One """"two"""" ""\n""three"""', 'One "two" \nthree'),
        ('"Ends with a line of its own""\n"""', "Ends with a line of its own"),
        # A quote that should be two: seen in a real file.
        (
            '"He ""says"" so.""\n""""\n"My use, by far: ""b"".""\n""Yours?"',
            'He "says" so.\n\nMy use, by far: "b".\nYours?',
        ),
    ],
)
def test_each_line_of_a_share_may_be_wrapped_by_itself(
    cell: str, text: str, tmp_path: Path
) -> None:
    write(tmp_path / "Shares.csv", shares(cell, '"Another""\n""one"'))
    assert texts(tmp_path) == [text, "Another\none"]


def test_a_file_whose_lines_are_not_wrapped_keeps_its_quotes(tmp_path: Path) -> None:
    write(tmp_path / "Shares.csv", shares('"""Why?""\n""Because."""', '"One\ntwo\nthree"'))
    assert texts(tmp_path) == ['"Why?"\n"Because."', "One\ntwo\nthree"]


def test_a_bare_repost_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "Shares.csv", shares("", '""', '" "', "words"))
    assert texts(tmp_path) == ["words"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_and_what_stands_above_the_header(encoding: str, tmp_path: Path) -> None:
    write(
        tmp_path / "Shares.csv",
        '"Notes:"',
        '"A paragraph, quoted,\nof ""two"" lines"',
        "",
        SHARES.replace("SharedUrl", "SharedURL"),
        SHARE.format(text="Café?"),
        encoding=encoding,
    )
    assert texts(tmp_path) == ["Café?"]


def test_a_byte_gone_bad_spoils_its_own_letter_only(tmp_path: Path) -> None:
    data = shares("Café, or thé?".join('""')).encode().replace(b"th\xc3\xa9", b"th\xc3e")
    (tmp_path / "Shares.csv").write_bytes(data)
    assert texts(tmp_path) == ["Café, or th\ufffde?"]


def test_columns_are_known_by_name_in_any_order_and_number(tmp_path: Path) -> None:
    write(
        tmp_path / "Shares.csv",
        "Share Commentary,New Column,share_link,Date,Date",
        f"words,x,{LINK},2024-03-12 08:15:30,2001-01-01",
    )
    ((post,), _) = read(tmp_path)
    assert (post.text, post.posted_at.year) == ("words", 2024)


def test_line_ends_of_every_system_are_line_ends(tmp_path: Path) -> None:
    (tmp_path / "Shares.csv").write_bytes(
        shares('"one""\n""two"', "three").replace("\n", "\r\n").encode()
    )
    (tmp_path / "Comments.csv").write_bytes(f"{COMMENTS}\r{COMMENT},four\r".encode())
    assert sorted(texts(tmp_path)) == ["four", "one\ntwo", "three"]


def test_a_text_longer_than_any_is_cut_and_costs_no_other(tmp_path: Path) -> None:
    long = "word " * 60_000
    write(tmp_path / "Shares.csv", shares(f'"{long}"', "short"))
    first, second = texts(tmp_path)
    assert (len(first) <= 40_000, second) == (True, "short")


def test_a_cell_beyond_all_bounds_costs_its_own_row_only(tmp_path: Path) -> None:
    endless = ("word " * 200_000 + "\n") * 11
    write(tmp_path / "a.csv", "url,text", f'{LINK},"{endless}"', f"{LINK[:-1]}1,short")
    batch = look(tmp_path)
    assert [post.text for post in batch.posts] == ["short"]
    assert "a row that cannot be read (line 2)" in batch.notices[0]


def test_letters_of_mathematics_and_marks_of_interfaces_are_read_as_written(
    tmp_path: Path,
) -> None:
    cell = rf'"{BOLD} {{hashtag|\#|CRM}}, @[Ann Smith](urn:li:person:x)? …see more"'
    write(tmp_path / "Shares.csv", shares(cell))
    assert texts(tmp_path) == ["Which #CRM, Ann Smith?…"]


@pytest.mark.parametrize(
    ("link", "external_id", "url"),
    [
        (
            "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7173200000000000001",
            "share:7173200000000000001",
            "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7173200000000000001",
        ),
        ("urn:li:ugcPost:7173200000000000001", "ugcPost:7173200000000000001", None),
        (
            "https://www.linkedin.com/posts/ann_crm-activity-7173200000000000001-x1Yz?utm=1",
            "activity:7173200000000000001",
            "https://www.linkedin.com/posts/ann_crm-activity-7173200000000000001-x1Yz",
        ),
        ("urn:li:groupPost:12345-7173200000000000001", "groupPost:12345-7173200000000000001", None),
        (
            "https://www.linkedin.com/feed/?highlightedUpdateUrn=urn%3Ali%3Aactivity%3A7173200000000000001",
            "activity:7173200000000000001",
            None,
        ),
        (
            "www.linkedin.com/feed/update/urn:li:activity:7173200000000000001/",
            "activity:7173200000000000001",
            "https://www.linkedin.com/feed/update/urn:li:activity:7173200000000000001/",
        ),
    ],
)
def test_links_in_every_form_tell_which_post_it_is(
    link: str, external_id: str, url: str | None, tmp_path: Path
) -> None:
    write(tmp_path / "Shares.csv", SHARES, f"2024-03-12 08:15:30,{link},words,,,")
    ((post,), _) = read(tmp_path)
    assert post.external_id == post.thread_id == external_id
    assert post.url == (url or f"https://www.linkedin.com/feed/update/urn:li:{external_id}")


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("2024-03-12 08:15:30", datetime(2024, 3, 12, 8, 15, 30, tzinfo=UTC)),
        ("2024-03-12 08:15:30 UTC", datetime(2024, 3, 12, 8, 15, 30, tzinfo=UTC)),
        ("2024-03-12 10:15:30 +0200", datetime(2024, 3, 12, 8, 15, 30, tzinfo=UTC)),
        ("3/12/24 8:15", datetime(2024, 3, 12, 8, 15, tzinfo=UTC)),  # saved by a spreadsheet
        ("12.03.2024 08:15", datetime(2024, 3, 12, 8, 15, tzinfo=UTC)),
        ("", datetime(2024, 3, 12, 6, 15, 51, 611000, tzinfo=UTC)),  # by the id
        ("0001-01-01 00:00:00", datetime(2024, 3, 12, 6, 15, 51, 611000, tzinfo=UTC)),
        ("2199-01-01 00:00:00", datetime(2024, 3, 12, 6, 15, 51, 611000, tzinfo=UTC)),
    ],
)
def test_a_share_was_written_when_it_says_or_when_its_id_was_given_out(
    date: str, at: datetime, tmp_path: Path
) -> None:
    link = "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7173200000000000001"
    write(tmp_path / "Shares.csv", SHARES, f"{date},{link},words,,,")
    assert read(tmp_path)[0][0].posted_at == at


def test_a_share_without_link_or_id_is_known_by_its_words(tmp_path: Path) -> None:
    write(tmp_path / "Shares.csv", SHARES, "2024-03-12 08:15:30,,one,,,", ",,two,,,")
    first, second = read(tmp_path)[0]
    assert (first.external_id[:6], first.url) == ("share:", "")
    assert first.external_id != second.external_id
    assert second.posted_at == NOW  # when the file was written


# ------------------------------------------------------------------ comments


def test_quotes_in_comments_may_be_escaped_by_a_backslash(tmp_path: Path) -> None:
    write(
        tmp_path / "Comments.csv",
        COMMENTS,
        COMMENT + r',"He said \"no\", twice,',
        'on two lines"',
        COMMENT + r",C:\temp is plain",
        COMMENT + r',"Doubled ""ones"" too"',
        COMMENT + r',"It ends in \"quotes\""',
        COMMENT + r',"Without a comma: \"no\" is no"',
        COMMENT + r',"A lone \ stays, and of \\ one"',
    )
    assert texts(tmp_path) == [
        'He said "no", twice,\non two lines',
        r"C:\temp is plain",
        'Doubled "ones" too',
        'It ends in "quotes"',
        'Without a comma: "no" is no',
        r"A lone \ stays, and of \ one",
    ]


def test_without_escapes_a_backslash_is_a_backslash(tmp_path: Path) -> None:
    write(
        tmp_path / "Comments.csv",
        COMMENTS,
        COMMENT + r",C:\temp is plain",
        COMMENT + r',"It lies in C:\temp\"',
        COMMENT + ",another",
    )
    assert texts(tmp_path) == [r"C:\temp is plain", "It lies in C:\\temp\\", "another"]


def test_comments_of_some_years_are_not_quoted_at_all(tmp_path: Path) -> None:
    write(
        tmp_path / "Comments.csv",
        COMMENTS,
        COMMENT + ",The first line",
        "and, another, one",
        "",
        COMMENT + ',"Quoted, ""once""',
        '"',
        COMMENT.replace("2024-03-12 08:15:30", "") + ",without a date",
        "",
        COMMENT + ",plain",
    )
    assert texts(tmp_path) == [
        "The first line\nand, another, one",
        'Quoted, "once"',
        "without a date",
        "plain",
    ]


def test_comments_past_help_are_read_by_their_dates_and_links(tmp_path: Path) -> None:
    write(
        tmp_path / "Comments.csv",
        COMMENTS,
        COMMENT + r',"He said \"no\", twice"',
        COMMENT + ',"She said ""yes\\", once',
        COMMENT + ",plain",
    )
    assert texts(tmp_path) == ['He said "no", twice', 'She said "yes", once', "plain"]


def test_comments_with_an_id_of_their_own_and_without_a_date(tmp_path: Path) -> None:
    answer = f"commentUrn=urn%3Ali%3Acomment%3A%28activity%3A{ID}%2C{int(ID) + 1}%29"
    link = f"{LINK}?utm_source=x&{answer}&replyUrn=y"
    write(tmp_path / "Comments.csv", COMMENTS, f",{link},Hello")
    ((comment,), _) = read(tmp_path)
    assert comment.external_id == f"comment:{int(ID) + 1}"
    assert comment.thread_id == comment.parent_id == f"activity:{ID}"
    assert comment.posted_at.date().isoformat() == "2025-03-03"
    assert comment.url == f"{LINK}?{answer}"


def test_comments_without_an_id_are_known_by_place_time_and_words(tmp_path: Path) -> None:
    later = COMMENT.replace("08:15:30", "09:00:00")
    article = "2024-03-12 08:15:30,https://www.linkedin.com/feed/update/urn:li:article:123"
    rows = [f"{COMMENT},Same", f"{COMMENT},Same", f"{later},Same", f"{article},Same"]
    write(tmp_path / "Comments.csv", COMMENTS, *rows, f"{COMMENT},Other")
    posts = read(tmp_path)[0]
    assert len({post.external_id for post in posts}) == len(posts) == 4
    assert posts[2].thread_id == posts[2].external_id  # of the article nothing is known
    (tmp_path / "Comments.csv").rename(tmp_path / "Comments_17529409.csv")
    assert read(tmp_path)[0] == posts  # whatever the file is called


def test_a_comment_that_tells_no_time_is_as_old_as_its_post_at_most(tmp_path: Path) -> None:
    write(tmp_path / "Comments.csv", COMMENTS, f",{LINK},Hello")
    assert read(tmp_path)[0][0].posted_at.date().isoformat() == "2025-03-03"
