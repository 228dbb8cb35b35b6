"""How far a list is read, page by page, with gaps. Nothing is asked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import SourceError
from listeners import foreign_json, unread
from listeners.unread import Gap, Page, Reach

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OVERLAP = timedelta(seconds=3)

Item = tuple[str, float]


def served(items: Sequence[Item], gap: Gap, size: int) -> list[Item]:
    """As Algolia and Stack Exchange answer: newest first, both bounds included."""
    within = [
        item
        for item in sorted(items, key=lambda item: -item[1])
        if item[1] >= gap.floor and (gap.until is None or item[1] <= gap.until)
    ]
    return within[gap.page * size : (gap.page + 1) * size]


def look(items: Sequence[Item], reach: Reach, pages: int, size: int = 6) -> unread.Look:
    known: set[str] = set()
    budget = iter(range(pages - 1))

    def ask(gap: Gap) -> Page:
        found = served(items, gap, size)
        rest = unread.below(gap, found, known, over=len(found) < size)
        known.update(own_id for own_id, _ in found)
        return Page(found, rest)

    return unread.look(reach, ask, lambda: next(budget, None) is not None)


@settings(max_examples=200, deadline=None)
@given(
    rounds=st.lists(
        st.lists(st.integers(min_value=1, max_value=30), max_size=90), min_size=1, max_size=4
    ),
    pages=st.integers(min_value=9, max_value=12),
    size=st.integers(min_value=4, max_value=6),
)
def test_whatever_is_written_and_however_little_is_read_at_once_nothing_is_lost(
    rounds: list[list[int]], pages: int, size: int
) -> None:
    """Each round adds posts, up to three in one second, later than the round before."""
    reach = Reach.first(NOW, timedelta(hours=1))
    items: list[Item] = []
    heard: list[str] = []
    base = NOW.timestamp() - 3000
    for turn in [*rounds, *([[]] * 60)]:
        kept = [at for n, at in enumerate(turn) if turn[:n].count(at) < 3]
        items += [(f"{len(items) + n}", base + at) for n, at in enumerate(kept)]
        base += 31 if turn else 0
        read = look(items, reach, pages, size)
        new = {item for item in read.records if reach.is_new(*item)}
        heard += [own_id for own_id, _ in new]
        reach = reach.after(new, read.left, OVERLAP, NOW)
    assert sorted(heard) == sorted(own_id for own_id, _ in items)
    assert reach.gaps == ()


def test_what_is_new_comes_before_what_is_missing() -> None:
    start = NOW.timestamp() - 100
    reach = Reach(floor=start, start=start + 50, gaps=(Gap(floor=start, until=start + 20),))
    items = [("old", start + 10), ("new", start + 60)]
    assert look(items, reach, pages=1).records == (("new", start + 60),)
    assert [own_id for own_id, _ in look(items, reach, pages=2).records] == ["new", "old"]


def test_while_a_gap_is_open_nothing_is_let_go() -> None:
    start = NOW.timestamp() - 100
    reach = Reach(floor=start, start=start)
    gap = Gap(floor=start, until=start + 50)
    moved = reach.after([("a", start + 90)], [gap], OVERLAP, NOW)
    assert (moved.floor, moved.start, moved.gaps) == (start, start + 87, (gap,))
    assert moved.is_new("late", start + 1)
    closed = moved.after([], [], OVERLAP, NOW)
    assert (closed.floor, closed.gaps) == (start + 87, ())


def test_a_time_in_the_future_moves_nothing_beyond_the_present() -> None:
    reach = Reach.first(NOW, timedelta(hours=1))
    moved = reach.after([("odd", NOW.timestamp() + 10**6)], [], OVERLAP, NOW)
    assert moved.start == NOW.timestamp() - 3


def test_many_gaps_become_few_and_still_hold_all() -> None:
    gaps = [Gap(floor=100.0 - 2 * n, until=101.0 - 2 * n) for n in range(20)]
    merged = unread.merged(gaps[::-1])
    assert len(merged) == 10
    assert merged[:9] == tuple(gaps[:9])
    assert (merged[9].until, merged[9].floor) == (gaps[9].until, gaps[-1].floor)


def test_gaps_that_touch_become_one() -> None:
    gaps = [Gap(floor=3, until=5), Gap(floor=1, until=4, page=2), Gap(floor=7, until=9, page=1)]
    assert unread.merged(gaps) == (Gap(floor=7, until=9, page=1), Gap(floor=1, until=5))
    assert unread.merged([Gap(floor=3, until=5)] * 3) == (Gap(floor=3, until=5),)


@pytest.mark.parametrize(
    ("left", "failed", "told"),
    [
        (1, None, 0),
        (8, None, 1),
        (8, SourceError("out of order"), 0),  # it is told as a failure
    ],
)
def test_ops_is_told_of_what_time_alone_does_not_cure(
    left: int, failed: SourceError | None, told: int
) -> None:
    gaps = tuple(Gap(floor=float(n)) for n in range(left))
    assert len(unread.told(unread.Look((), gaps, failed))) == told


def test_a_first_page_that_fails_is_an_error() -> None:
    def ask(_: Gap) -> Page:
        raise SourceError("no")

    with pytest.raises(SourceError):
        unread.look(Reach.first(NOW, OVERLAP), ask, lambda: True)


@pytest.mark.parametrize("cursor", [None, "", "{", "[]", '{"lists": {}}', '{"floor": "x"}'])
def test_a_cursor_that_cannot_be_read_is_none(cursor: str | None) -> None:
    assert Reach.read(cursor) is None


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'{"a": "\xc3\xa9"}', {"a": "é"}),
        (b'{"a": "\xe9"}', {"a": "\ufffd"}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "é"}'.encode("utf-16"), {"a": "é"}),
        (b'{"a": %s}' % (b"9" * 5000), {"a": 0}),
        (b'{"a": 12345678901234567890}', {"a": 12345678901234567890}),
        (b"[1]", {}),
        (b"<html>", {}),
        (b"[" * 100_000, {}),
        (b"", {}),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_odd_bytes_and_endless_numbers_make_no_answer_unreadable(body: bytes, read: object) -> None:
    assert foreign_json.an_object(body) == read
