"""LinkedIn: whatever people write comes back whole, in each way that exports quote it."""

import csv
import io
import re

from hypothesis import assume, example, given
from hypothesis import strategies as st

from listeners.linkedin_csv import Broken
from listeners.linkedin_rows import Rows, Sort, rows_of
from listeners.linkedin_unpack import Part

LINK = "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7173200000000000"
AT = "2024-03-12 08:15:30"
SIGNS = st.sampled_from('"\\,;\n\t |é☕a1 ') | st.characters(exclude_categories=["Cs", "Cc"])
TEXTS = st.lists(st.text(SIGNS, max_size=40), min_size=1, max_size=5)


def of_csv(name: str, header: str, lines: list[str]) -> Rows:
    found = rows_of(Part(name, "\n".join([header, *lines]) + "\n"))
    assert found.broken == Broken()
    return found


def doubled(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def shares(cells: list[str]) -> list[str]:
    header = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility"
    rows = [f'{AT},{LINK}{n:03},{cell},"",,MEMBER_NETWORK' for n, cell in enumerate(cells)]
    found = of_csv("Shares.csv", header, rows)
    assert found.sort is Sort.SHARES
    return [row["sharecommentary"] for row in found.rows]


def comments(cells: list[str]) -> list[str]:
    rows = [f"{AT},{LINK}{n:03},{cell}" for n, cell in enumerate(cells)]
    found = of_csv("Comments.csv", "Date,Link,Message", rows)
    assert found.sort is Sort.COMMENTS
    return [row["message"] for row in found.rows]


@given(TEXTS)
@example(['says "no", twice\nthen "yes"', "\\", '"', ""])
def test_texts_whose_quotes_are_doubled(texts: list[str]) -> None:
    # A backslash before a quote is taken for an escape, a line within quotes for a wrapped one.
    assume('\\"' not in "|".join(map(doubled, texts)))
    assert comments(list(map(doubled, texts))) == texts
    assume(not any('"\n"' in text for text in texts))
    assert shares(list(map(doubled, texts))) == texts


@given(TEXTS)
@example(['He said "no", twice\nC:\\temp\\"', '"', "\\"])
def test_texts_whose_quotes_are_escaped_by_a_backslash(texts: list[str]) -> None:
    texts = ['A file must have "one" that tells how it is quoted', *texts]
    assert comments([escaped(text) for text in texts]) == texts


def escaped(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


@given(TEXTS)
@example(['Said "yes".\n\n"Then" no', "one\n"])
def test_texts_of_which_each_line_is_wrapped(texts: list[str]) -> None:
    """LinkedIn makes quote, newline, quote of a newline, then writes the cell as all do."""
    texts = ["A file must have\n\none line end\nor more\n"] * 9 + texts
    wrapped = [text.replace("\n", '"\n"') for text in texts]
    assume(not any(whole(text) for text in wrapped))
    assert shares(list(map(doubled, wrapped))) == texts


@given(TEXTS)
@example(['Said "yes".\n\n"Then" no', "one\n"])
def test_texts_of_which_each_line_is_wrapped_whole_and_its_quotes_doubled(texts: list[str]) -> None:
    texts = ["A file must have\n\none line end\nor more\n"] * 9 + texts
    wrapped = [
        "\n".join(map(doubled, text.split("\n"))) if "\n" in text else text for text in texts
    ]
    assert shares(list(map(doubled, wrapped))) == texts


def whole(text: str) -> bool:
    """Whether the text could as well have been wrapped in the other of the two ways: nobody can
    tell then. That needs quotes at both of its ends, or all of its quotes in pairs."""
    inner = text.replace('"\n"', "\n")
    runs = re.findall('"+', inner)
    ends = re.search(r'^".*"$', text, re.DOTALL) is not None
    return "\n" in text and (ends or (bool(runs) and all(len(run) % 2 == 0 for run in runs)))


@given(TEXTS, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
def test_texts_of_search_exports(texts: list[str], delimiter: str, ends: str) -> None:
    assume('\\"' not in "|".join(map(doubled, texts)))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ends)
    writer.writerow(["postUrl", "postContent", "author"])
    writer.writerows([f"{LINK}{n:03}", text, "Ann"] for n, text in enumerate(texts))
    found = rows_of(Part("search.csv", out.getvalue()))
    assert (found.sort, found.broken) == (Sort.SEARCH, Broken())
    assert [row["postcontent"] for row in found.rows] == texts


@given(st.text(st.sampled_from('"\\,;\n\r{}[]:a1\x00\u2028'), max_size=200))
def test_no_text_at_all_breaks_a_reader(said: str) -> None:
    for name, header in (
        ("Shares.csv", "Date,ShareLink,ShareCommentary"),
        ("Comments.csv", "Date,Link,Message"),
        ("a.csv", "url,text"),
        ("messages.csv", "CONVERSATION ID,DATE,CONTENT"),
    ):
        rows_of(Part(name, f"{header}\n{said}"), messages=True)
