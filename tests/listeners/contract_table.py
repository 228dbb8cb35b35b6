"""Listeners x faults: what every listener must survive, and the table of how it went.

A test that is marked `@contract("hang")` runs for every listener for which REASONS says nothing
else; its outcomes are the cells. A cell for which there is no test shows as MISSING.
"""

import importlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

# Heading -> what happens.
FAULTS: Mapping[str, str] = {
    "empty": "an answer without posts",
    "pages": "more posts than one answer holds",
    "replay": "the same cursor once more",
    "401": "the platform does not know us",
    "403": "it does not let us in",
    "404": "it has nothing there",
    "429 s": "we ask too often, and are told for how many seconds to wait",
    "429 date": "... and are told until when",
    "429": "... and are told nothing",
    "5xx": "it is out of order",
    "hang": "no answer",
    "reset": "the connection is dropped",
    "cut": "half an answer",
    "html": "a web page instead of data, or data of another shape",
    "50 MB": "a body of 50 MB",
    "charset": "the text is in another encoding than announced",
    "ahead": "posts dated ahead of our clock",
    "clock": "a clock, theirs or ours, that is wrong",
    "age": "a cursor that another version wrote",
    "gone": "what the cursor stands for was deleted",
}
FEEDS = ("rss", "atom", "json")  # one kind of source, three formats
ASKED = ("x", "reddit", *FEEDS, "hackernews", "discourse", "stackexchange")
ROWS = ("x", "reddit", "linkedin", *FEEDS, "hackernews", "discourse", "stackexchange")

_NO_NETWORK = "an export lies in a folder: nobody is asked for it"
REASONS: Mapping[tuple[str, str], str] = {
    **{(feed, "pages"): "a feed is one answer" for feed in FEEDS},
    **{
        ("linkedin", fault): _NO_NETWORK
        for fault in ("401", "403", "404", "429 s", "429 date", "429", "5xx", "hang", "reset")
    },
    ("linkedin", "clock"): "no clock decides what is read of a file",
}
MODULES = (
    "tests.listeners.test_contract",
    "tests.listeners.test_contract_faults",
    "tests.listeners.test_contract_files",
)

OK, FAILED, NEVER, MISSING, NOT_RUN = "ok", "FAIL", "-", "MISSING", "?"
_WORST_FIRST = (FAILED, OK)

Test = Callable[..., Any]


class Outcome(NamedTuple):
    """Of one test, or of one of its phases."""

    row: str
    fault: str
    passed: bool


def contract(*faults: str, rows: Sequence[str] = ASKED) -> Callable[[Test], Test]:
    """Marks a test, which takes the row as `kind`, as one of these faults with these listeners."""
    able = [row for row in rows if not any((row, fault) in REASONS for fault in faults)]

    def marked(test: Test) -> Test:
        parametrised: Test = pytest.mark.parametrize("kind", able)(test)
        result: Test = pytest.mark.contract(*faults, rows=able)(parametrised)
        return result

    return marked


def tried() -> frozenset[tuple[str, str]]:
    """(row, fault) of all tests that there are."""
    return frozenset(
        (row, fault)
        for module in map(importlib.import_module, MODULES)
        for test in vars(module).values()
        for mark in getattr(test, "pytestmark", ())
        if mark.name == "contract"
        for fault in mark.args
        for row in mark.kwargs["rows"]
    )


def cells(
    outcomes: Iterable[Outcome], tests: frozenset[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """What stands in each; a test that failed once, in whatever phase, has failed."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in outcomes:
        found[one.row, one.fault].add(OK if one.passed else FAILED)
    return {
        (row, fault): _cell(row, fault, found[row, fault], tests)
        for row in ROWS
        for fault in FAULTS
    }


def _cell(row: str, fault: str, found: set[str], tests: frozenset[tuple[str, str]]) -> str:
    for outcome in _WORST_FIRST:
        if outcome in found:
            return outcome
    if (row, fault) in REASONS:
        return NEVER
    return NOT_RUN if (row, fault) in tests else MISSING


def lines(table: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """The table, and below it what its signs mean, as far as they occur."""
    wide = {f: max(len(f), *(len(table[row, f]) for row in ROWS)) for f in FAULTS}
    first = max(map(len, ROWS))
    yield " ".join([" " * first, *(f"{fault:>{wide[fault]}}" for fault in FAULTS)])
    for row in ROWS:
        yield " ".join([f"{row:{first}}", *(f"{table[row, f]:>{wide[f]}}" for f in FAULTS)])
    never: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for (row, fault), said in table.items():
        if said == NEVER:
            never[row, REASONS[row, fault]].append(fault)
    for (row, reason), faults in never.items():
        yield f"{NEVER} {row}, {', '.join(faults)}: {reason}"
    if NOT_RUN in table.values():
        yield f"{NOT_RUN} no test of it was among those that ran"
    for (row, fault), said in table.items():
        if said == MISSING:
            yield f"{MISSING} {row}, {fault} ({FAULTS[fault]}): there is no test"
