"""The post as a reviewer reads it: with the words that made the judgement, and the products in it,
marked."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from domain.text import clean
from domain.types import Assessment, Mention, Post, Span

LONGEST = 8_000  # characters shown; more only to reach the last evidence
_HARD_LIMIT, _AFTER = 20_000, 400


class Piece(NamedTuple):
    text: str  # made harmless; the template escapes it
    evidence: bool = False
    mention: Mention | None = None


class Marked(NamedTuple):
    title: Sequence[Piece]
    text: Sequence[Piece]
    cut: bool  # the post goes on


def marked(post: Post, assessment: Assessment) -> Marked:
    """Spans that do not fit the text (it was edited) are left out."""
    reading = post.reading
    evidence = _usable(assessment.evidence, reading)
    mentions = _usable(assessment.mentions, reading)
    start = len(post.title) + 1
    end = _end(reading, (*evidence, *mentions))
    return Marked(
        _pieces(reading, 0, start - 1, evidence, mentions),
        _pieces(reading, start, end, evidence, mentions),
        end < len(reading),
    )


def _usable(spans: Iterable[Span], reading: str) -> list[Span]:
    return [s for s in spans if s.text and reading[s.start : s.end] == s.text]


def _end(reading: str, spans: Iterable[Span]) -> int:
    last = max((s.end for s in spans), default=0)
    return min(len(reading), _HARD_LIMIT, max(LONGEST, last + _AFTER))


def _pieces(
    reading: str, start: int, end: int, evidence: Sequence[Span], mentions: Sequence[Span]
) -> list[Piece]:
    """`reading[start:end]` in pieces that each have one look; together they are the whole."""
    edges = {e for s in (*evidence, *mentions) for e in (s.start, s.end) if start < e < end}
    stops = [start, *sorted(edges), end]
    pieces = []
    for left, right in pairwise(stops):
        if left < right:
            named = next((m for m in mentions if m.start <= left and right <= m.end), None)
            weighs = any(e.start <= left and right <= e.end for e in evidence)
            known = named if isinstance(named, Mention) else None
            pieces.append(Piece(clean(reading[left:right]), weighs, known))
    return pieces
