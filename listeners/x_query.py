"""X's query language, as far as one can tell before asking what X would refuse. Pure.

A blank means "and", and binds tighter than OR; "-" negates one term, never a group. Some operators
stand for a set of posts by themselves (from:, url:), others only narrow what stands beside them.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from listeners.queries import CATALOGUE, bare

_TOKEN = re.compile(r'(-?\()|(\))|(-?(?:\w+:)?"[^"]*"|[^\s()"]+)|(")')
_OPERATOR = re.compile(r"^([a-z_]+):(.+)$", re.DOTALL)
_NARROWING = {"is", "has", "lang"}  # and min_...
_SINGLE = {"lang", "from", "conversation_id"}  # a post has one of each
_DEEPEST = 20  # brackets in brackets


class Term(NamedTuple):
    text: str  # as it stands in the query, without "-"
    negated: bool
    name: str  # of an operator, else ""
    value: str  # in lower case, without quotes
    words: tuple[str, ...]  # of a word or phrase, in lower case


class All(NamedTuple):
    parts: tuple["Node", ...]
    bracketed: bool = False


class Either(NamedTuple):
    parts: tuple["Node", ...]  # two or more


Node = Term | All | Either


def parsed(query: str) -> Node:
    """Raises ValueError, with a remedy, where X would not understand it."""
    open_groups: list[list[list[Node]]] = [[[]]]  # of each: the sides of its ORs so far
    for opening, closing, term, stray in _TOKEN.findall(query):
        if opening == "-(":
            raise ValueError("X cannot negate a group, as in -(a OR b): write -a -b")
        if stray:
            raise ValueError('a quotation mark (") has no partner: close the phrase')
        if opening:
            open_groups.append([[]])
            if len(open_groups) > _DEEPEST:
                raise ValueError(f"more than {_DEEPEST} brackets are open at once: simplify it")
        elif closing:
            if len(open_groups) == 1:
                raise ValueError("a bracket is closed that was not opened: check the ( and )")
            group = _group(open_groups.pop())
            group = group._replace(bracketed=True) if isinstance(group, All) else group
            open_groups[-1][-1].append(group)
        elif term == "OR":
            open_groups[-1].append([])
        else:
            open_groups[-1][-1].append(_term(term))
    if len(open_groups) > 1:
        raise ValueError("a bracket is opened that is not closed: check the ( and )")
    return _group(open_groups[0])


def _group(sides: list[list[Node]]) -> Node:
    if not all(sides) and len(sides) > 1:
        raise ValueError("an OR has nothing beside it: write a OR b")
    if not all(sides):
        raise ValueError("there is nothing to search for, or nothing between ( and )")
    nodes: list[Node] = [side[0] if len(side) == 1 else All(tuple(side)) for side in sides]
    return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))


def _term(said: str) -> Term:
    text = said.removeprefix("-")
    if text != CATALOGUE and ("{" in text or "}" in text):
        raise ValueError(f"{said}: of braces, X queries know only {CATALOGUE}, which stands alone")
    if said != CATALOGUE and text == CATALOGUE:
        raise ValueError(f"-{CATALOGUE} would negate a group, which X cannot: leave it out")
    operator = _OPERATOR.match(text)
    if operator and operator[1] == "min_faves":
        raise ValueError("X knows min_faves: no more: write min_likes:")
    name, value = (operator[1], operator[2]) if operator else ("", text)
    words = () if operator else tuple(bare(text).casefold().split())
    words = (CATALOGUE,) if text == CATALOGUE else words
    return Term(text, said != text, name, value.strip('"').casefold(), words)


def terms(node: Node) -> Iterator[Term]:
    if isinstance(node, Term):
        yield node
    else:
        for part in node.parts:
            yield from terms(part)


def shown(node: Node) -> str:
    """As it may stand in a query, with all brackets that it means."""
    if isinstance(node, Term):
        return f"-{node.text}" if node.negated else node.text
    parts = [shown(p) if isinstance(p, Term) else f"({shown(p)})" for p in node.parts]
    return (" " if isinstance(node, All) else " OR ").join(parts)


def unbounded(node: Node) -> Node | None:
    """A side of `node` that names nothing a post must have, and so is refused by X; None if there
    is no such side."""
    if isinstance(node, Term):
        narrows = node.name in _NARROWING or node.name.startswith("min_")
        names_something = bool(node.name or node.words)
        return node if node.negated or narrows or not names_something else None
    found = [side for side in map(unbounded, node.parts) if side]
    if isinstance(node, Either):
        return found[0] if found else None
    return node if len(found) == len(node.parts) else None


def never(node: Node, banned: tuple[Term, ...] = ()) -> bool:
    """Whether no post can match: the same is demanded and excluded, or two of what a post has one
    of. `banned`: what is excluded around it."""
    if isinstance(node, Term):
        return not node.negated and any(_excludes(term, node) for term in banned)
    if isinstance(node, Either):
        return all(never(side, banned) for side in node.parts)
    beside = list(_beside(node))
    banned += tuple(term for term in beside if term.negated)
    single = [(t.name, t.value) for t in beside if not t.negated and t.name in _SINGLE]
    if len(set(single)) > len({name for name, _ in single}):
        return True
    return any(never(part, banned) for part in node.parts)


def _beside(node: All) -> Iterator[Term]:
    """Terms that all have to hold together."""
    for part in node.parts:
        if isinstance(part, Term):
            yield part
        elif isinstance(part, All):
            yield from _beside(part)


def _excludes(banned: Term, wanted: Term) -> bool:
    """-crm excludes "crm software" too. Whether it excludes #crm, X does not tell."""
    if banned.name or wanted.name:
        return (banned.name, banned.value) == (wanted.name, wanted.value)
    if banned.value[:1] in "#@$" or wanted.value[:1] in "#@$":
        return banned.value == wanted.value
    size = len(banned.words)
    starts = range(len(wanted.words) - size + 1)
    return size > 0 and any(wanted.words[n : n + size] == banned.words for n in starts)
