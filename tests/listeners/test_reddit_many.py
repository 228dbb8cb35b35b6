"""Many subreddits in few requests, and more posts than Reddit lists."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from demo.faults import status
from demo.players.items import Item
from listeners import reddit
from listeners.base import Batch, Given
from listeners.hosts import Hosts
from listeners.reddit_options import LONGEST_PATH, chunks
from tests.listeners.played import NOW, SECRETS, Played

NAMES = [f"sub{n}" for n in range(250)]


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def listener(played: Played, clock: Clock, **options: Any) -> reddit.RedditListener:
    known = {"name": "r", "comments": False, "api_url": f"{played.server.url}/reddit", **options}
    return reddit.make(reddit.Options(**known), Given(SECRETS, clock, Hosts()))


def post(name: str, number: int = 0, minutes_ago: float = 10) -> Item:
    return Item(
        id=f"t3_{name}{number}",
        community=name,
        author="ann",
        title=f"A or B in {name}?",
        posted_at=NOW - timedelta(minutes=minutes_ago),
    )


def look(
    played: Played, names: Sequence[str], cursor: str | None = None, **options: Any
) -> tuple[Batch, int]:
    """What a look brings, and how many listings it asked for."""
    before = len(played.server.seen("/reddit/r/"))
    batch = listener(played, Clock(), subreddits=names, **options).fetch(cursor)
    return batch, len(played.server.seen("/reddit/r/")) - before


def ids(batch: Batch) -> set[str]:
    return {found.external_id for found in batch.posts}


def test_names_are_put_together_as_far_as_a_path_may_be_long() -> None:
    long = tuple(f"a_rather_long_name_{n:04}" for n in range(200))
    for names in (tuple(NAMES), long, ("one",), ()):
        found = chunks(names)
        assert tuple(name for chunk in found for name in chunk) == names
        assert all(len(chunk) <= 100 and len("+".join(chunk)) <= LONGEST_PATH for chunk in found)
    assert [len(chunk) for chunk in chunks(NAMES)] == [100, 100, 50]


def test_a_request_reads_a_hundred_subreddits(played: Played) -> None:
    played.reddit.add(*(post(name) for name in NAMES))
    batch, requests = look(played, NAMES)
    assert len(batch.posts) == 250
    assert requests == 3
    assert batch.notices == ()


def test_when_the_list_changes_nothing_is_read_again_and_nothing_skipped(played: Played) -> None:
    """The new one is read back as far as `since`; the others go on, whichever request they are in
    now."""
    played.reddit.add(*(post(name) for name in NAMES))
    cursor = look(played, NAMES[:200])[0].cursor
    changed = ["late1", *NAMES[100:240], *NAMES[:50]]
    played.reddit.add(post("late1", minutes_ago=600), post("sub0", 1, 5), post("sub150", 1, 5))
    batch, _ = look(played, changed, cursor)
    new = {f"t3_{name}0" for name in ["late1", *NAMES[200:240]]}
    assert ids(batch) == new | {"t3_sub01", "t3_sub1501"}
    again, requests = look(played, changed, batch.cursor)
    assert (again.posts, requests) == ((), 2 + 1)  # one asks whether a silent one is well


def test_another_spelling_changes_nothing(played: Played) -> None:
    played.reddit.add(post("crm"))
    cursor = look(played, ["crm"])[0].cursor
    assert look(played, ["r/CRM"], cursor)[0].posts == ()


def test_a_list_like_all_is_read_though_its_posts_are_of_other_subreddits(played: Played) -> None:
    played.reddit.add(post("crm"))
    first, _ = look(played, ["all"])
    assert ids(first) == {"t3_crm0"}
    assert look(played, ["all"], first.cursor)[0].posts == ()


# ------------------------------------------------------------------ more than Reddit lists


def burst(many: int, began: float = 60.0) -> list[Item]:
    """So many posts, in the minutes from `began` minutes ago to a minute ago."""
    step = (began - 1) / many
    return [post("crm", n + 1000, began - n * step) for n in range(many)]


def test_more_than_a_listing_shows_is_told_with_the_time_and_a_remedy(played: Played) -> None:
    played.reddit.add(post("crm", 1, 120))
    first, _ = look(played, ["crm"])
    played.reddit.add(*burst(1200))
    batch, requests = look(played, ["crm"], first.cursor)
    assert (len(batch.posts), requests) == (1000, 10)
    (notice,) = batch.notices
    assert notice == (
        "submissions of r/crm: more came than Reddit lists, so some that were written between "
        "2026-03-02 10:00 UTC and 2026-03-02 11:09 UTC may be missing: set a shorter `every`, or "
        "name fewer `subreddits` in this source"
    )
    again, _ = look(played, ["crm"], batch.cursor)
    assert (again.posts, again.notices) == ((), ())


def test_of_comments_the_remedy_may_be_to_leave_them_out(played: Played) -> None:
    comment = post("crm", 1, 120).model_copy(update={"id": "t1_old", "thread_id": "t3_x"})
    played.reddit.add(comment)
    first, _ = look(played, ["crm"], comments=True)
    played.reddit.add(
        *(
            one.model_copy(update={"id": one.id.replace("t3_", "t1_"), "thread_id": "t3_x"})
            for one in burst(1100)
        )
    )
    (notice,) = look(played, ["crm"], first.cursor, comments=True)[0].notices
    assert notice.startswith("comments of r/crm: more came than Reddit lists")
    assert notice.endswith("or set `comments = false`")


def test_a_listing_that_just_reaches_what_was_known_is_no_gap(played: Played) -> None:
    played.reddit.add(post("crm", 1, 120))
    first, _ = look(played, ["crm"])
    played.reddit.add(*burst(998))
    batch, _ = look(played, ["crm"], first.cursor)
    assert (len(batch.posts), batch.notices) == (998, ())


def test_all_that_was_known_may_be_deleted_without_an_alarm_or_a_repeat(played: Played) -> None:
    known = [post("crm", n, 30 + n) for n in range(40)]
    played.reddit.add(*known)
    first, _ = look(played, ["crm"])
    for item in known:
        played.reddit.delete(item.id)
    played.reddit.add(post("crm", 99, 5))
    batch, _ = look(played, ["crm"], first.cursor)
    assert (ids(batch), batch.notices) == ({"t3_crm99"}, ())


def test_a_first_look_that_does_not_reach_back_to_since_says_so(played: Played) -> None:
    played.reddit.add(*burst(1200))
    batch, _ = look(played, ["crm"])
    assert len(batch.posts) == 1000
    (notice,) = batch.notices
    assert "Reddit lists no more than those since 2026-03-02 11:09 UTC" in notice
    assert "did not reach back to 2026-03-01 12:00 UTC" in notice


def test_a_search_shows_less_and_has_a_remedy_of_its_own(played: Played) -> None:
    played.reddit.add(post("crm", 1, 120))
    first, _ = look(played, [], search="A or B")
    played.reddit.longest = 250
    played.reddit.add(*burst(300))
    batch, _ = look(played, [], first.cursor, search="A or B")
    (notice,) = batch.notices
    assert notice.startswith("results of the search for 'A or B': more came than Reddit lists")
    assert notice.endswith("or make `search` narrower")


def test_pages_that_repeat_end_the_reading(played: Played) -> None:
    """Whatever answers in Reddit's stead may not know `after`."""
    body = (
        '{"data": {"after": "t3_crm0", "children": [{"kind": "t3", "data": {"name": "t3_crm0",'
        f'"author": "ann", "subreddit": "crm", "created_utc": {NOW.timestamp() - 9}, "title": "?"'
        "}}]}}"
    )
    played.server.fail("/reddit/r/", status(200, body, content_type="application/json"), times=None)
    batch, requests = look(played, ["crm"])
    assert (ids(batch), requests) == ({"t3_crm0"}, 2)


