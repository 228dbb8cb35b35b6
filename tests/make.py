"""Values to test with: each maker gives a plain, valid one; name only what the test is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.types import (
    Advocate,
    Ask,
    AskKind,
    Assessment,
    Consent,
    Intent,
    Known,
    Mention,
    Message,
    MessageKind,
    Opportunity,
    Post,
    Role,
)

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # a Tuesday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def post(n: int = 1, **given: Any) -> Post:
    fields: dict[str, Any] = {
        "platform": "reddit",
        "community": "r/trades",
        "external_id": f"t3_{n}",
        "url": f"https://www.reddit.com/r/trades/comments/{n}/",
        "author": f"asker{n}",
        "title": "Fernhill or Tidewell?",
        "text": "We are a plumbing firm of 12 in Leeds. Which of the two would you get?",
        "posted_at": NOW - 2 * HOUR,
        "fetched_at": NOW - HOUR,
        "thread_id": f"t3_{n}",
    }
    return Post(**{**fields, **given})


def mention(heard: Post, name: str, role: Role = Role.CANDIDATE, *, ours: bool = False) -> Mention:
    start = heard.reading.index(name)
    return Mention(name=name, text=name, start=start, end=start + len(name), role=role, ours=ours)


def assessment(heard: Post | None = None, score: float = 0.9, **given: Any) -> Assessment:
    heard = heard or post()
    rest = (1 - score) / 5
    fields: dict[str, Any] = {
        "post_key": heard.key,
        "model": "test-1",
        "intent": Intent.COMPARE,
        "score": score,
        "scores": {i: (score if i is Intent.COMPARE else rest) for i in Intent},
    }
    return Assessment(**{**fields, **given})


def opportunity(heard: Post | None = None, **given: Any) -> Opportunity:
    fields: dict[str, Any] = {
        "post_key": (heard or post()).key,
        "topic": "Fernhill",
        "intent": Intent.COMPARE,
        "components": {"intent": 0.6, "freshness": 0.2},
        "score": 0.8,
        "reason": "Weighs Fernhill against Tidewell",
        "opened_at": NOW,
        "expires_at": NOW + 5 * DAY,
    }
    return Opportunity(**{**fields, **given})


def advocate(who: str = "anna", **given: Any) -> Advocate:
    fields: dict[str, Any] = {
        "id": who,
        "name": who.title(),
        "email": f"{who}@customer.example",
        "handles": {"reddit": f"{who}_r", "x": f"{who}_x", "hackernews": f"{who}_h"},
        "time_zone": "Europe/London",
        "products": (Known(product="Fernhill", since=date(2022, 1, 1)),),
        "consents": (
            Consent(kind=AskKind.REPLY, source="sign-up form", given_on=date(2025, 1, 1)),
        ),
    }
    return Advocate(**{**fields, **given})


def ask(heard: Post | None = None, who: str = "anna", **given: Any) -> Ask:
    heard = heard or post()
    fields: dict[str, Any] = {
        "occasion": heard.key,
        "advocate": who,
        "thread_key": heard.thread_key,
        "author_key": heard.author_key,
        "place_key": heard.place_key,
        "drafted_at": NOW,
        "due_at": NOW,
    }
    return Ask(**{**fields, **given})


def message(about: str = "reddit::t3_1", **given: Any) -> Message:
    fields: dict[str, Any] = {
        "kind": MessageKind.CARD,
        "about": about,
        "channel": "log",
        "created_at": NOW,
        "due_at": NOW,
    }
    return Message(**{**fields, **given})
