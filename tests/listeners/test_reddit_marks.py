"""How far Reddit's listings have been read: nothing twice, nothing skipped."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import SourceError
from listeners.reddit_api import ClosedError, RedditApi
from listeners.reddit_look import Look
from listeners.reddit_marks import (
    KEPT,
    Cursor,
    Found,
    Mark,
    is_news,
    marks_for,
    moved,
    reached,
)
from listeners.reddit_options import Options
from listeners.reddit_posts import Node
from tests.listeners.played import NOW

DAY = timedelta(days=1)
T = NOW.timestamp()


def mark(**changes: Any) -> Mark:
    return Mark(**{"floor": T - 3600, "reached": T - 60, **changes})


def test_a_cursor_comes_back_from_its_text() -> None:
    marks = {"crm": mark(seen={"t3_a": T - 60}, edited={"t3_a": T}), "sales": mark()}
    cursor = Cursor.model_validate(
        {"lists": {"new": marks}, "shut": {"x": {"how": "private", "until": 1}}}
    )
    assert Cursor.read(cursor.text()) == cursor
    assert cursor.heard == {"t3_a": T}


@pytest.mark.parametrize(
    "said",
    [None, "", "nonsense", "[]", '{"lists": 7}', '{"shut": {"x": {"how": "?", "until": 1}}}'],
)
def test_a_cursor_that_cannot_be_read_counts_as_none(said: str | None) -> None:
    assert Cursor.read(said) == Cursor()


def test_a_place_without_a_mark_begins_at_since() -> None:
    known = {"crm": mark()}
    assert marks_for(["crm", "new"], known, NOW, DAY) == {**known, "new": Mark.first(NOW, DAY)}


def test_a_mark_of_a_time_to_come_counts_as_none() -> None:
    """Our clock was wrong when it was made; nothing would be new for a year."""
    wrong = Mark.first(NOW + timedelta(days=365), DAY)
    assert marks_for(["crm"], {"crm": wrong}, NOW, DAY) == {"crm": Mark.first(NOW, DAY)}


def test_a_listing_is_read_back_to_where_the_one_left_behind_was_left() -> None:
    marks = {"crm": mark(), "behind": mark(reached=T - 7200)}
    assert reached(marks) == T - 7200


@pytest.mark.parametrize(
    ("found", "news"),
    [
        (Found("crm", "t3_new", T), True),
        (Found("crm", "t3_late", T - 1800), True),
        (Found("crm", "t3_too_late", T - 3600), False),
        (Found("crm", "t3_a", T - 60), False),
        (Found("crm", "t3_a", T - 60, edited=T), True),
        (Found("crm", "t3_b", T - 60, edited=T), False),
        (Found("crm", "t3_b", T - 60, edited=T + 1), True),
    ],
)
def test_what_is_news(found: Found, *, news: bool) -> None:
    assert is_news(found, mark(), {"t3_a": 0.0, "t3_b": T}) is news


def test_the_newest_ids_of_a_request_are_kept_and_older_ones_let_go() -> None:
    marks = {"busy": mark(floor=0), "quiet": mark(floor=0)}
    many = [Found("busy", f"t3_{n}", T - n) for n in range(KEPT)]
    old = [Found("quiet", "t3_old", T - KEPT - 5), Found("quiet", "t3_older", T - KEPT - 9)]
    after = moved(marks, [*many, *old], T, NOW)
    assert len(after["busy"].seen) == KEPT
    assert after["quiet"].seen == {}
    assert after["quiet"].floor == T - KEPT - 5  # neither of the two is new again
    assert after["busy"].floor == T - DAY.total_seconds()
    assert after["busy"].reached == after["quiet"].reached == T


def test_a_post_from_the_future_moves_nothing_beyond_now() -> None:
    after = moved({"crm": mark()}, [Found("crm", "t3_x", T + 9e6)], T + 9e6, NOW)
    assert after["crm"].reached == T
    assert after["crm"].floor <= T - DAY.total_seconds() + 1 or after["crm"].floor == T - 3600
    assert is_news(Found("crm", "t3_y", T + 1), after["crm"], {"t3_x": 0.0})


def test_an_empty_listing_moves_nothing() -> None:
    marks = {"crm": mark(seen={"t3_a": T - 60})}
    assert moved(marks, [], 0.0, NOW) == marks


# ------------------------------------------------------------------ many looks


@dataclass
class Paper:
    """Reddit's listings as a value: what stands in them now, page by page."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    shut: set[str] = field(default_factory=set)
    page: int = 100
    where: str = "r: Reddit"

    def listing(self, path: str, params: dict[str, Any]) -> tuple[list[Node], str]:
        names = path.split("/")[2].split("+")
        if self.shut & set(names):
            raise ClosedError(self.where, "private", 403)
        shown = [one for one in self.posts.values() if one["subreddit"] in names]
        shown.sort(key=lambda one: one["created_utc"], reverse=True)
        ids = [one["name"] for one in shown]
        start = ids.index(params["after"]) + 1 if params.get("after") in ids else 0
        nodes = shown[start : start + self.page]
        return list(nodes), nodes[-1]["name"] if start + self.page < len(ids) else ""


