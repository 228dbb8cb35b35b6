"""What in a feed's XML is meant to harm, found before it is parsed. Pure.

feedparser drops entities that name other ones and never fetches one; expat bounds how much they
blow up, but a hundredfold of five megabytes is allowed. What costs the square of its length and is
not found here is given up by the clock (listeners/workers.py).
"""

import re
from xml.parsers import expat

MOST_ENTRIES = 10_000
_DEEPEST = 200
_MOST_ATTRIBUTES = 500
_MOST_ENTITIES = 1_000  # HTML has a quarter of that
_MOST_EXPANDED = 1_000_000  # bytes that entities may add
_ENTITY = re.compile(rb"<!ENTITY\s+(%\s+)?([^\s%\"']{1,200})\s+(?:\"([^\"]*)\"|'([^']*)')?")
_NAMES_ANOTHER = re.compile(rb"&[^#]|%\w")
_FIRST_TAG = re.compile(rb"<\w")
_BLANKS = re.compile(rb"\s{2,}")
_AN_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s/>]")

# Small, well-formed XML without a DTD: feedparser has nothing in it to be slow about.
_TAME_SIZE = 300_000
_TAME_PROLOG = 1_000
_TAME_RUN = 2_000  # characters without a blank or a tag's end; also the longest tag
_RUN_END = re.compile(rb"[\s<>]+")
_USUAL_CODES = re.compile(rb"utf-?8|us-ascii|iso-8859-\d+|windows-125\d", re.IGNORECASE)
_CHARSET = re.compile(rb"charset=[\"']?([\w-]*)", re.IGNORECASE)
_DECLARED = re.compile(rb"^<\?xml[^>]{0,200}?encoding=[\"']([^\"']*)")


def danger(xml: bytes) -> str:
    """Why `xml` (UTF-8) is not read, as the end of a sentence that begins with the feed's address;
    "" if nothing speaks against it."""
    return _entities(xml) or _shape(xml)


def calm(xml: bytes) -> bytes:
    """`xml` without the blank lines before its first tag, over which feedparser would brood."""
    first = _FIRST_TAG.search(xml)
    head = xml[: first.start()] if first else b""
    return _BLANKS.sub(b"\n", head) + xml[len(head) :]


def tame(body: bytes, content_type: str) -> bool:
    """Whether `body` can be parsed in a moment, so that no other process need watch over it."""
    if body[:1] == b"{":  # JSON
        return len(body) <= _TAME_SIZE
    code = _CHARSET.search(content_type.encode()) or _DECLARED.match(body)
    if len(body) > _TAME_SIZE or (code and not _USUAL_CODES.fullmatch(code[1])):
        return False
    if b"<!DOCTYPE" in body or not _FIRST_TAG.search(body, 0, _TAME_PROLOG):
        return False
    if max(map(len, _RUN_END.split(body))) > _TAME_RUN:
        return False
    try:
        _survey(body)
    except (expat.ExpatError, _HarmfulError):
        return False
    return True


def _entities(xml: bytes) -> str:
    plain = xml.partition(b"<![CDATA[")[0]  # a DTD stands before all of those
    if b"<!DOCTYPE" not in plain:
        return ""
    added = 0
    declared = _ENTITY.findall(plain)
    if len(declared) > _MOST_ENTITIES:
        return f"declares more than {_MOST_ENTITIES:,} entities; not read"
    for parameter, name, double, single in declared:
        value = double or single
        if parameter and not value:  # HTML's own names, from a file that nobody fetches
            continue
        if parameter or not value or _NAMES_ANOTHER.search(value):
            return "declares entities that fetch or multiply others, as attacks do; not read"
        added += len(value) * xml.count(b"&" + name + b";")
    return "declares entities that make it many times longer; not read" * (added > _MOST_EXPANDED)


class _HarmfulError(Exception):
    """Says what `danger` says."""


def _shape(xml: bytes) -> str:
    if len(_AN_ENTRY.findall(xml)) > MOST_ENTRIES:
        return f"holds more than {MOST_ENTRIES:,} entries, as no feed does; not read"
    try:
        _survey(xml.lstrip())
    except _HarmfulError as found:
        return str(found)
    except expat.ExpatError:
        pass  # much that is broken can be read all the same
    return ""


def _survey(xml: bytes) -> None:
    """Raises _HarmfulError, or ExpatError at the first fault of the XML."""
    depth = 0

    def opened(_: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _HarmfulError(f"is nested more than {_DEEPEST} deep; not read")
        if len(attributes) > _MOST_ATTRIBUTES:
            raise _HarmfulError(f"has tags of more than {_MOST_ATTRIBUTES} attributes; not read")

    def closed(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.Parse(xml, True)  # noqa: FBT003 - expat takes no names
