"""X: edits, and what has become of posts that were heard."""

import json
from datetime import timedelta
from typing import Any

import pytest

from demo.faults import status
from domain.errors import SourceError
from domain.types import Post, PostState
from listeners.base import Rechecker, ThreadReader
from tests.listeners.played import NOW, Played

LATER = NOW + timedelta(minutes=5)


def heard(played: Played, *minutes_ago: float) -> list[Post]:
    """As many posts, oldest first."""
    played.add("x", *minutes_ago)
    return list(played.listener("x").fetch(None).posts)[::-1]


def checker(played: Played) -> Rechecker:
    listener = played.listener("x")
    assert isinstance(listener, Rechecker)
    return listener


# ------------------------------------------------------------------ edits, as they are heard


def test_an_edited_post_is_marked_and_tells_under_what_it_may_be_known(played: Played) -> None:
    (first,) = heard(played, 10)
    played.x.edit(first.external_id, "Once more", NOW)
    played.x.edit(first.external_id, "And again", LATER)
    batch = played.listener("x").fetch(None)
    (post,) = batch.posts
    assert (post.text, post.state) == ("And again", PostState.EDITED)
    assert post.external_id not in (first.external_id, "")
    earlier = batch.earlier[post.key]
    assert earlier[0] == first.key
    assert len(earlier) == 2


def test_of_two_versions_in_one_look_only_the_latest_is_told(played: Played) -> None:
    history = ["2028000000000000001", "2028000000000000002"]
    records = [{"id": i, "text": f"said {i}", "edit_history_post_ids": history} for i in history]
    body = json.dumps({"data": records, "meta": {}})
    played.server.fail("/x", status(200, body, content_type="application/json"))
    batch = played.listener("x").fetch(None)
    assert [post.external_id for post in batch.posts] == [history[1]]
    assert batch.earlier == {f"x::{history[1]}": (f"x::{history[0]}",)}


def test_an_old_version_by_itself_replaces_nothing(played: Played) -> None:
    history = ["2028000000000000002", "2028000000000000001"]
    record = {"id": history[1], "text": "a", "edit_history_tweet_ids": history}
    body = json.dumps({"data": [record]})
    played.server.fail("/x", status(200, body, content_type="application/json"))
    batch = played.listener("x").fetch(None)
    assert [post.state for post in batch.posts] == [PostState.LIVE]
    assert batch.earlier == {}


def test_replies_to_every_version_are_found_in_the_thread_of_the_first(played: Played) -> None:
    (first,) = heard(played, 10)
    played.x.reply(first.external_id, "bob", "Use one.", NOW)
    played.x.edit(first.external_id, "Once more", NOW)
    played.x.reply(first.external_id, "cid", "Use two.", LATER)
    (known,) = checker(played).recheck([first]).posts
    listener = checker(played)
    assert isinstance(listener, ThreadReader)
    replies = listener.replies(known)
    assert {reply.author for reply in replies} == {"bob", "cid"}
    assert {reply.thread_key for reply in replies} == {first.thread_key}


# ------------------------------------------------------------------ looking again


def test_posts_as_they_were_come_back_under_their_keys(played: Played) -> None:
    posts = heard(played, 10, 20)
    found = checker(played).recheck(posts)
    assert {post.key: post.text for post in found.posts} == {p.key: p.text for p in posts}
    assert found.gone == ()
    assert checker(played).forgets_within == timedelta(hours=24)


@pytest.mark.parametrize("how", ["deleted", "protected", "withheld", "suspended"])
def test_what_was_taken_away_is_gone(how: str, played: Played) -> None:
    kept, taken = heard(played, 20, 10)
    if how == "deleted":
        played.x.delete(taken.external_id)
    elif how == "withheld":
        played.x.dress(taken.external_id, withheld={"country_codes": ["XX"]})
    elif how == "protected":
        played.x.add(played.x.get(taken.external_id).model_copy(update={"author": "shy"}))  # type: ignore[union-attr]
        played.x.protected.add("shy")
    else:
        error = {"resource_id": taken.external_id, "detail": "User has been suspended: [7]."}
        record = {"id": kept.external_id, "text": kept.text}
        body = json.dumps({"data": [record], "errors": [error]})
        played.server.fail("/x", status(200, body, content_type="application/json"))
    found = checker(played).recheck([kept, taken])
    assert found.gone == (taken.key,)
    assert [post.key for post in found.posts] == [kept.key]


