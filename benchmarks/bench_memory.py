"""Resident memory while 100,000 posts go through the chain: flat after the first 10,000."""

import logging
import tempfile
from contextlib import closing
from pathlib import Path

import psutil

from benchmarks.texts import NOW, posts
from benchmarks.world import FromMemory, kit_on
from pipeline.classify import classify
from pipeline.listen import listen

BOUND = 60.0  # MB
_BATCH = 5_000


def run(count: int = 100_000) -> list[str]:
    logging.disable(logging.INFO)
    process = psutil.Process()
    seen = []
    with tempfile.TemporaryDirectory() as folder:
        kit = kit_on(f"sqlite:///{Path(folder) / 'bench.db'}", [])
        source = kit.settings.listeners[0]
        assert isinstance(source, FromMemory)
        everything = posts(count)  # made before the clock: their own memory is no growth
        with closing(kit.store):
            for start in range(0, count, _BATCH):
                source.posts = everything[: start + _BATCH]
                listen(kit, NOW)
                classify(kit, NOW)
                seen.append(process.memory_info().rss / 1e6)
    settled = seen[10_000 // _BATCH - 1]
    growth = max(seen[10_000 // _BATCH :]) - settled
    print(
        f"after 10,000: {settled:.0f} MB, after {count:,}: {seen[-1]:.0f} MB, growth {growth:.0f}"
    )
    return [f"memory grew by {growth:.0f} MB"] * (growth > BOUND)