def test_now_and_then_it_looks_far_down_for_what_a_moderator_let_through_late(
    played: Played,
) -> None:
    clock = Clock()
    source = listener(played, clock, subreddits=["crm"])
    played.reddit.add(*burst(350, began=200))
    cursor = source.fetch(None).cursor
    played.reddit.add(post("crm", 1, 150))
    clock.now += timedelta(minutes=5)
    before = len(played.server.seen("/reddit/r/"))
    batch = source.fetch(cursor)
    assert (batch.posts, len(played.server.seen("/reddit/r/")) - before) == ((), 1)
    clock.now += timedelta(minutes=10)
    batch = source.fetch(batch.cursor)
    assert ids(batch) == {"t3_crm1"}
    assert source.fetch(batch.cursor).posts == ()


def test_one_old_post_out_of_its_order_does_not_end_the_reading(played: Played) -> None:
    played.reddit.add(post("crm", 1, 600))
    first, _ = look(played, ["crm"])
    old = post("crm", 2, 3000).model_copy(update={"id": "t3_old"})
    played.reddit.add(*burst(250), old)
    played.reddit.dress("t3_crm1249", created_utc=old.posted_at.timestamp())
    batch, _ = look(played, ["crm"], first.cursor)
    assert len(batch.posts) == 249