def test_a_page_of_errors_alone_is_an_answer(played: Played) -> None:
    (post,) = heard(played, 10)
    played.x.delete(post.external_id)
    assert checker(played).recheck([post]).gone == (post.key,)


def test_an_edited_post_comes_back_with_its_new_words_under_its_old_key(played: Played) -> None:
    (first,) = heard(played, 10)
    played.x.edit(first.external_id, "Once more", LATER)
    (post,) = checker(played).recheck([first]).posts
    assert (post.key, post.text, post.state) == (first.key, "Once more", PostState.EDITED)
    assert (post.posted_at, post.thread_id) == (first.posted_at, first.thread_id)
    newest = played.x.live()[0].id
    assert post.url == f"https://x.com/ann/status/{newest}"
    assert [p.text for p in checker(played).recheck([post]).posts] == ["Once more"]


def test_what_was_edited_and_then_deleted_is_gone(played: Played) -> None:
    (first,) = heard(played, 10)
    played.x.edit(first.external_id, "Once more", LATER)
    played.x.delete(first.external_id)
    assert checker(played).recheck([first]).gone == (first.key,)


def test_where_the_latest_version_cannot_be_seen_the_post_is_left_as_it_is(played: Played) -> None:
    edited, other = heard(played, 20, 10)
    played.x.edit(edited.external_id, "Once more", LATER)
    played.server.fail("/x", _good(played, edited, other))
    played.server.fail("/x", status(503))
    found = checker(played).recheck([edited, other])
    assert [post.key for post in found.posts] == [other.key]
    assert found.gone == ()


def _good(played: Played, edited: Post, other: Post) -> Any:
    history = [edited.external_id, played.x.live()[0].id]
    data = [
        {"id": edited.external_id, "text": "old", "edit_history_tweet_ids": history},
        {"id": other.external_id, "text": other.text},
    ]
    return status(200, json.dumps({"data": data}), content_type="application/json")


def test_a_hundred_are_asked_for_at_once(played: Played) -> None:
    posts = heard(played, *(n / 10 for n in range(1, 251)))
    played.server.reset()
    found = checker(played).recheck(posts)
    assert len(found.posts) == 250
    sizes = [len(seen.query["ids"].split(",")) for seen in played.server.seen("/x/2/tweets")]
    assert sizes == [100, 100, 50]


@pytest.mark.parametrize(
    "body",
    [
        '{"data": []}',
        '{"meta": {}}',
        '{"errors": [{"detail": "Service Unavailable", "type": "about:blank"}], "data": null}',
        '{"errors": [{"resource_id": "1", "parameter": "ids", "title": "Forbidden"}]}',
        '{"errors": [{"parameter": "author_id", "value": "%s", "title": "Not Found Error"}]}',
    ],
)
def test_no_answer_about_a_post_is_no_sign_that_it_is_gone(body: str, played: Played) -> None:
    (post,) = heard(played, 10)
    said = body.replace("%s", post.external_id)
    played.server.fail("/x", status(200, said, content_type="application/json"))
    found = checker(played).recheck([post])
    assert (found.posts, found.gone) == ((), ())


@pytest.mark.parametrize("code", [401, 402, 403, 404, 429, 503])
def test_an_outage_is_an_error_and_makes_nothing_gone(code: int, played: Played) -> None:
    (post,) = heard(played, 10)
    played.server.fail("/x", status(code, '{"title": "Not Found Error"}'))
    with pytest.raises(SourceError, match=f"HTTP {code}"):
        checker(played).recheck([post])


def test_what_was_seen_before_an_outage_counts(played: Played) -> None:
    posts = heard(played, *(n / 10 for n in range(1, 151)))
    listener = checker(played)
    played.server.fail("/x", _played_first(posts[:100]))
    played.server.fail("/x", status(503))
    assert len(listener.recheck(posts).posts) == 100


def _played_first(posts: list[Post]) -> Any:
    data = [{"id": post.external_id, "text": post.text} for post in posts]
    return status(200, json.dumps({"data": data}), content_type="application/json")
