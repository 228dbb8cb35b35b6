"""Letting go of posts, on SQLite and on PostgreSQL."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.types import (
    Event,
    MessageState,
    OpportunityState,
    Post,
    PostState,
    Source,
    stand_in,
)
from storage.store import Left, Read, Store
from tests.letting_go import forget, left_of
from tests.make import DAY, HOUR, NOW, ask, assessment, message, opportunity, post

S = Source(name="trades")


def hear(store: Store, *posts: Post) -> None:
    store.save_source(S, posts)


def judge(store: Store, *posts: Post, worth: tuple[Post, ...] = (), **given: object) -> None:
    store.save_assessments(
        [assessment(p) for p in posts],
        NOW,
        opportunities=[opportunity(p) for p in worth],
        **given,  # type: ignore[arg-type]
    )


def test_an_edited_post_says_what_it_says_now_and_is_judged_anew(store: Store) -> None:
    hear(store, post(1), post(2))
    judge(store, post(1), post(2), worth=(post(1),))
    edited = post(1, text="Never mind, sorted.", state=PostState.EDITED)
    assert store.save_source(S, [edited]) == 0
    assert store.posts_to_assess(10) == [
        edited.model_copy(update={"fetched_at": post(1).fetched_at})
    ]
    judge(store, edited)
    assert store.posts_to_assess(10) == []
    item = store.item(post(1).key)
    assert item
    assert item.post.text == "Never mind, sorted."


def test_an_edited_post_that_says_the_same_is_left_alone(store: Store) -> None:
    hear(store, post(1))
    judge(store, post(1))
    hear(store, post(1, state=PostState.EDITED, metrics={"replies": 4}))
    assert store.posts_to_assess(10) == []
    kept = store.post(post(1).key)
    assert kept
    assert (kept.state, kept.metrics) == (PostState.LIVE, {"replies": 4})


def test_a_later_version_under_another_id_is_the_same_post(store: Store) -> None:
    first, later = post(1), post(2, text="Edited.", state=PostState.EDITED)
    hear(store, first)
    read = Read(S, [later], earlier={later.key: (first.key,)})
    assert store.save_reads([read, read]) == [0, 0]
    kept = store.post(first.key)
    assert kept
    assert (kept.text, kept.url) == ("Edited.", later.url)
    assert store.post(later.key) is None


def test_a_later_version_of_what_was_never_heard_is_new(store: Store) -> None:
    later = post(2, state=PostState.EDITED)
    assert store.save_reads([Read(S, [later], earlier={later.key: (post(1).key,)})]) == [1]


def test_what_is_billed_is_counted_by_day_and_month(store: Store) -> None:
    store.save_reads([Read(S, spent=70, on=date(2026, 3, 9))])
    store.save_reads([Read(S, spent=20, on=date(2026, 3, 10))])
    store.spend("trades", 3, date(2026, 3, 10))
    store.spend("other", 500, date(2026, 3, 10))
    store.spend("trades", 900, date(2026, 2, 28))
    assert store.spent("trades", date(2026, 3, 10)) == (23, 93)
    assert store.spent("trades", date(2026, 3, 11)) == (0, 93)


def test_a_post_that_repeats_another_is_one_more_place(store: Store) -> None:
    hear(store, post(1), post(2), post(3))
    judge(store, post(1), worth=(post(1),), repeats={post(2).key: post(1).key})
    assert store.repeats(post(1).key) == [post(2)]
    assert store.posts_to_assess(10) == [post(3)]
    assert store.latest_words(10) == [(post(1).key, post(1).reading, post(1).author_key)]


def test_when_the_first_is_forgotten_the_next_stands_in_its_place(store: Store) -> None:
    hear(store, post(1), post(2), post(3))
    same = {post(2).key: post(1).key, post(3).key: post(1).key}
    judge(store, post(1), repeats=same)
    assert store.forget(post(1).key, Left(), NOW)
    assert store.posts_to_assess(10) == [post(2)]
    assert store.repeats(post(2).key) == [post(3)]


def test_a_forgotten_post_is_not_heard_again(store: Store) -> None:
    hear(store, post(1))
    assert store.forget(post(1).key, Left(), NOW)
    assert store.save_source(S, [post(1), post(2)]) == 1
    assert store.post(post(1).key) is None
    store.drop_old_marks(NOW)
    assert store.save_source(S, [post(1)]) == 1


def test_what_people_worked_on_stays_under_another_name(store: Store) -> None:
    heard = post(1)
    hear(store, heard)
    judge(store, heard, worth=(heard,), messages=[message(heard.key, channel="slack")])
    asked = ask(heard)
    told = Event(at=NOW, actor="route", action="drafted", subject=asked.key, detail="a firm of 12")
    store.add_ask(asked, messages=[message(asked.key, recipient="anna")], events=[told])
    assert forget(store, heard.key)
    for found in (store.item(heard.key), store.item(stand_in(heard.key))):
        assert found
        assert found.post.state is PostState.GONE
        assert found.opportunity.state is OpportunityState.CLOSED
    kept = store.ask(asked.key)
    assert kept
    assert kept.occasion == stand_in(heard.key)
    assert [m.state for m in store.messages()] == [MessageState.SUPPRESSED] * 2
    [event] = store.events(kept.key)
    assert (event.action, event.detail) == ("drafted", "")
    assert store.posts_to_recheck("", NOW + DAY, 10, NOW + DAY) == []


def test_a_decision_made_meanwhile_is_not_lost(store: Store) -> None:
    heard = post(1)
    hear(store, heard)
    judge(store, heard, worth=(heard,))
    left = left_of(store, heard.key)
    old = store.opportunity(heard.key)
    assert old
    store.swap((old, old.revised(claimed_by="kim")))
    assert not store.forget(heard.key, left, NOW)
    assert store.post(heard.key) == heard
    assert forget(store, heard.key)


def test_an_ask_made_meanwhile_is_not_left_behind(store: Store) -> None:
    heard = post(1)
    hear(store, heard)
    judge(store, heard, worth=(heard,))
    left = left_of(store, heard.key)
    store.add_ask(ask(heard))
    assert not store.forget(heard.key, left, NOW)
    store.erase_advocate("anna")
    store.queue([message(heard.key)])
    assert not store.forget(heard.key, left, NOW)


def test_a_post_whose_id_begins_like_another_takes_nothing_of_it_along(store: Store) -> None:
    hear(store, post(1), post(12))
    judge(store, post(1), post(12), worth=(post(1), post(12)))
    told = Event(at=NOW, actor="kim", action="claimed", subject=post(12).key)
    store.queue([message(post(12).key)], [told])
    assert forget(store, post(1).key)
    assert store.events(post(12).key) == [told]
    assert [m.about for m in store.messages()] == [post(12).key]
    assert store.item(post(12).key)


def test_what_nothing_came_of_is_forgotten_when_its_time_is_over(store: Store) -> None:
    old, new = NOW - 8 * DAY, NOW - DAY
    posts = [post(n, fetched_at=old) for n in (1, 2, 3)] + [post(4, fetched_at=new)]
    hear(store, *posts)
    judge(store, *posts[:2], posts[3], worth=(posts[0],), repeats={posts[2].key: posts[0].key})
    assert store.forget_unmatched(NOW - 7 * DAY, NOW, limit=1) == [post(2).key]
    assert store.forget_unmatched(NOW - 7 * DAY, NOW) == []
    assert set(store.heads({p.key for p in posts})) == {post(1).key, post(3).key, post(4).key}
    assert store.assessment(post(2).key) is None


def test_one_source_may_be_let_go_sooner(store: Store) -> None:
    hear(store, post(1))
    store.save_source(Source(name="paid"), [post(2)])
    assert store.forget_unmatched(NOW, NOW, source="paid") == [post(2).key]
    assert store.heard_by([post(1).key, post(2).key]) == {post(1).key: "trades"}


def test_settled_ones_are_found_when_their_time_is_over(store: Store) -> None:
    hear(store, post(1), post(2), post(3), post(4))
    judge(
        store,
        post(1),
        post(2),
        post(3),
        worth=(post(1), post(2)),
        repeats={post(4).key: post(1).key},
    )
    old = store.opportunity(post(1).key)
    assert old
    store.swap((old, old.revised(state=OpportunityState.CLOSED)))
    assert store.settled_posts(NOW) == [post(1).key, post(4).key]
    assert store.settled_posts(NOW - 2 * HOUR) == []


def test_posts_are_rechecked_the_longest_unseen_first(store: Store) -> None:
    hear(store, post(1))
    hear(store, post(2, fetched_at=NOW - 2 * HOUR))
    assert store.posts_to_recheck("trades", NOW - 3 * HOUR, 10, NOW) == []
    due = store.posts_to_recheck("trades", NOW, 10, NOW)
    assert [p.key for p in due] == [post(2).key, post(1).key]
    edited = post(2, text="Other words.", state=PostState.EDITED)
    assert store.save_rechecked([post(1), edited], NOW + HOUR) == [post(2).key]
    assert store.posts_to_recheck("trades", NOW, 10, NOW) == []
    standing = store.standing(post(1).key)
    assert standing
    assert standing.checked_at == NOW + HOUR
    assert store.standing("x") is None


def test_nothing_of_a_forgotten_post_is_left_on_the_disk(tmp_path: Path) -> None:
    file = tmp_path / "goodword.db"
    store = Store(f"sqlite:///{file}")
    heard = post(1, author="quillfeather", text="We run a slate quarry in Nantlle. " * 200)
    hear(store, heard, *(post(n) for n in range(2, 50)))
    judge(store, heard, worth=(heard,), messages=[message(heard.key)])
    store.add_ask(ask(heard, why="also in slate"))
    assert forget(store, heard.key)
    store.tidy()
    said = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for trace in (b"quillfeather", b"quarry", b"Nantlle", b"slate", heard.url.encode()):
        assert trace not in said
    assert b"r/trades" in said
    store.close()


@pytest.mark.parametrize("days", [0, 400])
def test_a_source_tells_how_it_has_been(store: Store, days: int) -> None:
    source = S.model_copy(
        update={
            "heard": 3,
            "heard_at": NOW,
            "arrivals": 2,
            "usual_gap": timedelta(days=days).total_seconds(),
            "notices": ("r/x is banned",),
            "budget_left": 7,
            "alarmed": {"failing": NOW},
        }
    )
    store.save_reads([Read(source)])
    assert store.source("trades") == source


def test_what_is_new_makes_another_source_of_it(store: Store) -> None:
    fresh = S.model_copy(update={"heard_at": NOW, "arrivals": 1})
    assert store.save_reads([Read(S, [post(1)], if_new=fresh)]) == [1]
    assert store.source("trades") == fresh.model_copy(update={"heard": 1})
    again = Read(store.source("trades"), [post(1)], if_new=S)
    assert store.save_reads([again]) == [0]
    assert store.source("trades").arrivals == 1
