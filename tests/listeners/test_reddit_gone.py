"""What a listing shows as taken away is told at once, and the cursor names nobody's post."""

from tests.listeners.played import Played


def test_what_is_removed_in_the_listing_is_told_as_gone(played: Played) -> None:
    kept, removed = played.add("reddit", 10, 20)
    listener = played.listener("reddit")
    first = listener.fetch(None)
    assert first.gone == ()
    played.reddit.dress(removed.id, removed_by_category="moderator")
    second = listener.fetch(first.cursor)
    assert second.posts == ()
    assert second.gone == (f"reddit::{removed.id}",)
    assert f"reddit::{kept.id}" not in second.gone


def test_what_was_never_heard_is_not_told_of(played: Played) -> None:
    (removed,) = played.add("reddit", 10)
    played.reddit.dress(removed.id, removed_by_category="moderator")
    assert played.listener("reddit").fetch(None).gone == ()


def test_no_id_stands_in_the_cursor(played: Played) -> None:
    (item,) = played.add("reddit", 10)
    cursor = played.listener("reddit").fetch(None).cursor
    assert cursor
    assert item.id not in cursor
