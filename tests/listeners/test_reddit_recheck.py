"""Stored posts of Reddit, looked at again: there, edited, or gone."""

from datetime import timedelta
from typing import Any

import pytest

from demo.faults import html, status, too_many
from domain.errors import SourceError
from domain.types import PostState
from listeners.base import Rechecker
from tests.listeners.played import NOW, Played
from tests.listeners.test_reddit import THREAD, of, the_post


def test_posts_are_looked_at_again_a_hundred_at_a_time(played: Played) -> None:
    items = [THREAD.model_copy(update={"id": f"t3_{n:x}"}) for n in range(250)]
    played.reddit.add(*items)
    listener = of(played, comments=False)
    assert isinstance(listener, Rechecker)
    assert listener.forgets_within == timedelta(hours=48)
    posts = listener.fetch(None).posts
    played.server.reset()
    found = listener.recheck(posts)
    assert len(found.posts) == 250
    assert found.gone == ()
    assert len(played.server.seen("/reddit/api/info")) == 3


def test_what_was_deleted_removed_or_shut_away_is_gone_and_the_rest_is_as_it_is_now(
    played: Played,
) -> None:
    names = ("kept", "edited", "deleted", "removed", "unsaid", "nobody", "hidden", "locked")
    items = [THREAD.model_copy(update={"id": f"t3_{name}"}) for name in names]
    items[6] = items[6].model_copy(update={"community": "secret"})
    played.reddit.add(*items)
    listener = of(played, subreddits=["crm", "secret"], comments=False)
    posts = listener.fetch(None).posts
    assert len(posts) == len(names)
    played.reddit.edit("t3_edited", "Or C?", NOW)
    played.reddit.delete("t3_deleted")
    played.reddit.dress("t3_removed", removed_by_category="moderator", selftext="[removed]")
    played.reddit.dress("t3_unsaid", selftext="[deleted]", author="[deleted]")
    played.reddit.dress("t3_nobody", author=None)
    played.reddit.private.add("secret")
    played.reddit.dress("t3_locked", locked=True)
    found = listener.recheck(posts)
    assert {key.removeprefix("reddit::t3_") for key in found.gone} == {
        "deleted",
        "removed",
        "unsaid",
        "nobody",
        "hidden",
    }
    now = {post.external_id.removeprefix("t3_"): post for post in found.posts}
    assert now.keys() == {"kept", "edited", "locked"}
    assert (now["edited"].text, now["edited"].state) == ("Or C?", PostState.EDITED)
    assert now["kept"].state is PostState.LIVE
    assert now["locked"].metrics["locked"] == 1


def test_words_that_changed_count_as_edited_though_reddit_does_not_say_so(played: Played) -> None:
    post = the_post(played)
    played.reddit.dress(post.external_id, selftext="Quite another question")
    (now,) = of(played).recheck([post]).posts
    assert (now.key, now.text, now.state) == (post.key, "Quite another question", PostState.EDITED)


@pytest.mark.parametrize(
    "fault",
    [status(503), status(403, "{}"), html(), status(200, "{}"), too_many(retry_after=9)],
    ids=["503", "403", "html", "empty", "429"],
)
def test_what_cannot_be_looked_at_is_not_gone(fault: Any, played: Played) -> None:
    post = the_post(played)
    played.server.fail("/reddit/api/info", fault)
    with pytest.raises(SourceError):
        of(played).recheck([post])


def test_what_was_looked_at_before_a_failure_counts(played: Played) -> None:
    items = [THREAD.model_copy(update={"id": f"t3_{n:x}"}) for n in range(150)]
    played.reddit.add(*items)
    listener = of(played, comments=False)
    posts = listener.fetch(None).posts
    played.reddit.delete("t3_0")
    first, second = posts[:100], posts[100:]
    played.server.fail("/reddit/api/info", status(503))
    found = listener.recheck([*first, *second])
    told = {post.key for post in found.posts} | set(found.gone)
    assert told == {post.key for post in second}
    assert listener.recheck([]) == ((), ())


def test_a_record_that_cannot_be_read_again_is_neither_there_nor_gone(played: Played) -> None:
    post = the_post(played)
    played.reddit.dress(post.external_id, created_utc="soon")
    assert of(played).recheck([post]) == ((), ())
