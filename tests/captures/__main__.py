"""`python -m tests.captures` prints, for each folder of real captures, how many records it holds,
how many became posts, and why the others did not. They lie beside the checkout.

It exits 1 where a record is not accounted for, or where anything but SourceError came out.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.server import LoopbackServer
from tests.captures.account import Account
from tests.captures.forums import (
    of_bluesky,
    of_discourse,
    of_feeds,
    of_hackernews,
    of_hostile_feeds,
)
from tests.captures.linkedin import of_linkedin
from tests.captures.social import Reddit, of_reddit, of_x
from tests.listeners.test_samples import SAMPLES, Captures


def accounts() -> list[Account]:
    captures, recorded = Captures(), Reddit()
    with LoopbackServer([captures, recorded]) as server, TemporaryDirectory() as folder:
        recorded.url, url = f"{server.url}/recorded", f"{server.url}/real"
        captures.url = url  # type: ignore[attr-defined]
        feeds = [path for path in sorted(SAMPLES.glob("feeds/*")) if path.is_file()]
        readers: Mapping[str, Callable[[Account], None]] = {
            "reddit": lambda one: of_reddit(one, recorded),
            "x": lambda one: of_x(one, captures, url),
            "feeds": lambda one: of_feeds(one, captures, feeds),
            "feeds/hostile": lambda one: of_hostile_feeds(one, captures),
            "forums/discourse": lambda one: of_discourse(one, captures, url),
            "forums/hn_algolia": lambda one: of_hackernews(one, captures, url),
            "forums/bluesky": of_bluesky,
            "linkedin": lambda one: of_linkedin(one, Path(folder)),
        }
        found = [Account(name) for name in readers]
        for one in found:
            readers[one.folder](one)
        return found


def show(found: Iterable[Account], say: Callable[[str], object]) -> None:
    for one in found:
        say("folder              files  records   posts  different  left out  unaccounted")
        numbers = (len(one.posts), len({post.key for post in one.posts}), sum(one.left.values()))
        posts, different, left = numbers
        counted = f"{len(one.files):6} {one.records:8} {posts:7} {different:10} {left:9}"
        say(f"{one.folder:18} {counted} {len(one.wrong):12}")
        for reason, number in one.left.most_common():
            say(f"{number:6}  {reason}")
        for note in one.notes:
            say(f"        {note}")
        for wrong in one.wrong:
            say(f"UNACCOUNTED  {wrong}")
        say("")


if __name__ == "__main__":
    everything = accounts()
    show(everything, print)
    sys.exit(any(one.wrong for one in everything))
