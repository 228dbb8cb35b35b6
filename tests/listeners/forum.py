"""What the tests of Discourse have in common: a topic, answers in it, and looks at the forum."""

from datetime import timedelta
from typing import Any

from demo.players.items import Item
from listeners.base import Batch
from tests.listeners.played import NOW, Played

ASK = Item(
    id="900",
    community="crm",
    author="ann",
    title="Fernhill or Tidewell?",
    text="We are five.",
    posted_at=NOW - timedelta(minutes=30),
)


def reply(number: int, to: Item = ASK, *, ago: float = 10, **changes: Any) -> Item:
    return Item(
        id=str(number),
        community=to.community,
        author="bo",
        text=f"Answer {number}",
        posted_at=NOW - timedelta(minutes=ago),
        parent_id=to.thread,
        thread_id=to.thread,
    ).model_copy(update=changes)


def old_topic(played: Played, **changes: Any) -> Item:
    """One from before the first look, far below the newest page."""
    *_, oldest = played.add("discourse", *(3000 + n for n in range(60)))
    oldest = oldest.model_copy(update=changes)
    played.discourse.add(oldest)
    return oldest


def fetched(played: Played, cursor: str | None = None, **options: Any) -> Batch:
    return played.listener("discourse", **options).fetch(cursor)


def ids(batch: Batch) -> set[str]:
    return {post.external_id for post in batch.posts}


def paths(played: Played) -> list[str]:
    return [seen.path.removeprefix("/discourse") for seen in played.server.seen("/discourse")]
