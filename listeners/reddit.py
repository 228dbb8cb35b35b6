"""Reddit: new submissions and comments of given subreddits, and submissions found by a search."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from domain.errors import SourceError
from domain.types import Post, PostState
from listeners import answers, markup, sessions
from listeners.base import Batch, SourceOptions
from listeners.batches import posts_of
from listeners.marks import Mark, Marks
from listeners.reddit_api import CLIENT_ID, CLIENT_SECRET, ClosedError, RedditApi

log = logging.getLogger(__name__)

SECRETS = (CLIENT_ID, CLIENT_SECRET)

_SITE = "https://www.reddit.com"
_PAGE = 100
_MAX_PAGES = 10  # Reddit lists the newest thousand and no more
_OVERLAP = timedelta(days=1)  # a moderator may let a post through so late
_CLOSED_FOR = timedelta(hours=1)  # then a closed subreddit is tried again
_UNSAID = {"[deleted]", "[removed]", "[ Removed by Reddit ]"}

_Node = Mapping[str, Any]


class Options(SourceOptions):
    subreddits: tuple[Annotated[str, Field(pattern=r"^(r/)?\w{2,50}$")], ...] = ()
    comments: bool = True  # not only what opens a thread
    search: str = ""  # submissions anywhere on Reddit that have these words

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.subreddits and not self.search:
            raise ValueError("needs `subreddits` or `search`: where to listen, or for what")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name.removeprefix("r/") for name in self.subreddits))


class RedditListener:
    platform = "reddit"

    def __init__(
        self,
        options: Options,
        secrets: Mapping[str, str],
        clock: Callable[[], datetime],
        timeouts: sessions.Timeouts = sessions.USUAL,
    ) -> None:
        self.name = options.name
        self.every = options.every
        self._options = options
        self._clock = clock
        self._where = f"{self.name}: Reddit"
        self._api = RedditApi(self._where, secrets, options.api_url, clock, timeouts)
        self._closed: dict[str, datetime] = {}  # subreddit -> when to try it again

    def fetch(self, cursor: str | None) -> Batch:
        now = self._clock()
        names = [n for n in self._options.names if self._closed.get(n, now) <= now]
        names = names or list(self._options.names)
        try:
            return self._fetch(cursor, names)
        except ClosedError:
            if len(names) < 2:  # noqa: PLR2004 - no other that could be read without it
                raise
            return self._fetch(cursor, self._open(names))

    def replies(self, post: Post) -> tuple[Post, ...]:
        """Comments of the submission as one answer shows them: in very long threads not all."""
        thread = (post.thread_id or post.external_id).removeprefix("t3_")
        try:
            answer = self._api.get(f"/comments/{thread}", {"limit": 500, "sort": "new"})
        except ClosedError:
            return ()  # nothing is to be seen there any more
        try:
            comments = list(_tree(answer[1]))
        except (KeyError, IndexError, TypeError) as error:
            raise answers.unreadable(self._where, "a thread") from error
        return posts_of(comments, self._post, self._where)

    def _fetch(self, cursor: str | None, names: Sequence[str]) -> Batch:
        marks = Marks.read(cursor)
        first = Mark.first(self._clock(), self._options.since)
        posts: dict[str, Post] = {}
        moved = dict(marks.lists)
        for label, path, params in self._lists(names):
            found, moved[label] = self._look(path, params, marks.lists.get(label, first))
            posts.update((post.key, post) for post in found)
        return Batch(tuple(posts.values()), Marks(lists=moved).model_dump_json())

    def _lists(self, names: Sequence[str]) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        """What to read: a label for the cursor, path and parameters."""
        if names:
            yield "new", f"/r/{'+'.join(names)}/new", {}
            if self._options.comments:
                yield "comments", f"/r/{'+'.join(names)}/comments", {}
        if self._options.search:
            yield "search", "/r/all/search", {"q": self._options.search, "sort": "new"}

    def _open(self, names: Sequence[str]) -> list[str]:
        """Those of `names` that let us in: a closed one among them fails the whole request."""
        shut: dict[str, str] = {}
        for name in names:
            try:
                self._api.get(f"/r/{name}/new", {"limit": 1})
            except ClosedError as error:
                shut[name] = error.why
        said = "; ".join(f"r/{name} {why}" for name, why in shut.items())
        if len(shut) == len(names):
            raise SourceError(f"{self._where}: {said}: check `subreddits`")
        log.warning("%s: %s; left out for now: check `subreddits`", self._where, said)
        self._closed.update(dict.fromkeys(shut, self._clock() + _CLOSED_FOR))
        return [name for name in names if name not in shut]

    def _look(
        self, path: str, params: Mapping[str, str], mark: Mark
    ) -> tuple[tuple[Post, ...], Mark]:
        """The posts of one listing beyond `mark`, and the mark after them.

        The newest page is always read whole, so that what a moderator lets through late is found.
        """
        posts: list[Post] = []
        for page in self._pages(path, params):
            stamps = [_stamp(node) for node in page]
            new = [
                n for n, (i, at) in zip(page, stamps, strict=True) if not i or mark.is_new(i, at)
            ]
            posts += posts_of(new, self._post, self._where)
            if any(mark.knows(i) or at <= mark.floor for i, at in stamps if i):
                break
        found = [(post.external_id, post.posted_at.timestamp()) for post in posts]
        return tuple(posts), mark.moved(found, _OVERLAP)

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[list[_Node]]:
        after = ""
        for _ in range(_MAX_PAGES):
            asked: dict[str, str | int] = {**params, "limit": _PAGE}
            if after:
                asked["after"] = after
            page, leads_to = self._listing(self._api.get(path, asked))
            yield page
            if not page or not leads_to or leads_to == after:
                return
            after = leads_to

    def _listing(self, answer: Any) -> tuple[list[_Node], str]:
        try:
            children, after = answer["data"]["children"], answer["data"]["after"]
            return [child["data"] | {"kind": child["kind"]} for child in children], after or ""
        except (KeyError, TypeError) as error:
            raise answers.unreadable(self._where, "a listing") from error

    def _post(self, node: _Node) -> Post | None:
        """None for what its author or a moderator took away."""
        comment = node["kind"] == "t1"
        said = str(node["body"] if comment else node.get("selftext") or "")
        if not node.get("author") or said in _UNSAID or node.get("removed_by_category"):
            return None
        posted_at = markup.moment(node["created_utc"])
        if posted_at is None:
            raise ValueError("no time")
        return Post(
            platform=self.platform,
            community=f"r/{node['subreddit']}",
            external_id=str(node["name"]),
            url=markup.link(_permalink(node), _SITE),
            author=markup.author(str(node["author"])),
            author_id=str(node.get("author_fullname") or ""),
            title="" if comment else markup.title(str(node["title"])),
            text=markup.from_markdown(said),
            posted_at=posted_at,
            fetched_at=self._clock(),
            thread_id=str(node["link_id"] if comment else node["name"]),
            parent_id=str(node.get("parent_id") or "") if comment else "",
            metrics=_metrics(node),
            state=PostState.EDITED if node.get("edited") else PostState.LIVE,
        )


def make(
    options: Options, secrets: Mapping[str, str], clock: Callable[[], datetime]
) -> RedditListener:
    return RedditListener(options, secrets, clock)


def _stamp(node: _Node) -> tuple[str, float]:
    """Id and time of a node; ("", 0.0) for a broken one, which is then left to be told of."""
    at = markup.moment(node.get("created_utc"))
    return (str(node.get("name") or ""), at.timestamp()) if at else ("", 0.0)


def _permalink(node: _Node) -> str:
    """As told, or for what comes without as Reddit would build it."""
    thread, own = str(node.get("link_id") or node["name"]), str(node["name"])
    below = f"_/{own[3:]}/" if own.startswith("t1_") else ""
    return str(node.get("permalink") or f"/r/{node['subreddit']}/comments/{thread[3:]}/{below}")


def _metrics(node: _Node) -> dict[str, int]:
    """With "locked" where nobody can answer any more."""
    found = {"score": markup.count(node.get("score"))}
    if "num_comments" in node:
        found["replies"] = markup.count(node["num_comments"])
    if node.get("locked") or node.get("archived"):
        found["locked"] = 1
    return found


def _tree(listing: Any) -> Iterator[_Node]:
    """Comments and answers to them, without the stubs that stand for "more"."""
    left = [listing]
    while left:
        data = left.pop()["data"]
        for child in data["children"]:
            if child["kind"] == "t1":
                yield child["data"] | {"kind": "t1"}
                if child["data"].get("replies"):
                    left.append(child["data"]["replies"])
