"""The table of the contract has no hole, and cannot say more than what ran."""

from listeners import KINDS
from tests.listeners import contract_table
from tests.listeners.contract_table import (
    ASKED,
    FAULTS,
    REASONS,
    ROWS,
    Outcome,
    cells,
    lines,
    tried,
)
from tests.listeners.played import PLATFORMS, kind_of

EVERYTHING = frozenset((row, fault) for row in ROWS for fault in FAULTS)


def test_every_kind_of_source_is_a_row() -> None:
    assert {kind_of(row) for row in ROWS} == set(KINDS)
    assert set(ASKED) == set(PLATFORMS)


def test_every_fault_is_tried_with_every_listener_or_there_is_a_reason() -> None:
    assert EVERYTHING - tried() == set(REASONS)


def test_a_test_of_a_fault_that_is_no_column_would_be_seen() -> None:
    assert tried() <= EVERYTHING


def test_a_cell_is_well_when_all_its_tests_are() -> None:
    good, bad = Outcome("x", "hang", passed=True), Outcome("x", "hang", passed=False)
    assert cells([good, good], EVERYTHING)["x", "hang"] == "ok"
    assert cells([good, bad, good], EVERYTHING)["x", "hang"] == "FAIL"


def test_what_did_not_run_is_not_well() -> None:
    table = cells([], EVERYTHING)
    assert set(table.values()) == {"?", "-"}
    assert {cell for cell, said in table.items() if said == "-"} == set(REASONS)


def test_what_has_no_test_is_missing_and_named() -> None:
    table = cells([], EVERYTHING - {("reddit", "cut")})
    assert table["reddit", "cut"] == "MISSING"
    assert "MISSING reddit, cut (half an answer): there is no test" in list(lines(table))


def test_the_table_has_a_line_for_each_listener_and_a_reason_for_each_gap() -> None:
    said = list(lines(cells([], EVERYTHING)))
    assert said[0].split() == " ".join(FAULTS).split()
    assert [line.split()[0] for line in said[1 : len(ROWS) + 1]] == list(ROWS)
    assert len({len(line) for line in said[: len(ROWS) + 1]}) == 1
    assert any(contract_table.REASONS["rss", "pages"] in line for line in said)
