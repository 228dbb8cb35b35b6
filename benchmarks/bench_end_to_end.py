"""Listen from memory, classify, store in SQLite, triage: posts a second beside spaCy's bare
tokenizer on the same texts in the same run."""

import logging
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import spacy

from benchmarks.texts import NOW, posts
from benchmarks.world import kit_on
from domain.types import Post
from pipeline.classify import classify
from pipeline.listen import listen

BOUND = 0.2
_COUNT, _ROUNDS = 5_000, 5


def _tokenizer(batch: Sequence[Post]) -> float:
    make_doc = spacy.blank("en").make_doc
    make_doc(batch[0].text)
    began = time.perf_counter()
    for post in batch:
        make_doc(post.text)
    return len(batch) / (time.perf_counter() - began)


def _chain(batch: Sequence[Post]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        kit = kit_on(f"sqlite:///{Path(folder) / 'bench.db'}", batch)
        with closing(kit.store):
            kit.classifier.assess(batch[:10])  # load the model outside the clock
            began = time.perf_counter()
            heard = listen(kit, NOW)
            assessed = classify(kit, NOW)
            seconds = time.perf_counter() - began
            assert heard == assessed == len(batch)
            return len(batch) / seconds


def run() -> list[str]:
    logging.disable(logging.INFO)
    batch = posts(_COUNT)
    pairs = [(_chain(batch), _tokenizer(batch)) for _ in range(_ROUNDS)]
    ours, peer = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"chain {ours:,.0f} posts/s, bare tokenizer {peer:,.0f}: {ratio:.2f} x (bound {BOUND})")
    return [f"the chain runs at {ratio:.2f} x of the tokenizer"] * (ratio < BOUND)
