"""A reader of feeds that are meant to harm (tests/listeners/harm.py), whose memory is measured.

`python -m tests.listeners.hostile URL...` reads each, in a process of its own so that nothing else
counts, and prints one JSON document: what came of each, and the most memory that it and the
processes it started took, in MB.
"""

import json
import re
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import SourceError
from listeners import http, rss
from listeners.workers import Bounds, Workers

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def main(urls: list[str]) -> None:
    told = {}
    parsing = Workers(Bounds(seconds=5.0))  # of a busy machine
    for url in urls:
        options = rss.Options(name="f", url=url, allow_private=True)
        limits = http.Limits(total=8.0)
        try:
            batch = rss.RssListener(options, lambda: NOW, limits, parsing=parsing).fetch(None)
            told[url] = f"read {len(batch.posts)}"
        except SourceError as error:
            told[url] = str(error)
    parsing.close()
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(json.dumps({"told": told, "own": _own(), "others": others}))  # noqa: T201


def _own() -> float:
    """The system's own figure counts what this process was while it was still a copy of whoever
    started it; Linux also tells what it was since."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        if found:
            return int(found[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main(sys.argv[1:])
