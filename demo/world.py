"""The invented world of the demo, read from demo/data: a company, its advocates, what is written.

Everything in it is made up, and nothing in it knows what time it is: a post says how many hours ago
it was written, and `load` turns that into a time.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, TypeAdapter

from demo.players.items import Item
from domain.types import Intent, Kind, Value

DATA = Path(__file__).parent / "data"
PLATFORMS = ("x", "reddit", "hackernews", "rss", "linkedin")

_SECTIONS = {"Ask HN:": "ask_hn", "Show HN:": "show_hn"}  # of Hacker News, by how a title opens


class _Line(Value):
    """A line of posts.jsonl; demo/data/README.md says what its fields mean."""

    platform: str
    community: str
    id: str
    author: str
    title: str
    text: str
    hours_ago: Annotated[float, Field(ge=0.3, le=60)]
    parent: str
    thread: str
    expected: Intent
    kind: Kind | None
    elsewhere: bool = False


class WorldPost(Value):
    """Something that somebody of the world has written, and what a careful reader makes of it."""

    platform: str  # of PLATFORMS
    community: str  # "r/TwoVanTrades", a feed's name, or ""
    id: str  # the platform's own, as in its addresses
    author: str
    title: str
    text: str
    posted_at: AwareDatetime
    parent_id: str
    thread_id: str  # "" where it opens a thread
    expected: Intent
    kind: Kind | None  # of posts without buying intent
    elsewhere: bool  # a buying question, but about nothing of the catalogue: mowers, chairs

    @property
    def is_question(self) -> bool:
        """One that the company's advocates could answer."""
        return self.expected is not Intent.NONE and not self.elsewhere


class World(Value):
    company: Mapping[str, Any]  # tables "company", "catalogue", "places", as in a settings file
    posts: Mapping[str, tuple[WorldPost, ...]]  # by platform, oldest first
    advocates_csv: Path  # as `advocates import` reads it


def load(now: datetime) -> World:
    """The world as it stands at `now`, an aware time. Raises ValueError where a file is wrong."""
    lines = (DATA / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    read = TypeAdapter(_Line).validate_json
    posts = sorted((_post(read(line), now) for line in lines), key=lambda post: post.posted_at)
    return World(
        company=tomllib.loads((DATA / "company.toml").read_text(encoding="utf-8")),
        posts={name: tuple(p for p in posts if p.platform == name) for name in PLATFORMS},
        advocates_csv=DATA / "advocates.csv",
    )


def items(world: World, platform: str) -> list[Item]:
    """The platform's posts as its player takes them, oldest first."""
    return [
        Item(
            id=post.id,
            community=_played_community(post),
            author=post.author,
            title=post.title,
            text=post.text,
            posted_at=post.posted_at,
            parent_id=post.parent_id,
            thread_id=post.thread_id,
        )
        for post in world.posts[platform]
    ]


def _post(line: _Line, now: datetime) -> WorldPost:
    # Whole seconds: some platforms tell no finer time, and then sorting would differ from theirs.
    posted_at = (now - timedelta(hours=line.hours_ago)).replace(microsecond=0)
    said = line.model_dump(exclude={"hours_ago", "parent", "thread"})
    return WorldPost(**said, posted_at=posted_at, parent_id=line.parent, thread_id=line.thread)


def _played_community(post: WorldPost) -> str:
    if post.platform == "hackernews":
        opening = next((o for o in _SECTIONS if post.title.startswith(o)), "")
        return _SECTIONS.get(opening, "")
    return post.community.removeprefix("r/")
