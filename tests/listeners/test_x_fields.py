"""What X says of a post, in all the ways in which it says it."""

import json
from datetime import datetime
from typing import Any

import pytest

from demo.faults import status
from domain.errors import SourceError
from domain.types import PostState
from listeners.base import Batch
from tests.listeners.played import NOW, Played

ONE, TWO, NINE = "2028000000000000001", "2028000000000000002", "2028000000000000009"


def page(*records: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"data": list(records), "meta": {"result_count": len(records)}, **more}


def answered(played: Played, body: dict[str, Any]) -> Batch:
    played.server.fail("/x", status(200, json.dumps(body), content_type="application/json"))
    return played.listener("x").fetch(None)


def test_the_whole_of_a_long_post_is_read_and_entities_are_resolved(played: Played) -> None:
    played.add("x", 5, text="A &amp; B &lt;3 " + "long " * 100)
    (post,) = played.listener("x").fetch(None).posts
    assert post.text.startswith("A & B <3 long")
    assert post.text.endswith("long")


def test_both_spellings_of_the_fields_are_read(played: Played) -> None:
    record = {
        "id": "2028000000000000002",
        "text": "short…",
        "note_post": {"text": "the whole"},
        "referenced_posts": [{"type": "replied_to", "id": "2028000000000000001"}],
        "conversation_id": "2028000000000000001",
    }
    (post,) = answered(played, page(record)).posts
    assert (post.text, post.parent_id) == ("the whole", "2028000000000000001")
    assert post.thread_id == "2028000000000000001"
    assert post.url == "https://x.com/i/status/2028000000000000002"


@pytest.mark.parametrize(
    ("code", "language"),
    [("en", "en"), ("iw", "he"), ("in", "id"), ("und", ""), ("qme", ""), ("zxx", ""), (None, "")],
)
def test_languages_are_told_in_iso_or_not_at_all(
    code: str | None, language: str, played: Played
) -> None:
    (post,) = answered(played, page({"id": "2028000000000000002", "text": "a", "lang": code})).posts
    assert post.language == language


def test_a_repost_is_left_out_and_a_broken_record_too(played: Played) -> None:
    repost = {
        "id": "2028000000000000003",
        "text": "RT @ann: hi",
        "referenced_tweets": [{"type": "retweeted", "id": "1"}],
    }
    good = {"id": "2028000000000000004", "text": "hi"}
    batch = answered(played, page(repost, {"id": "2028000000000000005"}, good))
    assert [post.external_id for post in batch.posts] == ["2028000000000000004"]


def test_a_page_of_nothing_but_broken_records_is_an_error(played: Played) -> None:
    with pytest.raises(SourceError, match="format may have changed"):
        answered(played, page({"id": "1"}, {"text": "a"}))


def test_partial_errors_do_not_hide_the_posts_beside_them(played: Played) -> None:
    errors = [{"detail": "User has been suspended", "title": "Forbidden"}]
    record = {"id": "2028000000000000004", "text": "hi", "author_id": "7"}
    (post,) = answered(played, page(record, errors=errors)).posts
    assert (post.author, post.author_id) == ("", "7")


@pytest.mark.parametrize(
    "body",
    [
        {"data": None, "meta": {"result_count": 0}},
        {"data": None},
        {"data": [], "meta": None},
        {"meta": {}},
        {"data": [None, 1, "a"], "meta": {"next_token": None}, "includes": [], "errors": {}},
        {"meta": {"result_count": 0}, "errors": [{"detail": "Nothing here"}]},
    ],
)
def test_a_page_without_posts_is_no_error(body: dict[str, Any], played: Played) -> None:
    assert answered(played, body).posts == ()


def test_a_single_post_is_as_good_as_a_list_of_one(played: Played) -> None:
    assert len(answered(played, {"data": {"id": TWO, "text": "hi"}}).posts) == 1


@pytest.mark.parametrize(
    "record",
    [
        {"created_at": "yesterday", "public_metrics": 7, "lang": 3, "conversation_id": None},
        {"referenced_tweets": "none", "note_tweet": "long", "edit_history_tweet_ids": 4},
        {"referenced_tweets": [None, {"type": "quoted"}, {"id": "5"}], "withheld": []},
        {"public_metrics": {"like_count": "many"}, "reply_settings": None, "author_id": None},
        {"withheld": {"country_codes": "DE"}, "note_tweet": {"text": None}},
        {"edit_history_post_ids": [None, "x", {}], "note_post": {"text": ""}},
    ],
)
def test_fields_of_another_type_are_done_without(record: dict[str, Any], played: Played) -> None:
    (post,) = answered(played, page({"id": TWO, "text": "hi", **record})).posts
    assert (post.text, post.thread_id, post.state) == ("hi", TWO, PostState.LIVE)
    assert post.posted_at == datetime.fromisoformat("2026-03-01T06:50:53.074Z")  # as its id tells


