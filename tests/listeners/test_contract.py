"""What every listener does, whatever its platform does. Faults are in test_contract_faults.py."""

import pytest

from domain.errors import SourceError
from listeners import KINDS
from listeners.base import ThreadReader
from tests.listeners.contract_looks import ids
from tests.listeners.contract_table import contract
from tests.listeners.played import FEEDS, NOW, PLATFORMS, Played, kind_of

everywhere = pytest.mark.parametrize("kind", PLATFORMS)


@everywhere
def test_posts_carry_what_was_said_by_whom_when_and_where(kind: str, played: Played) -> None:
    (item,) = played.add(kind, 5)
    (post,) = played.listener(kind).fetch(None).posts
    assert post.platform == played.listener(kind).platform == kind_of(kind)
    assert post.text == item.text
    assert post.title == item.title
    assert post.author == "ann"
    assert post.posted_at == item.posted_at
    assert post.fetched_at == NOW
    assert post.external_id.endswith(item.id)
    assert post.thread_id == post.external_id
    assert post.parent_id == ""
    assert post.url == played.shelves[kind].link(item)


@contract("empty")
def test_an_empty_answer_is_no_error_and_the_first_post_after_it_is_found(
    kind: str, played: Played
) -> None:
    listener = played.listener(kind)
    empty = listener.fetch(None)
    assert empty.posts == ()
    played.add(kind, 5)
    assert len(ids(listener, empty.cursor)) == 1


@contract("pages")
def test_all_pages_are_read_once(kind: str, played: Played) -> None:
    many = PLATFORMS[kind].page + 30 if PLATFORMS[kind].page < 1000 else 100
    played.add(kind, *(n / 10 for n in range(1, many + 1)))
    found = ids(played.listener(kind))
    assert len(found) == len(set(found)) == many


@contract("replay")
def test_the_same_cursor_brings_the_same_posts_again(kind: str, played: Played) -> None:
    listener = played.listener(kind)
    played.add(kind, 30, 20)
    cursor = listener.fetch(None).cursor
    played.add(kind, 10, 5)
    assert ids(listener, cursor) == ids(listener, cursor)
    assert len(ids(listener, cursor)) == 2


@everywhere
def test_the_next_cursor_brings_only_what_is_newer(kind: str, played: Played) -> None:
    listener = played.listener(kind)
    played.add(kind, 30, 20)
    first = listener.fetch(None)
    (newer,) = played.add(kind, 10)
    second = listener.fetch(first.cursor)
    assert [post.posted_at for post in second.posts] == [newer.posted_at]
    assert listener.fetch(second.cursor).posts == ()


@everywhere
def test_another_process_goes_on_with_the_cursor(kind: str, played: Played) -> None:
    played.add(kind, 30, 20)
    cursor = played.listener(kind).fetch(None).cursor
    played.add(kind, 10)
    assert len(ids(played.listener(kind), cursor)) == 1


@contract("age")
def test_a_cursor_of_another_age_counts_as_none(kind: str, played: Played) -> None:
    played.add(kind, 30, 20)
    assert len(ids(played.listener(kind), '{"what": ["is", "this"]}')) == 2


@contract("gone")
def test_a_post_that_is_deleted_hides_nothing_that_comes_after_it(
    kind: str, played: Played
) -> None:
    listener = played.listener(kind)
    newest, _ = played.add(kind, 20, 30)
    cursor = listener.fetch(None).cursor
    played.shelves[kind].delete(newest.id)
    played.add(kind, 10)
    assert len(ids(listener, cursor)) == 1


@everywhere
def test_the_first_look_reaches_back_as_far_as_since(kind: str, played: Played) -> None:
    played.add(kind, 5, 50, 70, 3000)
    listener = played.listener(kind, since="1h")
    first = listener.fetch(None)
    assert len(first.posts) == 2
    assert listener.fetch(first.cursor).posts == ()


@everywhere
def test_two_posts_of_one_second_are_both_found_though_one_came_late(
    kind: str, played: Played
) -> None:
    listener = played.listener(kind)
    (one,) = played.add(kind, 20)
    cursor = listener.fetch(None).cursor
    twin = one.id[:-1] + ("f" if one.id[-1] != "f" else "e")
    if one.id.isdecimal():
        twin = str(int(one.id) + 1)
    played.shelves[kind].add(one.model_copy(update={"id": twin}))
    assert len(ids(listener, cursor)) == 1


@everywhere
def test_hostile_text_is_made_harmless(kind: str, played: Played) -> None:
    played.add(kind, 5, text="Is \u202eit\u202c safe?\x07\r\n<!channel> ok", author="@ann")
    (post,) = played.listener(kind).fetch(None).posts
    assert not set("\u202e\u202c\x07\r") & set(post.text)
    assert post.author == "ann"


@everywhere
def test_a_very_long_text_is_cut(kind: str, played: Played) -> None:
    played.add(kind, 5, text="word " * 20_000)
    (post,) = played.listener(kind).fetch(None).posts
    assert 39_000 < len(post.text) <= 40_000


@everywhere
def test_a_port_where_nobody_listens_is_told(kind: str, played: Played) -> None:
    option = "url" if kind in FEEDS else "api_url"
    listener = played.listener(kind, **{option: "http://127.0.0.1:9/nothing"})
    with pytest.raises(SourceError, match="cannot be reached"):
        listener.fetch(None)


@everywhere
def test_replies_in_a_thread_are_found(kind: str, played: Played) -> None:
    listener = played.listener(kind)
    if not isinstance(listener, ThreadReader):
        assert kind in FEEDS
        return
    opening, _ = played.add(kind, 50, 40)
    (post,) = [p for p in listener.fetch(None).posts if p.posted_at == opening.posted_at]
    assert listener.replies(post) == ()
    url = played.shelves[kind].reply(opening.id, "Bo_b", "Use the other.", NOW)
    (reply,) = listener.replies(post)
    assert (reply.author, reply.text, reply.url) == ("Bo_b", "Use the other.", url)
    assert reply.thread_id == post.external_id
    assert reply.parent_id == post.external_id


@everywhere
def test_the_kind_is_registered_with_its_options(kind: str, played: Played) -> None:
    registered = KINDS[kind_of(kind)]
    assert {"name", "every", "since", "api_url"} <= set(registered.options.model_fields)
