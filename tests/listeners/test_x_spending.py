"""X bills every post that it sends: what is counted, and what a cap does."""

from datetime import timedelta

import pytest

from domain.errors import PausedError
from listeners import x
from listeners.base import Metered
from tests.listeners.played import Played

MANY = [n / 10 for n in range(1, 251)]


def capped(played: Played, **options: object) -> x.XListener:
    listener = played.listener("x", **options)
    assert isinstance(listener, x.XListener)
    assert isinstance(listener, Metered)
    return listener


def sizes(played: Played) -> list[str]:
    return [seen.query["max_results"] for seen in played.server.seen("/x/2/tweets/search")]


def test_every_post_that_x_sends_is_counted_once_a_day(played: Played) -> None:
    played.add("x", *MANY)
    listener = capped(played)
    posts = listener.fetch(None).posts
    assert listener.meter.drain() == 250
    listener.fetch(None)
    listener.recheck(posts)
    assert listener.meter.drain() == 0
    another = capped(played)
    another.recheck(posts)
    assert another.meter.drain() == 250


def test_replies_and_posts_that_others_refer_to_are_counted_too(played: Played) -> None:
    (opening,) = played.add("x", 3000)
    reply = played.x.reply(opening.id, "bob", "This.", opening.posted_at + timedelta(days=2))
    listener = capped(played)
    (post,) = listener.fetch(None).posts
    assert post.url == reply
    assert listener.meter.drain() == 2
    listener.replies(post)
    assert listener.meter.drain() == 0


def test_a_cap_breaks_a_look_off_and_the_rest_comes_when_there_is_room_again(
    played: Played,
) -> None:
    items = played.add("x", *MANY)
    listener = capped(played, posts_per_day=130)
    first = listener.fetch(None)
    assert len(first.posts) == 130
    assert sizes(played) == ["100", "30"]
    assert "the cap of 130 posts a day is reached" in str(first.failed)
    assert first.again_in == timedelta(hours=12)
    assert (listener.meter.left, listener.meter.drain()) == (0, 130)
    with pytest.raises(PausedError) as caught:
        listener.fetch(first.cursor)
    assert caught.value.retry_after == timedelta(hours=12)
    tomorrow = capped(played, posts_per_day=130)
    second = tomorrow.fetch(first.cursor)
    told = [post.external_id for post in [*first.posts, *second.posts]]
    assert sorted(told) == sorted(item.id for item in items)
    assert second.failed is None


@pytest.mark.parametrize("left", [0, 9])
def test_less_room_than_a_page_takes_is_none(left: int, played: Played) -> None:
    played.add("x", *MANY)
    listener = capped(played, posts_per_month=1000)
    listener.meter.told(today=0, month=1000 - left)
    posts = capped(played).fetch(None).posts
    for ask in (lambda: listener.fetch(None), lambda: listener.replies(posts[0])):
        with pytest.raises(PausedError, match="posts a month is reached"):
            ask()
    assert listener.meter.drain() == 0
    assert len(listener.recheck(posts).posts) == len(posts)  # what was deleted must be noticed
    assert listener.meter.drain() == len(posts)


def test_under_a_cap_no_posts_are_asked_for_beside_those_that_are_sought(played: Played) -> None:
    capped(played).fetch(None)
    capped(played, posts_per_day=100).fetch(None)
    free, under = (seen.query["expansions"] for seen in played.server.seen("/x"))
    assert (free, under) == ("author_id,referenced_tweets.id", "author_id")


def test_no_look_goes_beyond_the_cap_whatever_its_size(played: Played) -> None:
    played.add("x", *MANY)
    for cap in (10, 15, 95, 100, 109, 110, 200, 249):
        listener = capped(played, posts_per_day=cap)
        listener.fetch(None)
        assert cap - 10 < listener.meter.drain() <= cap


def test_failed_requests_are_not_billed(played: Played) -> None:
    listener = capped(played, api_url=f"{played.server.url}/nothing")
    with pytest.raises(Exception, match="404"):
        listener.fetch(None)
    assert listener.meter.drain() == 0
