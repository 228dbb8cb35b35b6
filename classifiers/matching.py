"""Finds the names of the catalogue in a text: whole words, in whatever dress people write them.

"HubSpot", "hubspot's", "#hubspot", "@hubspot", "HubSpots" and "hubspot.com" are the product;
"hubspotty" and "ann@hubspot.com" are not. A name with `other_sense` counts only where something
speaks for the product (see `_means_product`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from classifiers.catalogue import Catalogue, Product, folded
from classifiers.reading import lower

_WORD = re.compile(r"[^\W_]+")
_SPACES = re.compile(r"\s")
_KNOWN_HOST_END = re.compile(r"\.(?:com|org|net|io|ai|app|dev)\b")
_HOST_END = re.compile(r"\.[a-z]{2,}")
_ADDRESS = re.compile(r"://|^www\.|[^\s@]@[^\s@]+\.")
_BESIDE = 3  # words on either side in which `other_sense` speaks against a name
_SMALL = 3  # letters; shorter words stay without capitals in a title
_SENTENCE_ENDS = ".!?:\n\u2022>"


class Named(NamedTuple):
    """A name of the catalogue in a text; without "#", "@" and "'s" around it."""

    start: int
    end: int
    name: str  # the product's, or the category's
    ours: bool
    category: bool = False


class _Form:
    """One spelling of a product (None: of a category) as an expression over lower-case text."""

    def __init__(self, spelling: str, product: Product | None) -> None:
        self.spelling, self.product = spelling, product
        self.key = folded(spelling)

    @property
    def first_words(self) -> Iterator[str]:
        """Words of which one stands in any text where this form can be found."""
        first = _WORD.findall(self.key)[0]
        yield from (first, first + "s", self.key.replace(" ", ""))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Blanks may be hyphens, and fall out after "#" and "@"; compiled when first needed."""
        parts = [re.escape(part) for part in self.key.split()]
        spaced = r"[ \t-]{1,2}".join(parts)
        joined = f"|(?<=[#@]){''.join(parts)}" if len(parts) > 1 else ""
        before = r"(?<![^\W_])" if self.key[0].isalnum() else ""
        after = r"(?=s?(?![^\W_]))" if self.key[-1].isalnum() else ""
        return re.compile(f"{before}(?:{spaced}{joined}){after}")


class _Hit(NamedTuple):
    start: int
    end: int
    form: _Form


class Finder:
    def __init__(self, catalogue: Catalogue) -> None:
        self._products = _index(_Form(s, p) for p in catalogue.products for s in p.spellings)
        self._categories = _index(_Form(c, None) for c in catalogue.categories)

    def find(self, text: str) -> tuple[Named, ...]:
        """Products by their place in `text`; where there is none, each category named, once."""
        low = lower(text)
        words = frozenset(_WORD.findall(low))
        hits = _longest(_hits(self._products, words, low))
        named = tuple(
            Named(h.start, h.end, h.form.product.name, h.form.product.ours)
            for h in hits
            if h.form.product and _means_product(h, hits, text, low)
        )
        return named or _first_of_each(_longest(_hits(self._categories, words, low)))


def _index(forms: Iterable[_Form]) -> dict[str, list[_Form]]:
    index: dict[str, list[_Form]] = defaultdict(list)
    for form in forms:
        for word in set(form.first_words):
            index[word].append(form)
    return dict(index)


def _hits(index: dict[str, list[_Form]], words: frozenset[str], low: str) -> list[_Hit]:
    forms = {form for word in index.keys() & words for form in index[word]}
    return [
        _Hit(m.start(), m.end(), form)
        for form in forms
        for m in form.pattern.finditer(low)
        if not _only_an_address(low, m.start(), m.end())
    ]


def _longest(hits: list[_Hit]) -> list[_Hit]:
    """Of overlapping hits the one that starts first, of those the longest: "Zoho CRM"."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _first_of_each(hits: list[_Hit]) -> tuple[Named, ...]:
    first: dict[str, _Hit] = {}
    for hit in hits:
        first.setdefault(hit.form.spelling, hit)
    return tuple(Named(h.start, h.end, s, ours=False, category=True) for s, h in first.items())


def _only_an_address(low: str, start: int, end: int) -> bool:
    """In a link or mail address a name counts only as the domain: not as path, user or company."""
    begins = max(low.rfind(" ", 0, start), low.rfind("\n", 0, start)) + 1
    ends = _SPACES.search(low, end)
    run = low[begins : ends.start() if ends else len(low)]
    if not _ADDRESS.search(run):
        return False
    is_host = "." in low[start:end] or _HOST_END.match(low, end)
    return not is_host or (start > begins and low[start - 1] not in "/.")


def _means_product(hit: _Hit, hits: list[_Hit], text: str, low: str) -> bool:
    """Whether an ambiguous name means the product here. Names without `other_sense` always do.

    Never with a word of `other_sense` beside it. Else it does as tag, handle or domain; or where
    the post holds a word of `sense`, the category, or an unambiguous rival of that category; or
    in the catalogue's own capitals in the middle of a sentence.
    """
    product = hit.form.product
    if product is None or not product.other_sense:
        return True
    before, after = low[: hit.start], low[hit.end :]
    beside = [*_WORD.findall(before[-60:])[-_BESIDE:], "|", *_WORD.findall(after[:60])[:_BESIDE]]
    if _holds(beside, product.other_sense) or "-" in (before[-1:], after[:1]):
        return False
    speaks_for = (*product.sense, *([product.category] if product.category else ()))
    return (
        before[-1:] in ("#", "@")
        or _KNOWN_HOST_END.match(after) is not None
        or _holds(_WORD.findall(low), speaks_for)
        or any(_is_rival(product, other.form.product) for other in hits)
        or _has_own_capitals(hit, text)
    )


def _holds(words: list[str], phrases: Iterable[str]) -> bool:
    text = f" {' '.join(words)} "
    phrases = (" ".join(_WORD.findall(folded(phrase))) for phrase in phrases)
    return any(f" {phrase} " in text or f" {phrase}s " in text for phrase in phrases)


def _is_rival(product: Product, other: Product | None) -> bool:
    if other is None or other.other_sense or not product.category:
        return False
    return other.category == product.category


def _has_own_capitals(hit: _Hit, text: str) -> bool:
    """Written as in the catalogue, with a capital, where grammar asks for none."""
    written = text[hit.start : hit.end]
    if written != hit.form.spelling or written == written.lower():
        return False
    before = text[: hit.start].rstrip(" \"'(#@*-[")
    if not before or before[-1] in _SENTENCE_ENDS:
        return False
    line = text[text.rfind("\n", 0, hit.start) + 1 :].split("\n", 1)[0]
    others = [w for w in _WORD.findall(line.replace(written, " ")) if len(w) > _SMALL]
    return not others or any(word[0].islower() for word in others)
