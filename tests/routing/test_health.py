"""When ops is told of a source, and when it is told again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.types import Source
from routing import health
from routing.health import REPEAT, Trouble
from tests.make import DAY, HOUR, NOW

WELL = Source(name="trades", read_at=NOW, due_at=NOW + HOUR)


def troubles(source: Source, after: timedelta = timedelta()) -> list[Trouble]:
    return [ill.trouble for ill in health.ills(source, NOW + after)]


def regular(every: timedelta, times: int) -> Source:
    """Something new came so often; the last of it NOW."""
    source = WELL
    for n in range(times):
        source = health.heard(source, NOW - every * (times - 1 - n))
    return source


def changed(source: Source = WELL, **given: object) -> Source:
    return source.model_copy(update=given)


def test_a_source_that_is_well_has_nothing() -> None:
    assert troubles(WELL) == []
    assert troubles(Source(name="new")) == []


@pytest.mark.parametrize(("failures", "ill"), [(2, []), (3, [Trouble.FAILING])])
def test_a_few_failures_are_no_alarm(failures: int, ill: list[Trouble]) -> None:
    assert troubles(changed(failures=failures, last_error="gone fishing")) == ill


def test_a_failing_source_says_what_it_said_and_when_it_is_tried_again() -> None:
    [ill] = health.ills(changed(failures=4, last_error="gone fishing"), NOW)
    assert "gone fishing" in ill.what
    assert "16:00 UTC" in ill.remedy


def test_a_cap_that_is_reached_is_told() -> None:
    assert troubles(changed(budget_left=0, last_error="the cap")) == [Trouble.CAPPED]
    assert troubles(changed(budget_left=1)) == []


def test_each_notice_is_told_as_it_is() -> None:
    found = health.ills(changed(notices=("r/x is banned", "r/y is private")), NOW)
    assert [(ill.trouble, ill.what) for ill in found] == [
        (Trouble.NOTICE, "r/x is banned"),
        (Trouble.NOTICE, "r/y is private"),
    ]


def test_silence_is_wrong_only_when_it_is_longer_than_ever_of_late() -> None:
    source = regular(6 * HOUR, times=20)
    assert troubles(source, 11 * HOUR) == []
    assert troubles(source, 13 * HOUR) == [Trouble.SILENT]


def test_nobody_knows_what_is_usual_of_a_new_source() -> None:
    assert troubles(regular(HOUR, times=5), 30 * DAY) == []


def test_a_busy_source_may_be_silent_for_an_hour() -> None:
    source = regular(timedelta(minutes=2), times=50)
    assert troubles(source, timedelta(minutes=59)) == []
    assert troubles(source, timedelta(minutes=61)) == [Trouble.SILENT]


def test_a_quiet_weekend_is_remembered_but_not_for_ever() -> None:
    after_weekend = health.heard(regular(HOUR, times=30), NOW + 2 * DAY)
    assert after_weekend.usual_gap == (2 * DAY).total_seconds()
    later = after_weekend
    for n in range(24 * 60):
        later = health.heard(later, NOW + 2 * DAY + (n + 1) * HOUR)
    assert later.usual_gap < (DAY / 4).total_seconds()


def test_failing_is_not_called_silent_too() -> None:
    source = changed(regular(HOUR, times=20), failures=3)
    assert troubles(source, DAY) == [Trouble.FAILING]


def test_ops_is_told_once_and_again_only_while_it_lasts() -> None:
    failing, tell = health.told(changed(failures=3), NOW)
    assert tell
    still, tell = health.told(changed(failing, failures=9), NOW + HOUR)
    assert not tell
    _, tell = health.told(changed(still, failures=90), NOW + REPEAT)
    assert tell
    well, tell = health.told(changed(still, failures=0), NOW + 2 * HOUR)
    assert not tell
    assert well.alarmed == {}
    _, tell = health.told(changed(well, failures=3), NOW + 3 * HOUR)
    assert tell  # a new outage


def test_another_trouble_is_told_of_although_one_is_known() -> None:
    one, _ = health.told(changed(notices=("r/x is banned",)), NOW)
    both, tell = health.told(changed(one, notices=("r/x is banned", "r/y is private")), NOW + HOUR)
    assert tell
    _, tell = health.told(both, NOW + 2 * HOUR)
    assert not tell


@given(st.lists(st.floats(min_value=0, max_value=10**6), min_size=1, max_size=40))
def test_what_is_usual_is_never_longer_than_the_longest_silence(gaps: list[float]) -> None:
    source, now = WELL, NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        source = health.heard(source, now)
    assert 0 <= source.usual_gap <= max(gaps) + 1
    assert source.arrivals == len(gaps)


def test_a_notice_whose_figures_change_is_the_same_notice() -> None:
    one, _ = health.told(changed(notices=("12 requests are left until 00:00",)), NOW)
    _, tell = health.told(changed(one, notices=("9 requests are left until 00:00",)), NOW + HOUR)
    assert not tell
