"""Reddit: which lists are read, and what of them is new."""

import json
from datetime import timedelta
from typing import Any

import pytest

from demo.faults import status
from demo.players.items import Item
from domain.errors import SourceError
from domain.types import Post, PostState
from listeners import reddit
from listeners.base import Given
from listeners.hosts import Hosts
from tests.listeners.played import NOW, SECRETS, Played

THREAD = Item(
    id="t3_abc",
    community="crm",
    author="ann",
    title="A or B?",
    text="Which?",
    posted_at=NOW - timedelta(minutes=30),
)
COMMENT = Item(
    id="t1_def",
    community="crm",
    author="bob",
    text="B, I think.",
    posted_at=NOW - timedelta(minutes=20),
    parent_id="t3_abc",
    thread_id="t3_abc",
)


def heard(played: Played, cursor: str | None = None, **options: Any) -> list[str]:
    return sorted(post.external_id for post in of(played, **options).fetch(cursor).posts)


def of(played: Played, **options: Any) -> reddit.RedditListener:
    listener = played.listener("reddit", **options)
    assert isinstance(listener, reddit.RedditListener)
    return listener


def the_post(played: Played) -> Post:
    """THREAD as it was heard."""
    played.reddit.add(THREAD)
    (post,) = of(played, comments=False).fetch(None).posts
    return post


def test_submissions_and_comments_of_all_subreddits_are_read(played: Played) -> None:
    elsewhere = THREAD.model_copy(update={"id": "t3_xyz", "community": "sales"})
    played.reddit.add(THREAD, COMMENT, elsewhere)
    posts = of(played, subreddits=["r/crm", "sales", "crm"]).fetch(None).posts
    assert {post.key for post in posts} == {
        "reddit::t3_abc",
        "reddit::t1_def",
        "reddit::t3_xyz",
    }
    comment = next(post for post in posts if post.external_id == "t1_def")
    assert (comment.thread_id, comment.parent_id, comment.title) == ("t3_abc", "t3_abc", "")
    assert comment.url == "https://www.reddit.com/r/crm/comments/abc/_/def/"
    assert comment.place_key == "reddit:r/crm"
    assert (comment.author, comment.author_id) == ("bob", "t2_bob")


def test_comments_can_be_left_out(played: Played) -> None:
    played.reddit.add(THREAD, COMMENT)
    assert heard(played, comments=False) == ["t3_abc"]


def test_a_profile_is_a_place_of_its_own(played: Played) -> None:
    played.reddit.add(THREAD.model_copy(update={"community": "u_Ann"}))
    (post,) = of(played, subreddits=["u/ann"]).fetch(None).posts
    assert post.community == "u/Ann"


def test_a_search_finds_submissions_anywhere(played: Played) -> None:
    played.reddit.add(THREAD, COMMENT, THREAD.model_copy(update={"id": "t3_x", "title": "else"}))
    assert heard(played, subreddits=[], search="A or") == ["t3_abc"]
    (asked,) = played.server.seen("/reddit/r/all/search")
    assert asked.query["sort"] == "new"


def test_the_names_of_the_catalogue_are_searched_for_in_as_many_searches_as_needed(
    played: Played,
) -> None:
    names = [f"Product number {n}" for n in range(40)]
    played.reddit.add(
        *(
            THREAD.model_copy(update={"id": f"t3_{n}", "text": f"{name} or what?"})
            for n, name in enumerate(names)
        )
    )
    options = reddit.Options(name="r", search="{catalogue}", api_url=f"{played.server.url}/reddit")
    listener = reddit.make(options, Given(SECRETS, lambda: NOW, Hosts(), terms=tuple(names)))
    assert len(listener.fetch(None).posts) == 40
    asked = [seen.query["q"] for seen in played.server.seen("/reddit/r/all/search")]
    assert len(asked) == 2
    assert max(map(len, asked)) <= 512


def test_what_a_list_has_brought_no_other_list_brings_again(played: Played) -> None:
    played.reddit.add(THREAD)
    cursor = of(played).fetch(None).cursor
    assert heard(played, cursor, search="which") == []
    late = THREAD.model_copy(update={"id": "t3_new", "posted_at": NOW - timedelta(minutes=5)})
    played.reddit.add(late)
    assert heard(played, cursor, search="which") == ["t3_new"]


def test_a_search_that_is_refused_says_which_setting_to_look_at(played: Played) -> None:
    for code, words in ((400, "did not understand.*check `search`"), (404, "check `search`")):
        played.server.fail("/reddit/r/all/search", status(code, "{}"))
        with pytest.raises(SourceError, match=words):
            of(played, subreddits=[], search="crm").fetch(None)


def test_a_submission_that_a_moderator_lets_through_late_is_found(played: Played) -> None:
    played.reddit.add(THREAD)
    cursor = of(played).fetch(None).cursor
    earlier = NOW - timedelta(hours=3)
    played.reddit.add(THREAD.model_copy(update={"id": "t3_late", "posted_at": earlier}))
    assert heard(played, cursor) == ["t3_late"]


def test_an_edited_post_is_heard_once_more_each_time_that_it_is_edited(played: Played) -> None:
    listener = of(played)
    played.reddit.add(THREAD, COMMENT)
    cursor = listener.fetch(None).cursor
    for minute, text in ((10, "Which, and why?"), (20, "B it is.")):
        played.reddit.edit("t3_abc", text, NOW + timedelta(minutes=minute))
        batch = listener.fetch(cursor)
        (post,) = batch.posts
        assert (post.text, post.state) == (text, PostState.EDITED)
        cursor = batch.cursor
        assert listener.fetch(cursor).posts == ()


def test_of_a_broken_record_the_others_do_not_suffer(played: Played) -> None:
    nodes = [{"title": "no id"}, {"name": "t3_a", "created_utc": None}, 7, None]
    good = {"name": "t3_ok", "author": "ann", "title": "A?", "created_utc": NOW.timestamp() - 60}
    children = [{"kind": "t3", "data": data} for data in [*nodes, good]]
    body = json.dumps({"data": {"children": [*children, 5, {}], "after": 3}})
    played.server.fail("/reddit/r/crm/new", status(200, body, content_type="application/json"))
    (post,) = of(played).fetch(None).posts
    assert (post.title, post.community) == ("A?", "")
