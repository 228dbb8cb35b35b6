"""What a post says of its author, each with the words that say it. Precision before recall.

First version: phrases in which people describe themselves ("we're a 12-person law firm in Leeds"),
read onto the scales of domain/scales.py. Nothing is inferred; what is not said stays None.
"""

import re
from collections.abc import Iterable, Iterator

from classifiers import self_description as said
from classifiers.reading import lower, plain
from domain import scales
from domain.types import Asker, Stated

_SENTENCE_ENDS = (". ", "\n", "? ", "! ")


def asker(reading: str, language: str = "") -> Asker:
    """`reading`: title and text of a post as its author wrote them (Post.reading)."""
    text = _Text(reading)
    return Asker(
        size=next(_sizes(text), None),
        industry=next(_industries(text), None),
        region=next(_regions(text), None),
        role=next(_as_written(text, said.ROLES), None),
        use_case=next(_as_written(text, said.USE_CASES), None),
        language=language,
    )


class _Text:
    """As written, for the spans; in lower case, to search in; and its words."""

    def __init__(self, reading: str) -> None:
        self.reading = reading
        self.low = lower(plain(reading))
        self.words = frozenset(said.WORD.findall(self.low))

    def finds(self, phrases: Iterable[said.Phrase]) -> Iterator[re.Match[str]]:
        for phrase in phrases:
            if not self.words.isdisjoint(phrase.needs):
                yield from phrase.pattern.finditer(self.low)

    def stated(self, span: tuple[int, int], value: str | None = None) -> Stated:
        """`value` None: the words themselves."""
        start, end = span
        words = self.reading[start:end]
        return Stated(text=words, start=start, end=end, value=words if value is None else value)


def _sizes(text: _Text) -> Iterator[Stated]:
    for match in text.finds(said.SIZES):
        if said.SELF.search(_sentence(text.low, match.start())):
            band = _band(match.groupdict().get("n"))
            if band:
                yield text.stated(match.span(), band)


def _band(number: str | None) -> str:
    """`number` None: somebody who works alone."""
    if number is None:
        return scales.SIZE_BANDS[0]
    if number in said.NUMBER_WORDS:
        return scales.band_of(said.NUMBER_WORDS[number])
    return scales.size_band(number.replace("k", "000").replace("to", "-"))


def _industries(text: _Text) -> Iterator[Stated]:
    for match in text.finds(said.INDUSTRIES):
        word = match["said"]
        if not (match.groupdict().get("mine") and word in said.NEVER_MINE):
            yield text.stated(match.span("said"), said.INDUSTRY_WORDS[word])


def _regions(text: _Text) -> Iterator[Stated]:
    for match in text.finds(said.REGIONS):
        start, end = match.span("said")
        pronoun = match["said"] == "us" and text.reading[start:end] != "US"
        if not pronoun and not said.ELSEWHERE.search(match[0]):
            yield text.stated((start, end), said.REGION_WORDS[match["said"]])


def _as_written(text: _Text, phrases: Iterable[said.Phrase]) -> Iterator[Stated]:
    return (text.stated(match.span("said")) for match in text.finds(phrases))


def _sentence(low: str, at: int) -> str:
    start = max(low.rfind(mark, 0, at) for mark in _SENTENCE_ENDS) + 1
    ends = [end for mark in _SENTENCE_ENDS if (end := low.find(mark, at)) >= 0]
    return low[start : min(ends, default=len(low))]
