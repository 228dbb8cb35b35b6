"""What a played platform holds: items, in no platform's own form."""

import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime

from domain.types import Url, Value


class Item(Value):
    """Something written on a platform. Ids are the platform's own: "t3_abc", a status's number."""

    id: str
    community: str = ""  # "crm" for r/crm, "ask_hn" for Hacker News, else ""
    author: str
    title: str = ""
    text: str = ""
    posted_at: AwareDatetime
    parent_id: str = ""  # "" opens a thread
    thread_id: str = ""  # "": its own id
    url: Url = ""  # "": the platform's permalink
    score: int = 1
    deleted: bool = False
    edited_at: AwareDatetime | None = None
    locked: bool = False  # nobody may reply there any more

    @property
    def thread(self) -> str:
        return self.thread_id or self.id


class Shelf:
    """The items of one platform, newest first. Safe to use from several threads."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._lock = threading.Lock()
        self._items: dict[str, Item] = {}
        self.add(*items)

    def add(self, *items: Item) -> None:
        """An item with a known id replaces the older one."""
        with self._lock:
            self._items.update({item.id: item for item in items})

    def delete(self, item_id: str) -> None:
        with self._lock:
            gone = self._items[item_id].model_copy(update={"deleted": True})
            self._items[item_id] = gone

    def edit(self, item_id: str, text: str, now: datetime) -> None:
        with self._lock:
            said = self._items[item_id].model_copy(update={"text": text, "edited_at": now})
            self._items[item_id] = said

    def clear(self) -> None:
        with self._lock:
            self._items.clear()

    def get(self, item_id: str) -> Item | None:
        with self._lock:
            return self._items.get(item_id)

    def live(self) -> list[Item]:
        """Newest first; of two of one second the later added first."""
        with self._lock:
            kept = [item for item in reversed(self._items.values()) if not item.deleted]
        return sorted(kept, key=lambda item: item.posted_at, reverse=True)

    def reply_counts(self) -> Counter[str]:
        """How many replies each thread has."""
        return Counter(item.thread for item in self.live() if item.id != item.thread)

    def in_thread(self, thread_id: str) -> list[Item]:
        """Replies and replies to replies, oldest first, without what opened the thread."""
        found = [i for i in self.live() if i.thread == thread_id and i.id != thread_id]
        return found[::-1]

    def reply(self, thread_id: str, author: str, text: str, now: datetime) -> str:
        """Somebody answers what opened the thread; returns the answer's address."""
        opening = self.get(thread_id)
        item = Item(
            id=self._new_id(now),
            community=opening.community if opening else "",
            author=author,
            text=text,
            posted_at=now,
            parent_id=thread_id,
            thread_id=thread_id,
        )
        self.add(item)
        return self.link(item)

    def link(self, item: Item) -> str:
        """Where people read it."""
        raise NotImplementedError

    def _new_id(self, now: datetime) -> str:
        raise NotImplementedError

    def _count(self) -> int:
        with self._lock:
            return len(self._items)
