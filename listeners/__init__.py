"""Platform -> Posts: one module for each kind of source, registered in KINDS."""

from collections.abc import Callable
from typing import Any, NamedTuple

from listeners import discourse, hackernews, linkedin, reddit, rss, stackexchange, x
from listeners.base import Given, Listener, SourceOptions


class Kind(NamedTuple):
    """What `kind = "..."` of a `[[sources]]` table stands for."""

    options: type[SourceOptions]
    make: Callable[[Any, Given], Listener]  # of `options`
    secrets: tuple[str, ...]  # names of those that it needs


# A new source: one module, one line here, one played platform, one section in docs/sources.md.
KINDS: dict[str, Kind] = {
    "discourse": Kind(discourse.Options, discourse.make, discourse.SECRETS),
    "hackernews": Kind(hackernews.Options, hackernews.make, hackernews.SECRETS),
    "linkedin": Kind(linkedin.Options, linkedin.make, linkedin.SECRETS),
    "reddit": Kind(reddit.Options, reddit.make, reddit.SECRETS),
    "rss": Kind(rss.Options, rss.make, rss.SECRETS),
    "stackexchange": Kind(stackexchange.Options, stackexchange.make, stackexchange.SECRETS),
    "x": Kind(x.Options, x.make, x.SECRETS),
}
