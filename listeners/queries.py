"""Search queries made of the catalogue's names: as many as needed, none longer than allowed. Pure.

    packed('{catalogue} lang:en', ["HubSpot", "Zoho CRM"], 512)
    -> ('(HubSpot OR "Zoho CRM") lang:en',)

What a platform calls "or", how it quotes and how it counts are arguments.
"""

import unicodedata
from collections.abc import Callable, Iterable

CATALOGUE = "{catalogue}"  # stands in a query for the names of all products

_KEPT = {"_", "\u200d", "\ufe0f"}  # besides letters, marks and digits; the latter two join emoji
_OPERATORS = {"OR", "AND", "NOT"}


def bare(term: str) -> str:
    """`term` as search engines cut it up: punctuation counts as blanks."""
    marked = (char if _searched(char) else " " for char in unicodedata.normalize("NFC", term))
    return " ".join("".join(marked).split())


def phrase(term: str) -> str:
    """A word as it is, several words in quotes; nothing in it can be taken for an operator."""
    words = bare(term)
    return f'"{words}"' if " " in words or words.upper() in _OPERATORS else words


def packed(
    template: str,
    terms: Iterable[str],
    longest: int,
    *,
    quote: Callable[[str], str] = phrase,
    joiner: str = " OR ",
    measure: Callable[[str], int] = len,
) -> tuple[str, ...]:
    """`template` with CATALOGUE replaced by as many of `terms` as fit, in brackets; so often that
    each of them stands in exactly one query. Terms that are quoted alike count as one.

    Without CATALOGUE in it the template is the one query. Raises ValueError, which says what to do.
    """
    names = template.count(CATALOGUE)
    quoted = _distinct(quote(term) for term in terms) if names else []
    if names > 1:
        raise ValueError(f"{CATALOGUE} may stand only once in a query ({template[:60]})")
    if names and not quoted:
        raise ValueError(
            f"{CATALOGUE} stands for the names in the catalogue, and there are none: add "
            "[[catalogue.products]], or write out what to search for"
        )
    queries = _filled(template, quoted, longest, joiner, measure) if names else [template]
    if not names and measure(template) > longest:
        raise ValueError(
            f"a query has {measure(template)} characters, at most {longest} are taken: shorten it, "
            f"or split it over several ({template[:40]}...)"
        )
    return tuple(queries)


def _filled(
    template: str, terms: list[str], longest: int, joiner: str, measure: Callable[[str], int]
) -> list[str]:
    def filled(some: list[str]) -> str:
        return template.replace(CATALOGUE, f"({joiner.join(some)})")

    packs: list[list[str]] = []
    for term in terms:
        if packs and measure(filled([*packs[-1], term])) <= longest:
            packs[-1].append(term)
        elif (length := measure(filled([term]))) > longest:
            raise ValueError(
                f"the name {term[:60]} fits into no query: with what stands around {CATALOGUE} it "
                f"has {length} characters, at most {longest} are taken; shorten either"
            )
        else:
            packs.append([term])
    return [filled(pack) for pack in packs]


def _distinct(terms: Iterable[str]) -> list[str]:
    return list({term.casefold(): term for term in terms if term}.values())


def _searched(char: str) -> bool:
    return char in _KEPT or unicodedata.category(char)[0] in "LMN" or _is_picture(char)


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) == "So" and ord(char) > 0x2000  # noqa: PLR2004 - not "©"
