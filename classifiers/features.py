"""Words of a Doc as rows of a weight table: what the categoriser sees of a post.

For each token: the word; the word with the one before; the word again if its sentence ends in a
question mark, if it stands in the title, if it is among the first. Each is hashed to a row (the
hashing trick), so no vocabulary has to be kept and memory does not grow. A batch of posts is
turned into rows by a few numpy calls, as one concatenated text.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.strings import get_string_id
from spacy.tokens import Doc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_Keys = npt.NDArray[np.uint64]

KINDS = 5  # columns of Rows.rows
_OPENING = 6  # tokens
_NOTHING = 0  # the row whose weights stay zero


class Rows(NamedTuple):
    rows: Ints  # (tokens of the batch, KINDS); _NOTHING where a kind does not apply
    starts: Ints  # (docs that are not empty,): their first token
    docs: Ints  # (docs that are not empty,): which they are
    counts: Ints  # (docs that are not empty,): features of each, at least 1


def _ids(*words: str) -> _Keys:
    return np.array([get_string_id(word) for word in words], dtype=np.uint64)


_QUESTION = _ids("?", "??", "???", "????", "?!", "!?")
_SENTENCE_ENDS = np.concatenate([_QUESTION, _ids(".", "!", "!!", "!!!", "...", "…", "\n", "\n\n")])
_TITLE_END = _ids("\n", "\n\n", "\n ", " \n")
_ANY_NUMBER = _ids("#number")[0]
_SALT = np.arange(1, KINDS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
_ODD = np.uint64(0xFF51AFD7ED558CCD)


def rows_of(docs: Sequence[Doc], length: int) -> Rows:
    """Rows 1 to length - 1; row _NOTHING is kept for what does not apply."""
    arrays = [doc.to_array(["NORM", "LIKE_NUM"]) for doc in docs]
    sizes = np.array([len(array) for array in arrays], dtype=np.int64)
    full = np.flatnonzero(sizes)
    if not len(full):
        none = np.zeros(0, dtype=np.int64)
        return Rows(np.zeros((0, KINDS), dtype=np.int64), none, none, none)
    sizes = sizes[full]
    ends = np.cumsum(sizes)
    starts = ends - sizes
    words, numbers = np.concatenate([arrays[i] for i in full]).astype(np.uint64).T
    keys = np.where(numbers == 1, _ANY_NUMBER, words)
    place = np.arange(len(keys)) - np.repeat(starts, sizes)
    applies = np.stack(
        [
            np.ones(len(keys), dtype=bool),
            place > 0,
            _asked(keys, ends),
            _in_title(words, starts, sizes),
            place < _OPENING,
        ],
        axis=1,
    )
    hashed = np.repeat(keys[:, None], KINDS, axis=1)
    hashed[:, 1] = keys * _ODD + np.roll(keys, 1)
    rows = (_mix(hashed + _SALT) % np.uint64(length - 1)).astype(np.int64) + 1
    rows[~applies] = _NOTHING
    return Rows(rows, starts, full, np.add.reduceat(applies.sum(axis=1), starts))


def _asked(keys: _Keys, ends: Ints) -> Flags:
    """Tokens of sentences that end in a question mark."""
    stops = _among(keys, _SENTENCE_ENDS)
    stops[ends - 1] = True
    places = np.where(stops, np.arange(len(keys)), len(keys) - 1)
    next_stop = np.minimum.accumulate(places[::-1])[::-1]
    return _among(keys, _QUESTION)[next_stop]


def _in_title(words: _Keys, starts: Ints, sizes: Ints) -> Flags:
    """Tokens before a post's first line end."""
    line_ends = _among(words, _TITLE_END)
    seen = np.cumsum(line_ends)
    before: Ints = seen[starts] - line_ends[starts]
    title: Flags = seen == np.repeat(before, sizes)
    return title


def _among(keys: _Keys, few: _Keys) -> Flags:
    """As numpy.isin, which sorts and so is slower for a few."""
    found: Flags = (keys[:, None] == few).any(axis=1)
    return found


def _mix(keys: _Keys) -> _Keys:
    """Spreads the bits (the finaliser of MurmurHash3, public domain)."""
    keys = (keys ^ (keys >> np.uint64(33))) * _ODD
    return keys ^ (keys >> np.uint64(29))
