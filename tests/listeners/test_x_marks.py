"""How far X has been read: gaps, the window, and looks that are broken off."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.x_marks import WINDOW, Mark, Marks, Place, Read, Stretch

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def place(minutes_ago: float) -> Place:
    return Place(id=str(10**6 - int(minutes_ago * 10)), at=NOW - timedelta(minutes=minutes_ago))


def test_a_new_query_reaches_back_as_far_as_it_is_told() -> None:
    marks = Marks(queries={"old": Mark(newest=place(3 * 24 * 60), read_at=NOW - 2 * DAY)})
    assert marks.begun(["old", "crm"], NOW, DAY)["crm"] == Mark(start=NOW - DAY)


def test_a_reworded_query_begins_where_it_was_left_in_its_old_words() -> None:
    def start(old: Mark) -> object:
        return Marks(queries={"a": old}).begun(["a OR b"], NOW, DAY)["a OR b"].start

    gap = Stretch(since=place(5 * 24 * 60), until=place(60))
    assert start(Mark(newest=place(5), read_at=NOW - 3 * DAY)) == NOW - 3 * DAY
    assert start(Mark(newest=place(9 * 24 * 60), read_at=NOW)) == NOW - DAY
    assert start(Mark(newest=place(5), read_at=NOW, gaps=(gap,))) == NOW - 5 * DAY
    assert start(Mark(start=NOW - 2 * DAY)) == NOW - 2 * DAY


def test_a_start_within_the_last_minute_is_put_before_it() -> None:
    (top,) = Mark(start=NOW).stretches(NOW)
    assert top.start == NOW - timedelta(minutes=1)


def test_what_is_older_than_x_shows_is_asked_for_by_time() -> None:
    (top,) = Mark(newest=place(8 * 24 * 60)).stretches(NOW)
    assert top == Stretch(start=NOW - WINDOW)


def test_a_whole_look_moves_the_mark_to_the_newest() -> None:
    mark = Mark(newest=place(60))
    (top,) = mark.stretches(NOW)
    read = Read(top, (place(5), place(9)), whole=True)
    assert mark.after([read], NOW) == Mark(newest=place(5), read_at=NOW)
    nothing = Read(top, (), whole=True)
    assert mark.after([nothing], NOW) == Mark(newest=place(60), read_at=NOW)


def test_a_look_that_is_broken_off_leaves_a_gap_and_the_next_reads_what_is_new_first() -> None:
    mark = Mark(newest=place(60))
    (top,) = mark.stretches(NOW)
    mark = mark.after([Read(top, (place(5), place(9)))], NOW)
    assert mark.newest == place(5)
    assert mark.gaps == (Stretch(since=place(60), until=place(9)),)
    new, gap = mark.stretches(NOW)
    assert new.ways(NOW)[0] == {"since_id": place(5).id}
    assert gap.ways(NOW)[0] == {"since_id": place(60).id, "until_id": place(9).id}
    later = mark.after([Read(new, (place(1),), whole=True), Read(gap, (place(20),))], NOW)
    assert later.newest == place(1)
    assert later.gaps == (Stretch(since=place(60), until=place(20)),)
    new, gap = later.stretches(NOW)
    last = later.after([Read(new, (), whole=True), Read(gap, (), whole=True)], NOW)
    assert last == Mark(newest=place(1), read_at=NOW)


def test_a_look_that_could_read_nothing_changes_nothing() -> None:
    for mark in (
        Mark(newest=place(60)),
        Mark(start=NOW - DAY),
        Mark(newest=place(5), gaps=(Stretch(since=place(60), until=place(9)),)),
    ):
        assert mark.after([Read(stretch) for stretch in mark.stretches(NOW)], NOW) == mark


def test_of_many_gaps_the_oldest_are_joined_and_nothing_between_them_is_left_out() -> None:
    mark = Mark(newest=place(500))
    for minutes in range(480, 0, -10):
        new, *gaps = mark.stretches(NOW)
        mark = mark.after([Read(new, (place(minutes),)), *map(Read, gaps)], NOW)
    assert len(mark.gaps) == 20
    assert mark.gaps[-1].since == place(500)


def test_what_x_no_longer_shows_is_given_up_and_told() -> None:
    old = Stretch(since=place(9 * 24 * 60), until=place(8 * 24 * 60))
    half = Stretch(since=place(8 * 24 * 60), until=place(60))
    mark = Mark(newest=place(5), read_at=NOW, gaps=(half, old))
    assert mark.lost(NOW) == (
        (NOW - 8 * DAY, NOW - WINDOW),
        (NOW - 9 * DAY, NOW - 8 * DAY),
    )
    new, gap = mark.stretches(NOW)
    assert gap == Stretch(start=NOW - WINDOW, until=place(60))
    assert mark.after([Read(new), Read(gap)], NOW).lost(NOW) == ()


def test_after_a_standstill_it_is_told_what_was_missed_but_not_after_mere_silence() -> None:
    silent = Mark(newest=place(30 * 24 * 60), read_at=NOW - timedelta(minutes=5))
    assert silent.lost(NOW) == ()
    still = Mark(newest=place(9 * 24 * 60), read_at=NOW - 8 * DAY)
    assert still.lost(NOW) == ((NOW - 8 * DAY, NOW - WINDOW),)


@pytest.mark.parametrize(
    ("stretch", "ways"),
    [
        (Stretch(since=place(60)), [{"since_id": place(60).id}, {"start_time": place(60).at}]),
        (Stretch(start=NOW - DAY), [{"start_time": NOW - DAY}]),
        (
            Stretch(start=NOW - WINDOW, until=place(60)),
            [{"start_time": NOW - WINDOW, "until_id": place(60).id}, {"until_id": place(60).id}],
        ),
    ],
)
def test_what_x_refuses_is_asked_another_way(
    stretch: Stretch, ways: list[dict[str, object]]
) -> None:
    assert stretch.ways(NOW) == ways


def test_the_query_whose_turn_it_is_comes_first() -> None:
    assert Marks(turn="b").order(["a", "b", "c"]) == ("b", "c", "a")
    assert Marks(turn="gone").order(["a", "b"]) == ("a", "b")


def test_a_cursor_that_cannot_be_read_counts_as_none() -> None:
    assert Marks.read(None) == Marks.read('{"queries": {"a": {"until": 1}}}') == Marks()


@given(
    looks=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 12)), max_size=12),
    page=st.integers(1, 4),
)
def test_whatever_is_broken_off_every_post_is_read_and_none_twice(
    looks: list[tuple[int, int]], page: int
) -> None:
    """Each look: so many posts have appeared, and so many can be read before it is broken off."""
    minutes = 10_000
    written: list[Place] = []
    read: list[str] = []
    mark = Mark(start=NOW - WINDOW)
    for appeared, room in [*looks, (0, 1000)]:
        for _ in range(appeared):
            minutes -= 1
            written.append(place(minutes))
        mark, found = look(mark, written, room, page)
        read += found
    assert sorted(read) == sorted(one.id for one in written)
    assert mark.gaps == ()


def look(mark: Mark, written: list[Place], room: int, page: int) -> tuple[Mark, list[str]]:
    reads = []
    for stretch in mark.stretches(NOW):
        low = int(stretch.since.id) if stretch.since else 0
        high = int(stretch.until.id) if stretch.until else 1 << 62
        within = [one for one in reversed(written) if low < int(one.id) < high]
        size = min(len(within), room if room >= len(within) else room // page * page)
        room -= size
        reads.append(Read(stretch, tuple(within[:size]), size == len(within) and room >= 0))
    return mark.after(reads, NOW), [one.id for r in reads for one in r.places]
