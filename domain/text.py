"""Foreign text made harmless and short, before it is stored or shown."""

import re
import unicodedata

# Controls (not tab and newline), lone surrogates, and the marks that turn the direction of text
# around (Unicode's bidirectional embeddings, overrides, isolates): one line then
# reads as another.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """`text` in NFC, line ends as newlines, without controls, surrogates and direction marks."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _LINE_ENDS.sub("\n", text)))


def one_line(text: str) -> str:
    """`clean`, with every run of white space as one blank: for subjects, labels and table cells."""
    return _SPACES.sub(" ", clean(text)).strip()


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where there is one to cut at, ending in '…'."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    word = cut.rfind(" ")
    return (cut[:word] if word > limit // 2 else cut).rstrip() + "…"
