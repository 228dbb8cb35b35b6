"""What of a post goes into the pipeline: the same characters made plain, in the same places.

Everything here keeps the length of a text, or cuts its end: an offset into what the pipeline saw
is an offset into `Post.reading`.
"""

import re
import unicodedata

LIMIT = 4000  # characters; a question that comes later than that is not found
_LONGEST = 200  # characters of a word; addresses may be so long
_LONG_RUN = re.compile(rf"(\S{{{_LONGEST - 1}}})\S")
_TABLE_LIMIT = 5000  # characters remembered: hostile text must not fill memory
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ALIKE = str.maketrans("\u2018\u2019\u02bc\u201b\u201c\u201d\u201e", "''''\"\"\"")
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")


def _plain(char: str) -> str:
    """The compatible form (full-width letters, styled capitals), a blank for what has no shape."""
    if char == "\n":
        return char
    if unicodedata.category(char) in _INVISIBLE:
        return " "
    form = unicodedata.normalize("NFKC", char)
    return form if len(form) == 1 else char


class _Table(dict[int, str]):
    """For str.translate: worked out when first met."""

    def __missing__(self, code: int) -> str:
        plain = _plain(chr(code))
        if len(self) < _TABLE_LIMIT:
            self[code] = plain
        return plain


_TABLE = _Table({code: chr(_ALIKE[code]) for code in _ALIKE})


def storable(text: str) -> str:
    """Halves of surrogate pairs, which no database or file can hold, as replacement characters."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def plain(text: str) -> str:
    """`text` up to LIMIT; curly quotes straight, controls and invisible marks as blanks.

    In runs without a blank every _LONGEST-th character becomes one: a tokenizer takes marks off
    the ends of a word one by one, and for "?!?!?!..." of 4,000 characters that lasts seconds.
    """
    text = text[:LIMIT]
    if len(text) > _LONGEST and max(map(len, text.split()), default=0) > _LONGEST:
        text = _LONG_RUN.sub(r"\1 ", text)
    if text.isascii():
        return _CONTROL.sub(" ", text)
    return text.translate(_TABLE)


def lower(text: str) -> str:
    """Lower case of the same length ("\u0130" would grow by a dot)."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
