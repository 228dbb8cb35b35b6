"""Posts per second of the classifier beside spaCy's bare tokenizer, and its memory.

Both sides take turns, so that a busy machine slows both alike. The texts are the corpus's: 41 % of
them buying questions, which cost more than the ordinary posts of a stream, as they are explained.
"""

import gc
import itertools
import statistics
import time
from collections import deque
from collections.abc import Callable

import psutil
import spacy

from benchmarks.texts import NOW, posts, texts
from classifiers import make_spacy
from classifiers.base import Classifier
from classifiers.catalogue import Catalogue
from classifiers.options import Options
from domain.types import Post

LENGTHS = (200, 1000)  # characters
POSTS, ROUNDS = 2_000, 7
LEAST_RATIO = 0.2  # of the bare tokenizer; the chain with database and all must reach it too
MANY, WARM, BATCH = 100_000, 10_000, 1_000  # posts
MOST_GROWTH = 60.0  # MB
CATALOGUE = Catalogue.model_validate(
    {
        "products": [
            {"name": "HubSpot", "ours": True, "category": "crm"},
            {"name": "Pipedrive", "category": "crm"},
            {"name": "Salesforce", "aliases": ["SFDC"], "category": "crm"},
            {"name": "Zoho CRM", "category": "crm"},
            {"name": "Notion", "category": "wiki", "sense": ["docs"], "other_sense": ["of"]},
        ]
    }
)


def run() -> list[str]:
    """Prints the figures; returns the bounds that are broken."""
    found = figures()
    for name, figure in found.items():
        print(f"{name:36} {figure:12,.2f}")
    slow = [f"{n} is {f:.2f}" for n, f in found.items() if n.endswith("ratio") and f < LEAST_RATIO]
    grown = found["growth in MB"]
    return slow + [f"memory grew by {grown:.0f} MB"] * (grown > MOST_GROWTH)


def figures() -> dict[str, float]:
    classifier = make_spacy(Options(), CATALOGUE)
    found: dict[str, float] = {}
    for length in LENGTHS:
        found |= _speed(classifier, length)
    return found | {"growth in MB": growth(classifier)}


def _speed(classifier: Classifier, length: int) -> dict[str, float]:
    """Medians. A round of each before the clock: both remember words they have met."""
    tokenizer, read = spacy.blank("en"), posts(POSTS, length)
    readings = [post.reading for post in read]
    sides: tuple[Callable[[], object], ...] = (
        lambda: deque(map(tokenizer.make_doc, readings), maxlen=0),  # keeps none, as we do
        lambda: classifier.assess(read),
    )
    rounds = [[_seconds(side) for side in sides] for _ in range(1 + ROUNDS)][1:]
    bare, whole = (POSTS / statistics.median(side) for side in zip(*rounds, strict=True))
    return {
        f"{length} characters: tokenizer posts/s": bare,
        f"{length} characters: classifier posts/s": whole,
        f"{length} characters: ratio": statistics.median(one / two for one, two in rounds),
    }


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def growth(classifier: Classifier) -> float:
    """MB of resident memory that MANY posts added after the first WARM; each has new words."""
    process, before, most = psutil.Process(), 0.0, 0.0
    waiting = texts(LENGTHS[0])
    for seen in range(0, MANY, BATCH):
        batch = [
            Post(
                platform="x",
                external_id=str(n),
                text=f"new{seen + n}word {text}",
                posted_at=NOW,
                fetched_at=NOW,
            )
            for n, text in enumerate(itertools.islice(waiting, BATCH))
        ]
        classifier.assess(batch)
        resident = process.memory_info().rss / 1e6
        before = resident if seen < WARM else before
        most = max(most, resident)
    return most - before
