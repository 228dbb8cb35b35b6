"""The played platforms, and for each what the contract needs: a listener for it, and posts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.players.discourse import HOST as FORUM
from demo.players.discourse import DiscoursePlayer
from demo.players.feeds import FeedPlayer
from demo.players.hackernews import HackerNewsPlayer
from demo.players.items import Item, Shelf
from demo.players.reddit import RedditPlayer
from demo.players.stackexchange import StackExchangePlayer
from demo.players.x import XPlayer, status_id
from demo.server import LoopbackServer
from listeners import discourse, hackernews, http, reddit, rss, sessions, stackexchange, x
from listeners.base import Given, Listener
from listeners.hosts import Hosts

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRETS = {
    "GOODWORD_X_BEARER_TOKEN": "token",
    "GOODWORD_REDDIT_CLIENT_ID": "app",
    "GOODWORD_REDDIT_CLIENT_SECRET": "secret",
}


def given(
    clock: Callable[[], datetime] = lambda: NOW, secrets: Mapping[str, str] = SECRETS
) -> Given:
    """Each with hosts of its own: what one listener was told keeps no other from asking."""
    return Given(secrets, clock, Hosts(), terms=("Fernhill", "Tidewell CRM"))


SOON = 1.2  # seconds: how long a listener under test waits for an answer


class Played:
    def __init__(self) -> None:
        self.x = XPlayer()
        self.reddit = RedditPlayer()
        self.hackernews = HackerNewsPlayer()
        self.feeds = FeedPlayer(size=1000)
        self.discourse = DiscoursePlayer()
        self.stackexchange = StackExchangePlayer()
        self.shelves: dict[str, Shelf] = {
            "x": self.x,
            "reddit": self.reddit,
            "hackernews": self.hackernews,
            "discourse": self.discourse,
            "stackexchange": self.stackexchange,
            "rss": self.feeds,
            "atom": self.feeds,
            "json": self.feeds,
        }
        players = (self.x, self.reddit, self.hackernews, self.feeds)
        self.server = LoopbackServer([*players, self.discourse, self.stackexchange])

    def reset(self) -> None:
        self.server.reset()
        for shelf in self.shelves.values():
            shelf.clear()
        for closed in (self.reddit.missing, self.reddit.private, self.reddit.banned):
            closed.clear()

    def listener(self, kind: str, **options: Any) -> Listener:
        return PLATFORMS[kind].listener(self.server.url, options, lambda: NOW)

    def add(self, kind: str, *minutes_ago: float, **changes: Any) -> list[Item]:
        """Posts written so many minutes ago."""
        items = [PLATFORMS[kind].item(NOW - timedelta(minutes=ago)) for ago in minutes_ago]
        items = [item.model_copy(update=changes) for item in items]
        self.shelves[kind].add(*items)
        return items


@dataclass(frozen=True)
class Platform:
    listener: Callable[[str, Mapping[str, Any], Callable[[], datetime]], Listener]
    item: Callable[[datetime], Item]
    path: str  # whose requests bring posts
    page: int = 100  # posts that one request brings at most


def _x(url: str, options: Mapping[str, Any], clock: Callable[[], datetime]) -> Listener:
    chosen = x.Options(**{"name": "x", "query": "crm", "api_url": f"{url}/x", **options})
    return x.XListener(chosen, "token", clock, sessions.Timeouts(SOON, SOON))


def _reddit(url: str, options: Mapping[str, Any], clock: Callable[[], datetime]) -> Listener:
    known = {"name": "reddit", "subreddits": ["crm"], "api_url": f"{url}/reddit", **options}
    return reddit.RedditListener(
        reddit.Options(**known), SECRETS, clock, sessions.Timeouts(SOON, SOON)
    )


def _hackernews(url: str, options: Mapping[str, Any], clock: Callable[[], datetime]) -> Listener:
    chosen = hackernews.Options(**{"name": "hn", "api_url": f"{url}/hn", **options})
    return hackernews.HackerNewsListener(chosen, given(clock), http.Limits(SOON, SOON, 2 * SOON))


def _discourse(url: str, options: Mapping[str, Any], clock: Callable[[], datetime]) -> Listener:
    known = {"name": "forum", "url": FORUM, "api_url": f"{url}/discourse", **options}
    return discourse.DiscourseListener(
        discourse.Options(**known), given(clock), http.Limits(SOON, SOON, 2 * SOON)
    )


def _stackexchange(url: str, options: Mapping[str, Any], clock: Callable[[], datetime]) -> Listener:
    known = {"name": "recs", "site": "softwarerecs", "api_url": f"{url}/stackexchange", **options}
    return stackexchange.StackExchangeListener(
        stackexchange.Options(**known), given(clock), http.Limits(SOON, SOON, 2 * SOON)
    )


def _feed(ending: str) -> Callable[[str, Mapping[str, Any], Callable[[], datetime]], Listener]:
    def made(url: str, options: Mapping[str, Any], clock: Callable[[], datetime]) -> Listener:
        known = {"name": "blog", "url": f"{url}/feeds/blog.{ending}", "allow_private": True}
        return rss.RssListener(
            rss.Options(**{**known, **options}), clock, http.Limits(SOON, SOON, 2 * SOON)
        )

    return made


def _number(at: datetime) -> int:
    return int((at - NOW).total_seconds()) + 10_000_000


PLATFORMS: Mapping[str, Platform] = {
    "x": Platform(
        _x,
        lambda at: Item(id=status_id(at), author="ann", text=f"Said {at}", posted_at=at),
        "/x/2/tweets",
    ),
    "reddit": Platform(
        _reddit,
        lambda at: Item(
            id=f"t3_{_number(at):x}",
            community="crm",
            author="ann",
            title="Which one?",
            text=f"Said {at}",
            posted_at=at,
        ),
        "/reddit/r",
    ),
    "hackernews": Platform(
        _hackernews,
        lambda at: Item(
            id=str(_number(at)), author="ann", title="Which one?", text=f"Said {at}", posted_at=at
        ),
        "/hn",
        200,
    ),
    "discourse": Platform(
        _discourse,
        lambda at: Item(
            id=str(_number(at)),
            community="crm",
            author="ann",
            title="Which one?",
            text=f"Said {at}",
            posted_at=at,
        ),
        "/discourse",
        50,
    ),
    "stackexchange": Platform(
        _stackexchange,
        lambda at: Item(
            id=str(_number(at)), author="ann", title="Which one?", text=f"Said {at}", posted_at=at
        ),
        "/stackexchange",
    ),
    "rss": Platform(
        _feed("rss"),
        lambda at: Item(
            id=f"post-{_number(at)}",
            community="blog",
            author="ann",
            title="Which one?",
            text=f"Said {at}",
            posted_at=at,
        ),
        "/feeds",
        1000,
    ),
}
# The other forms of a feed, which are of the same kind.
PLATFORMS = {
    **PLATFORMS,
    "atom": Platform(_feed("atom"), PLATFORMS["rss"].item, "/feeds", 1000),
    "json": Platform(_feed("json"), PLATFORMS["rss"].item, "/feeds", 1000),
}
FEEDS = frozenset({"rss", "atom", "json"})


def kind_of(row: str) -> str:
    """As it stands in the settings file."""
    return "rss" if row in FEEDS else row
