"""What became of the records of one folder of captures.

A record is accounted for as a post, or by a reason that stands in the record itself; an answer that
holds none, by what SourceError said of it.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from domain.errors import SourceError
from domain.types import Post
from listeners.base import Listener
from tests.listeners.test_samples import sane

Record = Mapping[str, Any]
Why = Callable[[Record], str]  # why a record is no post; "" if nothing in it says so
Listen = Callable[[], Iterable[Post]]

AGAIN = "told by another record of the same answer"
_LONGEST = 500  # characters of what SourceError says
_ADDRESS = re.compile(r"(?:https?://)?127\.0\.0\.1:\d+[^\s:]*")


class Account:
    """What became of the records of one folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.files: set[str] = set()
        self.records = 0
        self.posts: list[Post] = []
        self.left: Counter[str] = Counter()
        self.wrong: list[str] = []  # what nothing accounts for
        self.notes: list[str] = []  # for the reader

    def settle(
        self,
        file: str,
        records: Sequence[tuple[str, Record]],
        listen: Listen,
        why: Why,
        empty: str = "",
    ) -> None:
        """`records`: with the ids that their posts should have. An answer without any counts as one
        itself, which is to be refused; or `empty` says why it brings none."""
        self.files.add(file.partition(":")[0])
        self.records += len(records) or 1
        posts = self._listened(file, listen, refusable=not records)
        if posts is None:
            return
        told = {post.external_id: post for post in posts}
        met: set[str] = set()
        for own_id, record in records:
            reason = AGAIN if own_id in met else why(record)
            post = None if own_id in met else told.pop(own_id, None)
            met.add(own_id)
            if post and not reason:
                self.posts.append(post)
            elif reason and not post:
                self.left[reason] += 1
            else:
                self.wrong.append(f"{file}: {own_id} {reason or 'is no post for no reason'}")
        if not records:
            self._count(file, 1, (), {empty: 1} if empty else {})
        self.wrong += [f"{file}: {own_id} was made of no record" for own_id in told]

    def count(self, file: str, records: int, listen: Listen, left: Mapping[str, int]) -> None:
        """Where posts cannot be known by their ids; without records as above."""
        self.files.add(file.partition(":")[0])
        self.records += records or 1
        posts = self._listened(file, listen, refusable=not records)
        if posts is not None:
            self._count(file, records or 1, posts, left)

    def _count(
        self, file: str, records: int, posts: Sequence[Post], left: Mapping[str, int]
    ) -> None:
        self.posts += posts
        self.left.update(left)
        if records != len(posts) + sum(left.values()):
            self.wrong.append(f"{file}: {records} records, {len(posts)} posts, left out: {left}")

    def _listened(self, file: str, listen: Listen, *, refusable: bool) -> tuple[Post, ...] | None:
        try:
            posts = tuple(listen())
            sane(posts)
        except SourceError as error:
            told = _ADDRESS.sub("ADDRESS", str(error)).partition(": ")[2]
            if not refusable or "\n" in told or len(told) > _LONGEST:
                self.wrong.append(f"{file}: {told}")
            self.left[f"refused: {told}"] += 1
            return None
        except Exception as error:  # noqa: BLE001 - that nothing else comes out is what is shown
            self.wrong.append(f"{file}: {type(error).__name__}: {error}")
            return None
        return posts


def fetched(listener: Listener) -> Iterable[Post]:
    return listener.fetch(None).posts


def an_object(body: bytes) -> dict[str, Any]:
    """The object in `body`; an empty one where it holds none, or breaks off."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
