"""What the tests of Stack Exchange have in common: a question, an answer, and looks at the site."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from demo.faults import Answer, status
from demo.players.items import Item
from listeners.base import Batch
from tests.listeners.played import NOW, Played

ASK = Item(
    id="500",
    community="crm invoicing",
    author="Ann & Co",
    title='A "small" CRM?',
    text="For <five> people.",
    posted_at=NOW - timedelta(minutes=30),
    score=3,
)
ANSWER = Item(
    id="501",
    author="bo",
    text="Take that one.",
    posted_at=NOW - timedelta(minutes=20),
    parent_id="500",
    thread_id="500",
)


def fetched(played: Played, cursor: str | None = None, **options: Any) -> Batch:
    return played.listener("stackexchange", **options).fetch(cursor)


def ids(batch: Batch) -> set[str]:
    return {post.external_id for post in batch.posts}


def asked(played: Played) -> list[tuple[str, Mapping[str, str]]]:
    seen = played.server.seen("/stackexchange")
    return [(one.path.removeprefix("/stackexchange/2.3"), one.query) for one in seen]


def refused(error: int, name: str, message: str, code: int = 400) -> Answer:
    said = {"error_id": error, "error_name": name, "error_message": message}
    return status(code, json.dumps(said), content_type="application/json")
