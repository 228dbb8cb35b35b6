"""Platform -> Posts: one module for each kind of source, registered in KINDS."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from listeners import hackernews, linkedin, reddit, rss, x
from listeners.base import Listener, SourceOptions


class Kind(NamedTuple):
    """What `kind = "..."` of a `[[sources]]` table stands for."""

    options: type[SourceOptions]
    # of `options`, the secrets by name, and the clock
    make: Callable[[Any, Mapping[str, str], Callable[[], datetime]], Listener]
    secrets: tuple[str, ...]  # names of those that it needs


# A new source: one module, one line here, one played platform, one section in docs/sources.md.
KINDS: dict[str, Kind] = {
    "hackernews": Kind(hackernews.Options, hackernews.make, hackernews.SECRETS),
    "linkedin": Kind(linkedin.Options, linkedin.make, linkedin.SECRETS),
    "reddit": Kind(reddit.Options, reddit.make, reddit.SECRETS),
    "rss": Kind(rss.Options, rss.make, rss.SECRETS),
    "x": Kind(x.Options, x.make, x.SECRETS),
}
