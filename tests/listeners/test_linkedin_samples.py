"""LinkedIn: the columns of real exports, as somebody wrote them down beside the checkout."""

import re
from pathlib import Path

import pytest

from listeners.linkedin_rows import Sort, rows_of
from listeners.linkedin_unpack import Part
from tests.listeners.exports import LINK, texts, write

SEEN = Path(__file__).parents[3] / "shared" / "samples" / "linkedin" / "HEADERS.md"
SORTS = {"Shares": Sort.SHARES, "Comments": Sort.COMMENTS, "messages": Sort.MESSAGES}

pytestmark = pytest.mark.skipif(not SEEN.is_file(), reason="no captures beside the checkout")


def headers() -> list[tuple[str, str]]:
    """Names of files, and their columns."""
    if not SEEN.is_file():
        return []
    rows = re.findall(r"^\| (\w[\w ]*)\.csv[^|]*\| (.+?) \|", SEEN.read_text("utf-8"), re.MULTILINE)
    found = []
    for name, told in rows:
        longest = max(re.findall(r"`([^`]+)`", told), key=len)
        start = "CONVERSATION ID,CONVERSATION TITLE," if longest.startswith("...") else ""
        found.append((name, start + re.sub(r"[\[\].]", "", longest)))
    return found


@pytest.mark.parametrize(("name", "header"), headers())
def test_a_real_file_of_an_archive_is_known_by_its_name_or_its_columns(
    name: str, header: str
) -> None:
    expected = SORTS.get(name, Sort.NONE)
    assert rows_of(Part(f"{name}.csv", f"{header}\n"), messages=True).sort is expected
    if name == "messages":
        assert rows_of(Part(f"{name}.csv", f"{header}\n")).sort is Sort.NONE


def test_the_columns_of_a_real_search_tool_are_known(tmp_path: Path) -> None:
    [told] = re.findall(r"`(postUrl,[^`]+)`", SEEN.read_text("utf-8"))
    columns = re.sub(r"[\[\]]", "", told).split(",")
    row = {"postUrl": LINK, "postContent": "hi", "postDate": "1d"}
    write(tmp_path / "a.csv", ",".join(columns), ",".join(row.get(one, "") for one in columns))
    assert texts(tmp_path) == ["hi"]
