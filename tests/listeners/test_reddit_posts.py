"""What Reddit calls a link or a comment, made a post, in all the forms that Reddit sends."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.types import Post, PostState
from listeners.reddit_posts import build, stamp
from tests.listeners.played import NOW

LINK: Mapping[str, Any] = {
    "kind": "t3",
    "name": "t3_xyz",
    "author": "ann",
    "author_fullname": "t2_ann",
    "subreddit": "crm",
    "created_utc": NOW.timestamp() - 600,
    "permalink": "/r/crm/comments/xyz/a/",
    "title": "A or B?",
    "selftext": "",
}
COMMENT: Mapping[str, Any] = {
    "kind": "t1",
    "name": "t1_def",
    "author": "bob",
    "subreddit": "crm",
    "created_utc": NOW.timestamp() - 300,
    "permalink": "/r/crm/comments/xyz/a/def/",
    "body": "B, I think.",
    "link_id": "t3_xyz",
    "parent_id": "t3_xyz",
}
OTHERS = {"selftext": "Whatever another wrote.", "title": "Which one?", "author": "cid"}


def link(**changes: Any) -> Post:
    post = build({**LINK, **changes}, NOW)
    assert post is not None
    return post


def comment(**changes: Any) -> Post:
    post = build({**COMMENT, **changes}, NOW)
    assert post is not None
    return post


@pytest.mark.parametrize(
    "changes",
    [
        {"author": None, "selftext": "[deleted]"},
        {"author": "[deleted]", "selftext": "[deleted]"},
        {"author": None, "selftext": "The account is gone, the text is not."},
        {"author": "[deleted]", "selftext": "The account is gone, the text is not."},
        {"author": "[deleted]", "title": "[deleted by user]", "selftext": "[removed]"},
        {"selftext": "[removed]"},
        {"selftext": " [deleted] "},
        {"selftext": "[ Removed by Reddit ]"},
        {"selftext": "[ Removed by Reddit in response to a copyright notice. ]"},
        {"title": "[ Removed by Reddit ]"},
        {"title": "[deleted by user]"},
        *(
            {"removed_by_category": why}
            for why in ("moderator", "automod_filtered", "reddit", "deleted", "copyright_takedown")
        ),
        {"removed": True},
        {"spam": True},
        {"banned_by": "a_moderator"},
        {"promoted": True},  # an advert
    ],
    ids=str,
)
def test_what_was_taken_away_is_not_kept(changes: dict[str, Any]) -> None:
    assert build({**LINK, **changes}, NOW) is None


@pytest.mark.parametrize(
    "changes", [{"body": "[deleted]"}, {"body": "[removed]"}, {"author": None}, {"author": ""}]
)
def test_a_comment_that_was_taken_away_is_not_kept(changes: dict[str, Any]) -> None:
    assert build({**COMMENT, **changes}, NOW) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"removed_by_category": None},
        {"selftext": "[removed] is what it said, why?"},
        {"over_18": True},
        {"quarantine": True},
        {"is_robot_indexable": False},  # often removed, but a person may also wish it so
        {"removed": False, "spam": False, "banned_by": None, "promoted": False},
    ],
    ids=str,
)
def test_what_only_looks_like_it_is_kept(changes: dict[str, Any]) -> None:
    assert link(**changes).title == "A or B?"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"selftext": "Which?"}, "Which?"),
        ({"url": "https://a.example/x", "is_self": False}, ""),
        ({"selftext": "Mine.", "url": "https://a.example/x", "is_self": False}, "Mine."),
        ({"poll_data": {"options": [{"text": "A"}, {"text": " B & C "}]}}, "A\nB & C"),
        ({"selftext": "Which?", "poll_data": {"options": [{"text": "A"}]}}, "Which?\n\nA"),
        ({"poll_data": {"options": [{}, None, {"text": None}, {"text": "A"}]}}, "A"),
        ({"poll_data": {"options": None}}, ""),
        ({"poll_data": 7}, ""),
        (
            {
                "is_gallery": True,
                "gallery_data": {
                    "items": [{"caption": "Our old one"}, {"media_id": "x"}, {"caption": None}]
                },
            },
            "Our old one",
        ),
        ({"gallery_data": {"items": {}}}, ""),
        ({"crosspost_parent": "t3_a", "crosspost_parent_list": [OTHERS]}, ""),
        ({"crosspost_parent": "t3_a", "crosspost_parent_list": [OTHERS], **OTHERS}, ""),
        ({"crosspost_parent_list": [OTHERS], "selftext": "My own."}, "My own."),
        ({"crosspost_parent": "t3_a", "crosspost_parent_list": []}, ""),
        ({"crosspost_parent": "t3_a", "crosspost_parent_list": None}, ""),
        ({"crosspost_parent": "t3_a", "crosspost_parent_list": [None, {}]}, ""),
        (
            {
                "crosspost_parent_list": [{"poll_data": {"options": [{"text": "A"}]}}],
                "poll_data": {"options": [{"text": "A"}]},
            },
            "",
        ),
        ({"selftext": None}, ""),
        ({"selftext": ["a"]}, ""),
    ],
    ids=str,
)
def test_the_text_is_what_the_author_wrote(fields: dict[str, Any], text: str) -> None:
    assert link(**fields).text == text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            r"**Big** [site](https://a.example/x) snake\_case &amp; more&#x200B;",
            "Big site snake_case & more",
        ),
        ('See ![img](k3x9 "our board") here', "See our board here"),
        ("Look ![gif](giphy|abc123)", "Look"),
        ("It is >!hidden!< here", "It is hidden here"),
        ("> quoted\n\nmine", "> quoted\n\nmine"),
    ],
)
def test_markdown_becomes_plain(said: str, text: str) -> None:
    assert link(selftext=said).text == text
    assert comment(body=said).text == text


def test_a_title_has_its_entities_undone() -> None:
    assert link(title="R&amp;D: A &gt; B?").title == "R&D: A > B?"


@pytest.mark.parametrize(
    ("fields", "community", "url"),
    [
        ({}, "r/crm", "https://www.reddit.com/r/crm/comments/xyz/a/"),
        ({"subreddit": "u_Ann-K"}, "u/Ann-K", "https://www.reddit.com/r/crm/comments/xyz/a/"),
        (
            {"subreddit": None, "subreddit_name_prefixed": "u/ann"},
            "u/ann",
            "https://www.reddit.com/r/crm/comments/xyz/a/",
        ),
        ({"subreddit": None}, "r/crm", "https://www.reddit.com/r/crm/comments/xyz/a/"),
        ({"permalink": None}, "r/crm", "https://www.reddit.com/r/crm/comments/xyz/"),
        (
            {"permalink": None, "subreddit": None},
            "",
            "https://www.reddit.com/comments/xyz/",
        ),
        ({"permalink": "https://old.reddit.com/x"}, "r/crm", "https://old.reddit.com/x"),
    ],
    ids=str,
)
def test_where_it_stands(fields: dict[str, Any], community: str, url: str) -> None:
    post = link(**fields)
    assert (post.community, post.url) == (community, url)


@pytest.mark.parametrize(
    ("fields", "thread"),
    [
        ({}, "t3_xyz"),
        ({"link_id": None}, "t3_xyz"),
        ({"link_id": None, "permalink": None}, "t3_xyz"),
        ({"link_id": None, "permalink": None, "parent_id": "t1_a"}, ""),
    ],
)
def test_the_thread_of_a_comment(fields: dict[str, Any], thread: str) -> None:
    assert comment(**fields).thread_id == thread


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"edited": False}, PostState.LIVE),
        ({"edited": None}, PostState.LIVE),
        ({"edited": 1.7e9}, PostState.EDITED),
        ({"edited": "1700000000"}, PostState.EDITED),
        ({"edited": True}, PostState.EDITED),  # so Reddit said long ago
    ],
)
def test_whether_it_was_edited(fields: dict[str, Any], state: PostState) -> None:
    assert link(**fields).state is comment(**fields).state is state


@pytest.mark.parametrize(
    ("fields", "metrics"),
    [
        ({}, {"score": 0}),
        ({"score": 3, "num_comments": 2}, {"score": 3, "replies": 2}),
        ({"score": None, "locked": True}, {"score": 0, "locked": 1}),
        ({"archived": True}, {"score": 0, "locked": 1}),
        ({"locked": False, "archived": False}, {"score": 0}),
    ],
)
def test_numbers_and_whether_anybody_may_answer(
    fields: dict[str, Any], metrics: dict[str, int]
) -> None:
    assert link(**fields).metrics == metrics


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, ("t3_xyz", NOW.timestamp() - 600)),
        ({"name": None, "id": "xyz"}, ("t3_xyz", NOW.timestamp() - 600)),
        ({"name": None}, ("", NOW.timestamp() - 600)),
        ({"created_utc": None, "created": 1.7e9}, ("t3_xyz", 1.7e9)),
        ({"created_utc": "1700000000.0"}, ("t3_xyz", 1.7e9)),
        ({"created_utc": "soon"}, ("t3_xyz", 0.0)),
        ({"created_utc": [], "name": 7}, ("", 0.0)),
    ],
)
def test_id_and_time_of_a_record(fields: dict[str, Any], told: tuple[str, float]) -> None:
    assert stamp({**LINK, **fields}) == told


@pytest.mark.parametrize("missing", sorted(LINK.keys() - {"name", "created_utc"}))
def test_any_other_field_may_be_missing(missing: str) -> None:
    build({name: value for name, value in LINK.items() if name != missing}, NOW)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = [*LINK, *COMMENT, "edited", "poll_data", "gallery_data", "crosspost_parent_list", "score"]


@given(st.dictionaries(st.sampled_from(FIELDS), anything))
def test_a_record_of_whatever_shape_is_read_or_told_of(changes: dict[str, Any]) -> None:
    for node in (LINK, COMMENT):
        try:
            build({**node, **changes}, NOW)
        except ValueError:  # no id, or no time
            continue


def test_a_subreddit_or_an_account_is_no_post() -> None:
    node = {"kind": "t5", "name": "t5_2qk00", "created_utc": 1.2e9, "title": "News"}
    assert build({**node, "author": "ann"}, NOW) is None
