"""Which texts a search of Reddit finds: words, "phrases", AND, OR, NOT and brackets."""

import re

_PART = re.compile(r'"[^"]*"|[()]|[^\s()"]+')
_FIELD = re.compile(r"^(?:title|selftext):")


def finds(query: str, text: str) -> bool:
    return _Query(query, text.lower()).either()


class _Query:
    """Reads from left to right; words beside each other must all stand in the text."""

    def __init__(self, query: str, text: str) -> None:
        self._left = _PART.findall(query)
        self._text = text

    def either(self) -> bool:
        found = self._all()
        while self._left and self._left[0] == "OR":
            self._left.pop(0)
            found = self._all() or found
        return found

    def _all(self) -> bool:
        found = True
        while self._left and self._left[0] not in {"OR", ")"}:
            if self._left[0] == "AND":
                self._left.pop(0)
                continue
            found = self._one() and found
        return found

    def _one(self) -> bool:
        part = self._left.pop(0)
        if part == "NOT" and self._left:
            return not self._one()
        if part == "(":
            found = self.either()
            if self._left:
                self._left.pop(0)
            return found
        words = re.escape(_FIELD.sub("", part).strip('"').lower())
        return re.search(rf"(?<!\w){words}(?!\w)", self._text) is not None