NAMES = ("aa", "bb", "cc", "dd")
events = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.sampled_from(NAMES), st.integers(1, 12)),
        st.tuples(st.just("late"), st.sampled_from(NAMES), st.integers(1, 50)),  # seconds
        st.tuples(st.just("delete"), st.integers(0, 30), st.integers(1, 5)),
        st.tuples(st.just("shut"), st.sampled_from(NAMES), st.none()),
        st.tuples(st.just("open"), st.sampled_from(NAMES), st.none()),
        st.tuples(st.just("watch"), st.sets(st.sampled_from(NAMES), min_size=1), st.none()),
        st.tuples(st.just("look"), st.none(), st.none()),
        st.tuples(st.just("look"), st.none(), st.none()),
    ),
    min_size=10,
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(events, st.integers(4, 12))
def test_every_post_that_stays_is_heard_and_none_twice_or_a_notice_tells_of_a_gap(
    happens: list[tuple[str, Any, Any]], page: int
) -> None:
    """Whatever is deleted, closed, opened, added to the settings or taken out of them, and however
    small Reddit's pages are."""
    world = World(Paper(page=page))
    for what, which, detail in happens:
        world.now += timedelta(seconds=5)
        getattr(world, what)(which, detail)
    world.paper.shut.clear()
    world.now += timedelta(hours=2)  # those that were closed are tried again
    world.watch(set(NAMES), None)
    world.look(None, None)
    assert world.gaps or not world.paper.posts.keys() - world.heard


class World:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.now = NOW
        self.heard: set[str] = set()
        self.watched = set(NAMES)
        self.cursor: str | None = None
        self.gaps = 0
        self._count = 0

    def post(self, name: str, many: int) -> None:
        for _ in range(many):
            self.late(name, 0)

    def late(self, name: str, seconds: int) -> None:
        """A post is listed so long after it was written."""
        self._count += 1
        self.now += timedelta(seconds=1)
        at = self.now - timedelta(seconds=seconds)
        self.paper.posts[f"t3_{self._count}"] = node(f"t3_{self._count}", name, at)

    def delete(self, number: int, many: int) -> None:
        newest_first = list(reversed(self.paper.posts))
        for name in newest_first[number : number + many]:
            del self.paper.posts[name]

    def shut(self, name: str, _: None) -> None:
        self.paper.shut.add(name)

    def open(self, name: str, _: None) -> None:
        self.paper.shut.discard(name)

    def watch(self, names: set[str], _: None) -> None:
        self.watched = names

    def look(self, _: None, __: None) -> None:
        subreddits = tuple(sorted(self.watched))
        options = Options(name="r", subreddits=subreddits, comments=False, since=DAY)
        before = Cursor.read(self.cursor)
        look = Look(cast("RedditApi", self.paper), options, before, self.now)
        look.subreddits()
        try:
            batch = look.batch()
        except SourceError:  # all are closed, or were an hour ago
            return
        again = {post.external_id for post in batch.posts} & self.heard
        forgotten = {i for i in again if self.paper.posts[i]["subreddit"] not in self.kept(before)}
        assert not again - forgotten
        self.heard |= {post.external_id for post in batch.posts}
        self.gaps += sum("Reddit lists" in notice for notice in batch.notices)
        self.cursor = batch.cursor

    def kept(self, cursor: Cursor) -> set[str]:
        """Places that were watched last time; of others the marks are gone."""
        return set(cursor.lists.get("new", {}))


def node(name: str, subreddit: str, at: datetime) -> dict[str, Any]:
    return {
        "kind": "t3",
        "name": name,
        "author": "ann",
        "subreddit": subreddit,
        "title": f"Which one, {name}?",
        "selftext": "",
        "created_utc": at.timestamp(),
    }
