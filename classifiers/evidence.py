"""Which words made the score: for people, so few, whole and in their own spelling."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from domain.types import Evidence

_MOST = 5
_WORTH = 0.2  # of the strongest word's share; below it a word explains nothing


class _Part(NamedTuple):
    start: int
    end: int
    share: float


def evidence(reading: str, doc: Doc, shares: npt.NDArray[np.float64]) -> tuple[Evidence, ...]:
    """`shares`: what each token added to the score (words.contributions).

    The strongest spans first; weights are shares of all that spoke for a buying question.
    """
    total = float(shares[shares > 0].sum())
    if not total:
        return ()
    least = _WORTH * float(shares.max())
    parts = [
        _Part(_word_start(reading, token.idx), token.idx + len(token), float(shares[i]))
        for i in np.flatnonzero(shares >= least).tolist()
        if not (token := doc[i]).is_punct or token.text == "?"
    ]
    spans = [part for part in _joined(reading, parts) if _is_word(reading, part)]
    spans.sort(key=lambda part: -part.share)
    return tuple(
        Evidence(
            text=reading[p.start : p.end],
            start=p.start,
            end=p.end,
            weight=round(p.share / total, 4),
        )
        for p in spans[:_MOST]
    )


def _word_start(reading: str, at: int) -> int:
    """ "don't" and "I'd" are two tokens each; people read them as one word."""
    while at > 0 and (reading[at - 1].isalnum() or reading[at - 1 : at + 1] in ("n'", "n\u2019")):
        at -= 1
    return at


def _joined(reading: str, parts: Sequence[_Part]) -> list[_Part]:
    """Neighbours with nothing but one blank between them, as one."""
    joined: list[_Part] = []
    for part in parts:
        if joined and reading[joined[-1].end : part.start] in ("", " "):
            last = joined.pop()
            part = _Part(last.start, part.end, last.share + part.share)  # noqa: PLW2901 grown
        joined.append(part)
    return joined


def _is_word(reading: str, part: _Part) -> bool:
    return any(char.isalnum() for char in reading[part.start : part.end])
