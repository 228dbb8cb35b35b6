"""Reddit: subreddits that are closed, what was taken away, sign-in."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from demo.faults import html, status
from demo.players.items import Item
from domain.errors import SourceError
from domain.types import PostState
from listeners import reddit
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


def listing(*nodes: dict[str, Any]) -> str:
    children = [{"kind": node.get("kind", "t3"), "data": node} for node in nodes]
    return json.dumps({"kind": "Listing", "data": {"after": None, "children": children}})


def node(**changes: Any) -> dict[str, Any]:
    known = {
        "name": "t3_xyz",
        "author": "ann",
        "subreddit": "crm",
        "created_utc": NOW.timestamp() - 600,
        "permalink": "/r/crm/comments/xyz/a/",
        "title": "A or B?",
        "selftext": "",
    }
    return {**known, **changes}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "needs `subreddits` or `search`"),
        ({"subreddits": ["a b"]}, "should match pattern"),
        ({"subreddits": ["crm+hidden"]}, "should match pattern"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        reddit.Options(name="r", **options)


def test_submissions_and_comments_of_all_subreddits_are_read(played: Played) -> None:
    elsewhere = THREAD.model_copy(update={"id": "t3_xyz", "community": "sales"})
    played.reddit.add(THREAD, COMMENT, elsewhere)
    posts = played.listener("reddit", subreddits=["r/crm", "sales", "crm"]).fetch(None).posts
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
    posts = played.listener("reddit", comments=False).fetch(None).posts
    assert [post.external_id for post in posts] == ["t3_abc"]


def test_a_search_finds_submissions_anywhere(played: Played) -> None:
    played.reddit.add(THREAD, COMMENT, THREAD.model_copy(update={"id": "t3_x", "title": "else"}))
    posts = played.listener("reddit", subreddits=[], search="A or").fetch(None).posts
    assert [post.external_id for post in posts] == ["t3_abc"]


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        ("missing", "does not exist"),
        ("private", "is private or closed to this app"),
        ("banned", "does not exist or is banned"),
    ],
)
def test_a_closed_subreddit_is_told_and_does_not_silence_the_others(
    closed: str, why: str, played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    getattr(played.reddit, closed).add("hidden")
    played.reddit.add(THREAD)
    listener = played.listener("reddit", subreddits=["hidden", "crm"])
    batch = listener.fetch(None)
    assert [post.external_id for post in batch.posts] == ["t3_abc"]
    assert f"r/hidden {why}" in caplog.text
    played.server.reset()
    listener.fetch(batch.cursor)
    assert len(played.server.seen("/reddit/r")) == 2  # it is not asked for again at once
    with pytest.raises(SourceError, match=why):
        played.listener("reddit", subreddits=["hidden"]).fetch(None)


def test_subreddits_that_are_all_closed_are_all_named(played: Played) -> None:
    played.reddit.private.add("one")
    played.reddit.missing.add("two")
    with pytest.raises(SourceError) as caught:
        played.listener("reddit", subreddits=["one", "two"]).fetch(None)
    assert "r/one is private" in str(caught.value)
    assert "r/two does not exist" in str(caught.value)
    assert str(caught.value).endswith("check `subreddits`")


def test_a_submission_that_a_moderator_lets_through_late_is_found(played: Played) -> None:
    listener = played.listener("reddit")
    played.reddit.add(THREAD)
    cursor = listener.fetch(None).cursor
    earlier = NOW - timedelta(hours=3)
    played.reddit.add(THREAD.model_copy(update={"id": "t3_late", "posted_at": earlier}))
    assert [post.external_id for post in listener.fetch(cursor).posts] == ["t3_late"]


@pytest.mark.parametrize(
    "changes",
    [
        {"author": None, "selftext": "[deleted]"},
        {"author": None, "selftext": "The account is gone, the text is not."},
        {"selftext": "[removed]"},
        {"removed_by_category": "moderator"},
    ],
)
def test_what_was_taken_away_is_not_kept(changes: dict[str, Any], played: Played) -> None:
    body = listing(node(**changes), node(name="t3_ok"))
    played.server.fail("/reddit/r/crm/new", status(200, body, content_type="application/json"))
    posts = played.listener("reddit").fetch(None).posts
    assert [post.external_id for post in posts] == ["t3_ok"]


def test_edited_and_locked_are_told(played: Played) -> None:
    body = listing(node(edited=1.7e9, locked=True, score=3, num_comments=2))
    played.server.fail("/reddit/r/crm/new", status(200, body, content_type="application/json"))
    (post,) = played.listener("reddit").fetch(None).posts
    assert post.state is PostState.EDITED
    assert post.metrics == {"score": 3, "replies": 2, "locked": 1}


def test_markdown_becomes_plain(played: Played) -> None:
    said = r"**Big** [site](https://a.example/x) snake\_case &amp; more&#x200B;"
    body = listing(node(selftext=said))
    played.server.fail("/reddit/r/crm/new", status(200, body, content_type="application/json"))
    (post,) = played.listener("reddit").fetch(None).posts
    assert post.text == "Big site snake_case & more"


def test_replies_to_replies_are_found_and_a_closed_thread_has_none(played: Played) -> None:
    below = COMMENT.model_copy(update={"id": "t1_ghi", "author": "cid", "parent_id": "t1_def"})
    played.reddit.add(THREAD, COMMENT, below)
    listener = played.listener("reddit", comments=False)
    assert isinstance(listener, reddit.RedditListener)
    (post,) = listener.fetch(None).posts
    found = {reply.external_id: reply.parent_id for reply in listener.replies(post)}
    assert found == {"t1_def": "t3_abc", "t1_ghi": "t1_def"}
    gone = post.model_copy(update={"external_id": "t3_nope", "thread_id": "t3_nope"})
    assert listener.replies(gone) == ()


@pytest.mark.parametrize("body", ["[]", "{}", '[1, {"data": {}}]', '[1, {"data": 7}]'])
def test_a_thread_in_another_shape_is_told(body: str, played: Played) -> None:
    played.reddit.add(THREAD)
    listener = played.listener("reddit")
    assert isinstance(listener, reddit.RedditListener)
    (post,) = listener.fetch(None).posts
    fault = status(200, body, content_type="application/json")
    played.server.fail("/reddit/comments", fault)
    with pytest.raises(SourceError, match="not a thread"):
        listener.replies(post)


def test_the_last_request_of_a_period_ends_the_looks_until_the_next(played: Played) -> None:
    headers = {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "100", "x-ratelimit-reset": "77"}
    fault = status(200, listing(), content_type="application/json", **headers)
    played.server.fail("/reddit/r/crm/new", fault)
    with pytest.raises(SourceError, match="used up its requests") as caught:
        played.listener("reddit").fetch(None)
    assert caught.value.retry_after == timedelta(seconds=77)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (status(401, "{}"), "check GOODWORD_REDDIT_CLIENT_ID and GOODWORD_REDDIT_CLIENT_SECRET"),
        (status(200, '{"error": "invalid_grant"}'), "check GOODWORD_REDDIT_CLIENT_ID"),
        (status(503), "HTTP 503"),
        (status(429, retry_after="60"), "too often"),
        (html(), "something that is not"),
        (status(200, "{}"), "something that is not"),
    ],
    ids=["401", "grant", "503", "429", "html", "empty"],
)
def test_a_sign_in_that_fails_says_what_to_do(fault: Any, words: str, played: Played) -> None:
    played.server.fail("/reddit/api/v1/access_token", fault)
    with pytest.raises(SourceError, match=words):
        played.listener("reddit").fetch(None)


def test_wrong_and_missing_credentials_name_their_secrets(played: Played) -> None:
    options = reddit.Options(name="r", subreddits=("crm",), api_url=f"{played.server.url}/reddit")
    wrong = dict.fromkeys(SECRETS, "wrong")
    with pytest.raises(SourceError, match="check GOODWORD_REDDIT_CLIENT_ID"):
        reddit.make(options, wrong, lambda: NOW).fetch(None)
    with pytest.raises(SourceError, match="set GOODWORD_REDDIT_CLIENT_ID, GOODWORD_REDDIT_CLIENT"):
        reddit.make(options, {}, lambda: NOW).fetch(None)
    assert played.server.seen("/reddit/r") == []


def test_the_sign_in_is_kept_between_looks(played: Played) -> None:
    listener = played.listener("reddit")
    for _ in range(2):  # each look may come from another thread
        with ThreadPoolExecutor(4) as pool:
            assert len({batch.cursor for batch in pool.map(listener.fetch, [None] * 4)}) == 1
    assert len(played.server.seen("/reddit/api/v1/access_token")) == 1
    assert "goodword" in played.server.seen("/reddit/r")[0].headers["user-agent"]
