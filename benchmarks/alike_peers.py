"""Other ways to know a repeated text, rebuilt in the shape that their makers gave them.

Each is a function of a stream of texts: the number of the earlier one that each repeats, or None.
None of them looks at who wrote a text.
"""

import importlib.util
import random
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b

Found = list[int | None]
Peer = Callable[[Sequence[str]], Found]

RECENT = 1_000  # texts that those without an index compare with
_EDIT = re.compile(r"^\s*(?:edit|update)\b\s*\d*\s*[:\-\u2013\u2014]?", re.IGNORECASE)
_SLOTS, _BANDS = 128, 8
_BORROW = [random.Random(slot).sample(range(_SLOTS), _SLOTS) for slot in range(_SLOTS)]


def _plain(text: str) -> str:
    """Small letters, no emphasis, nothing from an edit on."""
    lines = text.split("\n")
    kept = next((lines[:n] for n, line in enumerate(lines) if _EDIT.match(line)), lines)
    return " ".join(re.sub(r"[*_~`]", "", "\n".join(kept).casefold()).split())


def _slots(text: str) -> tuple[int, ...]:
    """One permutation: each run of five letters has one slot, whose least value counts; an empty
    slot borrows from others in an order of its own."""
    least: list[int | None] = [None] * _SLOTS
    for run in {text[n : n + 5] for n in range(max(1, len(text) - 4))}:
        value, slot = divmod(zlib.crc32(run.encode()), _SLOTS)
        held = least[slot]
        if held is None or value < held:
            least[slot] = value
    lent = (next(v for s in order if (v := least[s]) is not None) for order in _BORROW)
    return tuple(own if own is not None else other for own, other in zip(least, lent, strict=True))


def _digest(values: Sequence[int]) -> bytes:
    return blake2b(",".join(map(str, values)).encode(), digest_size=8).digest()


def _bands(slots: Sequence[int]) -> Iterator[Sequence[int]]:
    rows = _SLOTS // _BANDS
    return (slots[first : first + rows] for first in range(0, _SLOTS, rows))


def one_permutation(texts: Sequence[str], likeness: float = 0.85) -> Found:
    """As reddit-lead-finder does: the same normal form, else MinHash of letters, in pure Python."""
    exact: dict[str, int] = {}
    kept: dict[int, tuple[int, ...]] = {}
    buckets: dict[tuple[int, bytes], list[int]] = {}
    found: Found = []
    for number, text in enumerate(texts):
        said = _plain(text)
        slots = _slots(said)
        bands = list(enumerate(map(_digest, _bands(slots))))
        maybe = {other for band in bands for other in buckets.get(band, ())}
        alike = [
            other
            for other in sorted(maybe)
            if sum(map(int.__eq__, slots, kept[other])) >= likeness * _SLOTS
        ]
        found.append(exact[said] if said in exact else next(iter(alike), None))
        exact.setdefault(said, number)
        kept[number] = slots
        for band in bands:
            buckets.setdefault(band, []).append(number)
    return found


def jaccard(texts: Sequence[str], likeness: float = 0.8) -> Found:
    """The shared part of the words, against each of the recent texts."""
    recent: deque[tuple[int, set[str]]] = deque(maxlen=RECENT)
    found: Found = []
    for number, text in enumerate(texts):
        words = set(text.casefold().split())
        near = (n for n, w in recent if len(w & words) >= likeness * len(w | words))
        found.append(next(near, None))
        recent.append((number, words))
    return found


def datasketch_index(texts: Sequence[str], likeness: float = 0.8) -> Found:
    """MinHash of word triples and its index, as datasketch's documentation shows it."""
    datasketch = importlib.import_module("datasketch")
    index = datasketch.MinHashLSH(threshold=likeness, num_perm=128)
    found: Found = []
    for number, text in enumerate(texts):
        words = text.casefold().split()
        sketch = datasketch.MinHash(num_perm=128)
        triples = zip(words, words[1:], words[2:], strict=False)
        sketch.update_batch([" ".join(three).encode() for three in triples])
        found.append(min(index.query(sketch), default=None))
        index.insert(number, sketch)
    return found


def rapidfuzz_ratio(texts: Sequence[str], likeness: float = 85.0) -> Found:
    """The share of common letters, against each of the recent texts."""
    process = importlib.import_module("rapidfuzz.process")
    fuzz = importlib.import_module("rapidfuzz.fuzz")
    recent: deque[str] = deque(maxlen=RECENT)
    found: Found = []
    for number, text in enumerate(texts):
        said = text.casefold()
        best = process.extractOne(said, recent, scorer=fuzz.ratio, score_cutoff=likeness)
        found.append(best and number - len(recent) + best[2])
        recent.append(said)
    return found


def peers() -> dict[str, Peer]:
    """Those that can run here; datasketch and rapidfuzz are no dependencies of ours."""
    there: dict[str, Peer] = {
        "reddit-lead-finder's": one_permutation,
        f"words, last {RECENT:,}": jaccard,
    }
    if importlib.util.find_spec("datasketch"):
        there["datasketch"] = datasketch_index
    if importlib.util.find_spec("rapidfuzz"):
        there[f"rapidfuzz, last {RECENT:,}"] = rapidfuzz_ratio
    return there
