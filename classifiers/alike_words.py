"""What a text says, without its trimmings: its words, in order, and the names among them.

The trimmings are what changes when one text is posted in two places: links, hashtags at the end,
"RT @ann:", "x-post from r/crm", quoted lines, mark-up, emoji, punctuation, capitals.
"""

import re
import unicodedata
from typing import NamedTuple

MOST_CHARACTERS = 4_000  # of a text that are looked at

_LINK = re.compile(r"https?://\S+|\bwww\.\S+")
_RETWEET = re.compile(r"\W*(?:RT|MT)\s+@\w+:?")
_CROSSPOST = re.compile(
    r"\b(?:x-?|cross-?\s?)post(?:ed|ing)?\b(?:\s+(?:from|to|in|of|via))?\s*/?\b[ru]/\w+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^ ?>.*$", re.MULTILINE)
# Scripts that put no blanks between words count by the character. C++ and C# are not C.
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+[+#]*")
_BLANKS = str.maketrans({n: " " for n in range(128) if not chr(n).isalnum()})
_CLOSING = " \t\r\n\"')]}»"


class Words(NamedTuple):
    """What one text says."""

    text: str  # its words in its own capitals, a blank between them
    cut_off: bool  # it ends in an ellipsis: there was more of it
    links: tuple[str, ...]

    @property
    def folded(self) -> list[str]:
        return self.text.casefold().split()

    @property
    def names(self) -> frozenset[str]:
        """Words that name or count something: with another in its place, it is another text."""
        words = self.text.split()
        return frozenset(w.casefold() for w in words if w != w.lower() or not w.isalpha())


def words_of(text: str) -> Words:
    text = text[:MOST_CHARACTERS]
    # Most texts have no links, and are spared the search; so below.
    links = tuple(_LINK.findall(text)) if "://" in text or "www." in text else ()
    said, cut_off = _without_torn_word(_without_trimmings(_LINK.sub(" ", text) if links else text))
    said = said.replace("'", "")
    if said.isascii() and "+" not in said and "#" not in said:
        words = said.translate(_BLANKS).split()  # the same words, five times faster
    else:
        words = _WORD.findall(said)
    return Words(" ".join(words), cut_off, links)


def _without_trimmings(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    if "@" in text and (retweet := _RETWEET.match(text)):
        text = text[retweet.end() :]
    if "post" in text or "POST" in text:
        text = _CROSSPOST.sub(" ", text)
    if ">" in text and (own := _QUOTED.sub("", text)).strip():
        text = own
    while "#" in text and (parts := text.rsplit(None, 1))[-1].startswith("#"):
        text = parts[0] if len(parts) > 1 else ""
    return text


def _without_torn_word(text: str) -> tuple[str, bool]:
    """Whether an ellipsis ends the text; the word that it is glued to may be half a word."""
    if "..." not in text:
        return text, False
    said = text.rstrip(_CLOSING)
    if not said.endswith("..."):
        return text, False
    said = said.rstrip(".")
    whole = not said or said[-1].isspace()
    return (said if whole else " ".join(said.rsplit(None, 1)[:-1])), True
