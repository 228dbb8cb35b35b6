"""The records in a JSON export, whatever they are wrapped in. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from listeners.linkedin_columns import ALIASES, flat, is_header
from listeners.linkedin_csv import Broken
from listeners.linkedin_files import FileError

_DEEPEST = 12  # lists and objects around the records
_COMPLETE = "is it complete? Copy or export it again"


class Records(NamedTuple):
    rows: tuple[dict[str, Any], ...]  # flat, see `flat`
    broken: Broken = Broken()  # lines that are no JSON


def records(text: str) -> Records:
    """Of one document (a list, or one within {"data": {"posts": [...]}} and the like), or of one
    document a line. Raises FileError if none can be read, or none looks like a post."""
    try:
        documents, broken = [json.loads(text)], Broken()
    except RecursionError as error:
        raise FileError("is nested too deep: is this an export?") from error
    except ValueError as error:
        documents, broken = _of_lines(text, error)
    found = _found(documents)
    if not found and not all(map(_is_empty, documents)):
        known = ", ".join(ALIASES["text"])
        raise FileError(f"has no record with the text of a post; known names: {known}")
    return Records(tuple(map(flat, found)), broken)


def _of_lines(text: str, whole: ValueError) -> tuple[list[Any], Broken]:
    documents, broken = [], Broken()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            documents.append(json.loads(line))
        except (ValueError, RecursionError):
            broken = broken.and_one(number)
    if not any(isinstance(one, dict | list) for one in documents):
        raise FileError(f"is no JSON ({whole}): {_COMPLETE}") from whole
    return documents, broken


def _found(documents: list[Any]) -> list[Mapping[str, Any]]:
    """Objects that stand alone may be about the search itself: they count if no list has posts.
    Documents on lines of their own are a list."""
    inside = documents[0] if len(documents) == 1 else documents
    return list(_listed(inside, _DEEPEST)) or list(_alone(inside, _DEEPEST))


def _listed(inside: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """A list is of records if one of them looks like a post: the others are posts without words.
    What lies within a record (comments, the post that it shares) is no record of its own."""
    records = [one for one in inside if isinstance(one, dict)] if isinstance(inside, list) else []
    if any(map(_looks_like_post, records)):
        yield from records
    elif depth and not (isinstance(inside, dict) and _looks_like_post(inside)):
        for one in _within(inside):
            yield from _listed(one, depth - 1)


def _alone(inside: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(inside, dict) and _looks_like_post(inside):
        yield inside
    elif depth:
        for one in _within(inside):
            yield from _alone(one, depth - 1)


def _within(inside: Any) -> Iterable[Any]:
    if isinstance(inside, dict):
        return inside.values()
    return inside if isinstance(inside, list) else ()


def _looks_like_post(record: Mapping[str, Any]) -> bool:
    return is_header(flat(record).keys())


def _is_empty(document: Any, depth: int = _DEEPEST) -> bool:
    """An answer with an empty list: a search that found nothing is no fault."""
    if isinstance(document, dict) and document and depth:
        return any(_is_empty(value, depth - 1) for value in document.values() if value is not None)
    return document is None or document in ([], {})
