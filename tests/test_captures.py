"""Every real capture is read, and every record in it accounted for. They lie beside the checkout;
without them this is skipped."""

from collections.abc import Mapping

import pytest

from tests.captures.__main__ import accounts, show
from tests.captures.account import Account
from tests.listeners.test_samples import SAMPLES

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no captures beside the checkout")

LEAST = {"reddit": 850, "x": 130, "feeds": 830, "forums/discourse": 370, "forums/hn_algolia": 20}
NO_POSTS = {"feeds/hostile", "forums/bluesky"}


@pytest.fixture(scope="module")
def found() -> Mapping[str, Account]:
    return {one.folder: one for one in accounts()}


def test_every_record_is_a_post_or_is_left_out_for_a_reason(found: Mapping[str, Account]) -> None:
    for one in found.values():
        assert one.wrong == []
        assert one.records == len(one.posts) + sum(one.left.values())
        assert "" not in one.left


def test_every_file_is_read(found: Mapping[str, Account]) -> None:
    for folder, one in found.items():
        inside = SAMPLES / folder
        files = inside.glob("*") if folder == "feeds" else inside.rglob("*.*")
        names = {path.name for path in files if path.is_file()}
        assert set(map(_plain, one.files)) == set(map(_plain, names))


def _plain(name: str) -> str:
    return name.removeprefix("prawcore.").removesuffix(".json")


def test_folders_bring_the_posts_that_they_hold(found: Mapping[str, Account]) -> None:
    posts = {folder: len(one.posts) for folder, one in found.items()}
    assert {folder for folder, number in posts.items() if not number} == NO_POSTS
    assert all(posts[folder] >= least for folder, least in LEAST.items())


def test_each_hostile_feed_is_refused_in_words(found: Mapping[str, Account]) -> None:
    one = found["feeds/hostile"]
    assert len(one.notes) == one.records == len(one.files)
    assert all("refused: ADDRESS " in note for note in one.notes)


def test_what_people_wrote_is_read_of_linkedin_s_exports_and_nothing_else(
    found: Mapping[str, Account],
) -> None:
    notes = found["linkedin"].notes
    read = ("Shares", "Comments", "Phantombuster", "an Apify", "a browser", "filenames")
    for note in notes:
        asked = note.startswith(read) or ", asked for" in note
        assert note.endswith("read") == (asked and ".html" not in note)


def test_the_table_tells_of_each_folder_and_reason(found: Mapping[str, Account]) -> None:
    lines: list[str] = []
    show(found.values(), lines.append)
    for one in found.values():
        assert any(line.startswith(f"{one.folder} ") for line in lines)
        assert all(any(reason in line for line in lines) for reason in one.left)
