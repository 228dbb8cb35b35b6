"""Which posts say the same: one text that was crossposted, retweeted or lightly changed.

A window over the last texts. Who may be alike is found by MinHash (rensa); whether they are is
decided by `alike_rule`, which compares words.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from operator import add

from rensa import RMinHash, RMinHashLSH

from classifiers.alike_rule import FEWEST_OTHERS, same, telling_words
from classifiers.alike_words import Words, words_of

_NUMBERS, _BANDS, _SEED = 16, 8, 1  # two numbers a band: of texts half alike, 9 of 10 are found
_CROWD = 16  # texts that share a band: beyond, it is a turn of phrase and no longer looked at
_OWN_TEXTS = 8  # the last of each author, that are always looked at
_OPENING = 8  # words; by them a text and its cut-off start find each other
_GLIMPSE = 0.1  # of likeness, as estimated: below, no words are compared


class _Said:
    """One text in the window."""

    __slots__ = ("author", "group", "key", "number", "opening", "sketch", "words")

    def __init__(self, key: str, words: Words, author: str, number: int) -> None:
        self.key, self.words, self.author, self.number = key, words, author, number
        folded = words.folded
        self.sketch = _sketch(folded)
        # What others may find; of fewer words only their author says the same.
        self.opening = " ".join(folded[:_OPENING]) if len(folded) >= FEWEST_OTHERS else ""
        self.group: OrderedDict[str, None] | None = None  # keys, head first; None: it is alone


def _sketch(words: list[str]) -> RMinHash:
    """Of its pairs of neighbours."""
    sketch = RMinHash(_NUMBERS, _SEED)
    sketch.update(list(map(add, words, words[1:])))
    return sketch


class Window:
    """Remembers the last `size` texts, and tells which new ones were said before.

    Some 1.7 KB for a text of 200 characters, and about 10 KB at most for any. Safe between
    threads.
    """

    def __init__(self, size: int = 100_000, terms: Iterable[str] = ()) -> None:
        """`terms`: names that small letters would hide, such as the catalogue's."""
        if size < 1:
            raise ValueError("a window holds at least one text")
        self._lock = threading.RLock()
        self._size = size
        self._terms = frozenset(word for term in terms for word in telling_words(term))
        self._texts: OrderedDict[str, _Said] = OrderedDict()  # by key, oldest first
        self._next = 0
        # Heads of groups only, by number; all others are found through them.
        self._heads: dict[int, _Said] = {}
        self._index = RMinHashLSH(0.5, _NUMBERS, _BANDS)
        self._openings: dict[str, int] = {}
        self._own: dict[str, list[_Said]] = {}  # by author

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def add(self, key: str, text: str, author: str = "") -> str | None:
        """The key of the earliest text here that says the same, if any; remembers this one.

        A key that is here already stays where it is, or, with another text, is taken for new.
        """
        with self._lock:
            return self._add(key, text, author)

    def _add(self, key: str, text: str, author: str) -> str | None:
        words = words_of(text)
        known = self._texts.get(key)
        if known is not None:
            if known.author == author and known.words == words:
                head = self._head(known)
                return None if head is known else head.key
            self.forget(key)
        said = _Said(key, words, author, self._next)
        self._next += 1
        head_of_it, crowded = self._find(said)
        self._texts[key] = said
        if author:
            own = self._own.setdefault(author, [])
            own.append(said)
            del own[:-_OWN_TEXTS]
        if head_of_it is None:
            self._lead(said, indexed=not crowded)
        else:
            _join(head_of_it, said)
        if len(self._texts) > self._size:
            self._leave(self._texts.popitem(last=False)[1])
        return None if head_of_it is None else head_of_it.key

    def add_all(self, posts: Sequence[tuple[str, str, str]]) -> list[str | None]:
        """`add` for each (key, text, author), in order."""
        return [self.add(*post) for post in posts]

    def forget(self, key: str) -> None:
        """Leave no trace of this text; those that said the same stay together."""
        with self._lock:
            said = self._texts.pop(key, None)
            if said is not None:
                self._leave(said)

    def _head(self, said: _Said) -> _Said:
        return said if said.group is None else self._texts[next(iter(said.group))]

    def _find(self, said: _Said) -> tuple[_Said | None, bool]:
        """The earliest head that says the same; and whether so many share its turns of phrase
        that one more would only slow down the search."""
        shared: list[int] = self._index.query(said.sketch) if said.opening else []
        maybe = set(sorted(shared)[:_CROWD])
        maybe.update(self._head(one).number for one in self._own.get(said.author, ()))
        if (start := self._openings.get(said.opening)) is not None:
            maybe.add(start)
        for number in sorted(maybe):
            head = self._heads[number]
            if head.opening != said.opening and said.sketch.jaccard(head.sketch) < _GLIMPSE:
                continue
            own = said.author != "" and said.author == head.author
            if same(head.words, said.words, own=own, terms=self._terms):
                return head, False
        return None, len(shared) >= _CROWD

    def _lead(self, said: _Said, *, indexed: bool) -> None:
        self._heads[said.number] = said
        if said.opening:
            self._openings.setdefault(said.opening, said.number)
            if indexed:
                self._index.insert(said.number, said.sketch)

    def _leave(self, said: _Said) -> None:
        own = self._own.get(said.author)
        if own is not None and said in own:
            own.remove(said)
            if not own:
                del self._own[said.author]
        if said.number in self._heads:
            self._resign(said)
        if said.group is not None:
            del said.group[said.key]
            heir = self._texts[next(iter(said.group))]
            if heir.number not in self._heads:
                self._lead(heir, indexed=True)
            if len(said.group) == 1:
                heir.group = None

    def _resign(self, said: _Said) -> None:
        del self._heads[said.number]
        self._index.remove(said.number)
        if self._openings.get(said.opening) == said.number:
            del self._openings[said.opening]


def _join(head: _Said, said: _Said) -> None:
    if head.group is None:
        head.group = OrderedDict({head.key: None})
    head.group[said.key] = None
    said.group = head.group
