"""What every listener does, whatever its platform does."""

from datetime import timedelta

import pytest

from demo.faults import Cut, Fault, Hang, Reset, broken_json, html, status, too_many
from domain.errors import SourceError
from listeners import KINDS
from listeners.base import Listener, ThreadReader
from tests.listeners.played import NOW, PLATFORMS, Played

pytestmark = pytest.mark.parametrize("kind", PLATFORMS)


def ids(listener: Listener, cursor: str | None = None) -> list[str]:
    return sorted(post.external_id for post in listener.fetch(cursor).posts)


def refused(played: Played, kind: str, fault: Fault) -> SourceError:
    """The error of a look that meets `fault`, after which the next look finds all well again."""
    played.add(kind, 5, 10)
    listener = played.listener(kind)
    played.server.fail(PLATFORMS[kind].path, fault)
    with pytest.raises(SourceError) as caught:
        listener.fetch(None)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{listener.name}: ")
    assert len(ids(listener)) == 2
    return caught.value


def test_posts_carry_what_was_said_by_whom_when_and_where(kind: str, played: Played) -> None:
    (item,) = played.add(kind, 5)
    (post,) = played.listener(kind).fetch(None).posts
    assert post.platform == played.listener(kind).platform == kind.replace("atom", "rss")
    assert post.text == item.text
    assert post.title == item.title
    assert post.author == "ann"
    assert post.posted_at == item.posted_at
    assert post.fetched_at == NOW
    assert post.external_id.endswith(item.id)
    assert post.thread_id == post.external_id
    assert post.parent_id == ""
    assert post.url == played.shelves[kind].link(item)


def test_an_empty_answer_is_no_error_and_the_first_post_after_it_is_found(
    kind: str, played: Played
) -> None:
    listener = played.listener(kind)
    empty = listener.fetch(None)
    assert empty.posts == ()
    played.add(kind, 5)
    assert len(ids(listener, empty.cursor)) == 1


def test_all_pages_are_read_once(kind: str, played: Played) -> None:
    many = PLATFORMS[kind].page + 30 if PLATFORMS[kind].page < 1000 else 100
    played.add(kind, *(n / 10 for n in range(1, many + 1)))
    found = ids(played.listener(kind))
    assert len(found) == len(set(found)) == many


def test_the_same_cursor_brings_the_same_posts_again(kind: str, played: Played) -> None:
    listener = played.listener(kind)
    played.add(kind, 30, 20)
    cursor = listener.fetch(None).cursor
    played.add(kind, 10, 5)
    assert ids(listener, cursor) == ids(listener, cursor)
    assert len(ids(listener, cursor)) == 2


def test_the_next_cursor_brings_only_what_is_newer(kind: str, played: Played) -> None:
    listener = played.listener(kind)
    played.add(kind, 30, 20)
    first = listener.fetch(None)
    (newer,) = played.add(kind, 10)
    second = listener.fetch(first.cursor)
    assert [post.posted_at for post in second.posts] == [newer.posted_at]
    assert listener.fetch(second.cursor).posts == ()


def test_another_process_goes_on_with_the_cursor(kind: str, played: Played) -> None:
    played.add(kind, 30, 20)
    cursor = played.listener(kind).fetch(None).cursor
    played.add(kind, 10)
    assert len(ids(played.listener(kind), cursor)) == 1


def test_a_cursor_of_another_age_counts_as_none(kind: str, played: Played) -> None:
    played.add(kind, 30, 20)
    assert len(ids(played.listener(kind), '{"what": ["is", "this"]}')) == 2


def test_a_post_that_is_deleted_hides_nothing_that_comes_after_it(
    kind: str, played: Played
) -> None:
    listener = played.listener(kind)
    newest, _ = played.add(kind, 20, 30)
    cursor = listener.fetch(None).cursor
    played.shelves[kind].delete(newest.id)
    played.add(kind, 10)
    assert len(ids(listener, cursor)) == 1


def test_the_first_look_reaches_back_as_far_as_since(kind: str, played: Played) -> None:
    played.add(kind, 5, 50, 70, 3000)
    listener = played.listener(kind, since="1h")
    first = listener.fetch(None)
    assert len(first.posts) == 2
    assert listener.fetch(first.cursor).posts == ()


