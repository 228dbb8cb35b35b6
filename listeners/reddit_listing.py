"""A listing of Reddit, newest first, read down to a given time, page by page."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.errors import SourceError
from listeners.reddit_api import ClosedError, RedditApi
from listeners.reddit_posts import Node, stamp

_PAGE = 100
_MOST = 1000  # items: Reddit lists the newest thousand and no more
_MAX_PAGES = 40  # of whatever answers in Reddit's stead
_ENOUGH_OLD = 3  # items: one that is out of its order does not end the reading
_TRIES = 3
_TOO_MANY = 429
_LAG = 60.0  # seconds by which Reddit may list an older post after a newer one


class Kind(NamedTuple):
    """Of listings."""

    label: str  # in the cursor
    called: str
    cut_from: int  # with so many items one that ends may have been cut off by Reddit
    remedy: str  # where it shows too little


# Of the thousand those that were removed are not shown; of a search some 250 are.
NEW = Kind(
    "new", "submissions", 500, "set a shorter `every`, or name fewer `subreddits` in this source"
)
COMMENTS = Kind(
    "comments",
    "comments",
    500,
    "set a shorter `every`, name fewer `subreddits` in this source, or set `comments = false`",
)
SEARCH = Kind("search", "results", 200, "set a shorter `every`, or make `search` narrower")


class Listing(NamedTuple):
    nodes: list[Node]
    newest: float = 0.0  # in epoch seconds, of all nodes; 0: none has a time
    last: float = 0.0  # of the last one, which is the oldest but for what is out of its order
    whole: bool = True  # False: Reddit ended it before the time down to which it is needed
    broken: SourceError | None = None  # what ended it; the newest pages have been read


class Depth(NamedTuple):
    """Times in epoch seconds."""

    wanted: float  # pages are read down to here, and the newest one whole in any case
    needed: float  # what is newer has never been listed to us; not earlier than `wanted`


def read(api: RedditApi, kind: Kind, path: str, params: Mapping[str, str], depth: Depth) -> Listing:
    """Raises SourceError where not even the newest page can be read."""
    nodes: list[Node] = []
    seen: set[str] = set()
    times: list[float] = []
    after, more_below = "", False
    for _ in range(_MAX_PAGES):
        asked: dict[str, str | int] = {**params, "limit": _PAGE}
        try:
            page, leads_to = _page(api, path, {**asked, "after": after} if after else asked)
        except SourceError as error:
            if not nodes:
                raise
            return Listing(nodes, broken=error)
        fresh = [(node, at) for node in page for i, at in [stamp(node)] if not i or i not in seen]
        seen |= {stamp(node)[0] for node, _ in fresh}
        nodes += [node for node, _ in fresh]
        times += [at for _, at in fresh if at]
        if sum(at < depth.wanted - _LAG for at in times) >= _ENOUGH_OLD:
            return Listing(nodes, max(times), times[-1])
        if not fresh or not leads_to or leads_to == after:
            more_below = len(nodes) >= kind.cut_from
            break
        after, more_below = leads_to, True
        if len(nodes) >= _MOST:
            break
    last = times[-1] if times else 0.0
    return Listing(
        nodes, max(times, default=0.0), last, whole=not more_below or last <= depth.needed
    )


def _page(api: RedditApi, path: str, asked: Mapping[str, str | int]) -> tuple[list[Node], str]:
    """Further pages are asked for again where that may help: of ten one often fails, and then all
    would have to be read again."""
    for _ in range(_TRIES - 1 if "after" in asked else 0):
        try:
            return api.listing(path, asked)
        except SourceError as error:
            if error.retry_after or error.status == _TOO_MANY or isinstance(error, ClosedError):
                raise
    return api.listing(path, asked)
