"""Real feeds read as another parser reads them; each difference has its reason, each reason one."""

import pytest

from tests import feeds_compared
from tests.feeds_compared import FEEDS, REASONS, Compared

pytestmark = pytest.mark.skipif(not FEEDS.is_dir(), reason="no captures beside the checkout")


@pytest.fixture(scope="module")
def found() -> list[Compared]:
    pytest.importorskip("fastfeedparser")
    return [feeds_compared.compared(path) for path in feeds_compared.feeds()]


def test_at_least_99_of_100_fields_are_equal(found: list[Compared]) -> None:
    assert feeds_compared.share_equal(found) >= 0.99


def test_every_difference_has_a_reason_and_every_reason_a_difference(found: list[Compared]) -> None:
    differ = {(other.feed, other.field) for one in found for other in one.differences}
    assert differ == set(REASONS)


def test_no_entry_is_lost(found: list[Compared]) -> None:
    assert [one.feed for one in found if one.ours < one.theirs] == []


def test_the_table_explains_itself(found: list[Compared]) -> None:
    lines: list[str] = []
    feeds_compared.show(found, lines.append)
    assert not any("UNEXPLAINED" in line for line in lines)
    assert "of all fields are equal" in lines[-1]
