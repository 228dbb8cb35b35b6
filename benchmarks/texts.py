"""Posts to measure with: texts of our own corpus, each a little different, in any number."""

import itertools
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.types import Post

CORPUS = Path(__file__).parents[1] / "classifiers" / "training" / "corpus"
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


def texts(length: int = 200, seed: int = 1) -> Iterator[str]:
    """For ever: about `length` characters, cut from the corpus at words."""
    lines = [
        json.loads(line)
        for file in sorted(CORPUS.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    random.Random(seed).shuffle(lines)
    joined = itertools.cycle(" ".join((x["title"], x["text"])).strip() for x in lines)
    held = ""
    for n in itertools.count():
        while len(held) < length:
            held = f"{held} {next(joined)}".strip()
        cut = held.rfind(" ", 0, length) if len(held) > length else len(held)
        cut = cut if cut > length // 2 else length
        text, held = held[:cut], held[cut:].strip()
        yield f"{text} {n}"


def posts(count: int, length: int = 200) -> list[Post]:
    return [
        Post(
            platform="reddit",
            community="r/trades",
            external_id=f"t3_{n}",
            url=f"https://www.reddit.com/comments/{n}/",
            author=f"author{n}",
            text=text,
            posted_at=NOW - timedelta(hours=1),
            fetched_at=NOW,
            thread_id=f"t3_{n}",
        )
        for n, text in enumerate(itertools.islice(texts(length), count))
    ]