def test_two_posts_of_one_second_are_both_found_though_one_came_late(
    kind: str, played: Played
) -> None:
    listener = played.listener(kind)
    (one,) = played.add(kind, 20)
    cursor = listener.fetch(None).cursor
    twin = one.id[:-1] + ("f" if one.id[-1] != "f" else "e")
    if kind in {"x", "hackernews"}:
        twin = str(int(one.id) + 1)
    played.shelves[kind].add(one.model_copy(update={"id": twin}))
    assert len(ids(listener, cursor)) == 1


def test_hostile_text_is_made_harmless(kind: str, played: Played) -> None:
    played.add(kind, 5, text="Is \u202eit\u202c safe?\x07\r\n<!channel> ok", author="@ann")
    (post,) = played.listener(kind).fetch(None).posts
    assert not set("\u202e\u202c\x07\r") & set(post.text)
    assert post.author == "ann"


def test_a_very_long_text_is_cut(kind: str, played: Played) -> None:
    played.add(kind, 5, text="word " * 20_000)
    (post,) = played.listener(kind).fetch(None).posts
    assert 39_000 < len(post.text) <= 40_000


def test_429_with_a_hint_waits_as_long_as_it_says(kind: str, played: Played) -> None:
    error = refused(played, kind, too_many(retry_after=90))
    assert error.retry_after == timedelta(seconds=90)
    assert "too often" in str(error)


def test_429_without_a_hint_is_an_error_like_others(kind: str, played: Played) -> None:
    expected = timedelta(minutes=15) if kind == "x" else None
    assert refused(played, kind, too_many()).retry_after == expected


def test_a_date_as_hint_is_understood(kind: str, played: Played) -> None:
    error = refused(played, kind, too_many(retry_after="Mon, 02 Mar 2026 12:05:00 GMT"))
    assert error.retry_after == timedelta(minutes=5)


@pytest.mark.parametrize("code", [500, 502, 503, 520])
def test_a_server_error_is_told(kind: str, code: int, played: Played) -> None:
    assert f"HTTP {code}" in str(refused(played, kind, status(code, "<h1>Oops</h1>")))


def test_503_with_a_hint_waits_as_long_as_it_says(kind: str, played: Played) -> None:
    error = refused(played, kind, status(503, retry_after="120"))
    assert error.retry_after == timedelta(minutes=2)


@pytest.mark.parametrize("fault", [Hang(), Reset(), Cut()], ids=["hang", "reset", "cut"])
def test_a_connection_that_fails_is_told(kind: str, fault: Fault, played: Played) -> None:
    assert "cannot be reached" in str(refused(played, kind, fault))


@pytest.mark.parametrize("fault", [html(), broken_json(), status(200)], ids=str)
def test_garbage_is_told(kind: str, fault: Fault, played: Played) -> None:
    said = str(refused(played, kind, fault))
    assert "something that is not" in said or "is not a feed" in said


@pytest.mark.parametrize("body", ["[]", "{}", "null", '"a"', '{"data": 1, "hits": 2}'])
def test_json_of_another_shape_is_told(kind: str, body: str, played: Played) -> None:
    fault = status(200, body, content_type="application/json")
    said = str(refused(played, kind, fault))
    assert "something that is not" in said or "is not a feed" in said


def test_a_port_where_nobody_listens_is_told(kind: str, played: Played) -> None:
    option = "url" if kind in {"rss", "atom"} else "api_url"
    listener = played.listener(kind, **{option: "http://127.0.0.1:9/nothing"})
    with pytest.raises(SourceError, match="cannot be reached"):
        listener.fetch(None)


def test_replies_in_a_thread_are_found(kind: str, played: Played) -> None:
    listener = played.listener(kind)
    if not isinstance(listener, ThreadReader):
        assert kind in {"rss", "atom"}
        return
    opening, _ = played.add(kind, 50, 40)
    (post,) = [p for p in listener.fetch(None).posts if p.posted_at == opening.posted_at]
    assert listener.replies(post) == ()
    url = played.shelves[kind].reply(opening.id, "Bo_b", "Use the other.", NOW)
    (reply,) = listener.replies(post)
    assert (reply.author, reply.text, reply.url) == ("Bo_b", "Use the other.", url)
    assert reply.thread_id == post.external_id
    assert reply.parent_id == post.external_id


def test_the_kind_is_registered_with_its_options(kind: str, played: Played) -> None:
    registered = KINDS[kind.replace("atom", "rss")]
    assert {"name", "every", "since", "api_url"} <= set(registered.options.model_fields)
