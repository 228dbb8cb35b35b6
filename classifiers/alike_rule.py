"""Whether two texts say the same, decided by their words.

Another's text must be longer, and more alike, than one's own: two people who ask "Which CRM should
I get?" ask two questions. "HubSpot or Pipedrive?" and "HubSpot or Close?" are two at any length.
"""

from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher

from classifiers.alike_words import Words, words_of

FEWEST = 3  # words: below, nothing says the same as anything ("Thanks!")
FEWEST_OWN = 6  # words from which on an author's own text may differ a little
FEWEST_OTHERS = 12  # words from which on another's text can be the same
LIKENESS_OWN, LIKENESS_OTHERS = 0.75, 0.8  # how many of the words of both are in both
NOTHING_NEW = 0.95  # of the shorter text's words are in the longer: it only leaves something out,
REST = 0.5  # ... but not more of it than this, unless it breaks off with an ellipsis
START = 5  # words, with which both begin then
MISSPELT = 0.85  # how many of their letters two spellings of one name share
_MOST_COMPARED = 200  # words, in order: only so far does the slow comparison look
_TELLING = 4  # letters


def same(earlier: Words, later: Words, *, own: bool, terms: AbstractSet[str] = frozenset()) -> bool:
    """`own`: both are known to be by one author. `terms`: names that small letters would hide,
    casefolded."""
    one, two = earlier.folded, later.folded
    fewest = min(len(one), len(two))
    if fewest < FEWEST:
        nothing_but_links = not one and not two and earlier.links != ()
        return own and nothing_but_links and earlier.links == later.links
    if fewest < FEWEST_OTHERS and (not own or _about_other_links(earlier, later)):
        return False
    if one == two:
        return True
    likeness = LIKENESS_OWN if own else LIKENESS_OTHERS
    broken_off = (earlier if len(one) < len(two) else later).cut_off
    if fewest < FEWEST_OWN or not _alike(one, two, likeness, broken_off=broken_off):
        return False
    return not _other_names(one, two, earlier.names | later.names | terms)


def _about_other_links(one: Words, two: Words) -> bool:
    """What "Is this any good?" asks about is in its link."""
    return bool(one.links and two.links) and set(one.links).isdisjoint(two.links)


def _alike(one: list[str], two: list[str], likeness: float, *, broken_off: bool) -> bool:
    """`broken_off`: the shorter one may be no more than the other's beginning."""
    few, many = sorted((set(one), set(two)), key=len)
    shared = len(few & many)
    if shared >= likeness * (len(few) + len(many) - shared):
        return True
    short, long = sorted((len(one), len(two)))
    only_left_out = shared >= NOTHING_NEW * len(few)
    return only_left_out and (short >= REST * long or (broken_off and one[:START] == two[:START]))


def telling_words(name: str) -> list[str]:
    """Those of a product's name by which it is known in small letters too."""
    words = words_of(name).folded
    return words if len(words) == 1 else [word for word in words if len(word) >= _TELLING]


def _other_names(one: list[str], two: list[str], names: AbstractSet[str]) -> bool:
    """Whether a name, or a number, stands where the other text has something else."""
    if names.isdisjoint({*one} ^ {*two}):
        return False
    one, two = one[:_MOST_COMPARED], two[:_MOST_COMPARED]
    for change, a, b, c, d in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        left, right = one[a:b], two[c:d]
        named = change == "replace" and not names.isdisjoint({*left} ^ {*right})
        if named and not _misspelt("".join(left), "".join(right)):
            return True
    return False


def _misspelt(left: str, right: str) -> bool:
    counted = any(map(str.isdigit, left + right))
    return not counted and SequenceMatcher(None, left, right, autojunk=False).ratio() >= MISSPELT