def test_a_wrong_charset_does_not_spoil_the_words(played: Played) -> None:
    body = json.dumps(page({"id": TWO, "text": "Crème"}), ensure_ascii=False)
    played.server.fail("/x", status(200, body, content_type="application/json; charset=latin-1"))
    (post,) = played.listener("x").fetch(None).posts
    assert post.text == "Crème"


@pytest.mark.parametrize(
    ("withheld", "told"),
    [
        ({"country_codes": ["DE", "FR"], "scope": "tweet"}, 1),
        ({"copyright": False, "country_codes": ["DE"]}, 1),
        ({"copyright": True, "country_codes": ["DE"]}, 1),
        ({"country_codes": ["XX"]}, 0),
        ({"copyright": True, "country_codes": ["xy"]}, 0),
        ({"copyright": True}, 0),
    ],
)
def test_what_is_withheld_everywhere_is_left_out(
    withheld: dict[str, Any], told: int, played: Played
) -> None:
    (item,) = played.add("x", 5)
    played.x.dress(item.id, withheld=withheld)
    assert len(played.listener("x").fetch(None).posts) == told


def test_an_author_of_whom_nothing_is_told_still_has_an_id(played: Played) -> None:
    played.add("x", 5, author="ann")
    played.add("x", 6, author="bob")
    played.x.suspended.add("bob")
    ann, bob = played.listener("x").fetch(None).posts
    assert (ann.author, bob.author) == ("ann", "")
    assert bob.author_id
    assert bob.url == f"https://x.com/i/status/{bob.external_id}"


@pytest.mark.parametrize("locked", [True, False])
def test_where_not_everyone_may_reply_the_post_is_locked(locked: bool, played: Played) -> None:
    played.add("x", 5, locked=locked)
    (post,) = played.listener("x").fetch(None).posts
    assert post.metrics.get("locked", 0) == locked


@pytest.mark.parametrize("renamed", [True, False])
def test_it_reads_what_is_called_tweets_and_what_is_called_posts(
    renamed: bool, played: Played
) -> None:
    played.x.renamed = renamed
    (opening,) = played.add("x", 50, text="long " * 100)
    played.x.reply(opening.id, "bob", "Which one?", NOW)
    posts = {post.author: post for post in played.listener("x").fetch(None).posts}
    assert posts["ann"].text == ("long " * 100).strip()
    assert posts["bob"].parent_id == posts["bob"].thread_id == opening.id


def test_a_quote_keeps_to_its_own_words(played: Played) -> None:
    quoted, quoting = played.add("x", 50, 5)
    played.x.dress(quoting.id, referenced_tweets=[{"type": "quoted", "id": quoted.id}])
    newest = played.listener("x").fetch(None).posts[0]
    assert (newest.text, newest.parent_id) == (quoting.text, "")
    assert newest.thread_id == newest.external_id


def test_a_repost_leads_to_the_whole_post_that_it_repeats_if_that_is_young(played: Played) -> None:
    young, old, one, two = played.add("x", 60, 8 * 24 * 60, 5, 4)
    for repost, original in ((one, young), (two, old)):
        played.x.dress(repost.id, referenced_tweets=[{"type": "retweeted", "id": original.id}])
    played.x.add(young.model_copy(update={"text": "whole " * 90}))
    posts = played.listener("x", since="30m").fetch(None).posts
    assert [post.external_id for post in posts] == [young.id]
    assert posts[0].text == ("whole " * 90).strip()


def test_a_reply_that_does_not_tell_its_thread_is_in_that_of_what_it_answers(
    played: Played,
) -> None:
    answers = [{"type": "replied_to", "id": TWO}]
    reply = {"id": NINE, "text": "this", "referenced_tweets": answers}
    parent = {"id": TWO, "text": "that", "conversation_id": ONE}
    (post,) = answered(played, page(reply, includes={"tweets": [parent]})).posts
    assert (post.thread_id, post.parent_id) == (ONE, TWO)
    (post,) = answered(played, page(reply)).posts
    assert (post.thread_id, post.parent_id) == (TWO, TWO)
