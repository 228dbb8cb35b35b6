from datetime import date, timedelta

import pytest

from routing import words
from tests.make import DAY, HOUR, NOW


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (2 * HOUR, "2 h ago"),
        (47 * HOUR, "47 h ago"),
        (2 * DAY, "2 days ago"),
        (-HOUR, "just now"),
    ],
)
def test_ages(age: timedelta, said: str) -> None:
    assert words.ago(NOW - age, NOW) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_lists(names: list[str], said: str) -> None:
    assert words.listed(names) == said


@pytest.mark.parametrize(
    ("n", "count", "times"),
    [(0, "no", "no times"), (1, "one", "once"), (2, "two", "twice"), (12, "12", "12 times")],
)
def test_counts(n: int, count: str, times: str) -> None:
    assert (words.count(n), words.times(n)) == (count, times)


def test_days_and_moments() -> None:
    assert words.day(date(2026, 5, 3), date(2026, 1, 1)) == "3 May"
    assert words.day(date(2027, 5, 3), date(2026, 1, 1)) == "3 May 2027"
    assert words.moment(NOW, NOW + HOUR) == "at 15:00 UTC"
    assert words.moment(NOW, NOW + DAY) == "on 10 March at 15:00 UTC"
    assert not words.first_upper("")
