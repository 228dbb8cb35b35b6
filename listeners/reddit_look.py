"""One look at Reddit: all lists of a source, read on from its cursor.

Each list has marks of its own, so what has been read when another list fails is kept. A request for
many subreddits fails as a whole where one of them is closed: it is halved until the closed ones are
found; they are left out for an hour and named each time.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from domain.errors import SourceError
from domain.text import shorten
from domain.types import Post
from listeners.base import Batch
from listeners.batches import posts_of
from listeners.reddit_api import SHUT, ClosedError, RedditApi
from listeners.reddit_listing import COMMENTS, NEW, SEARCH, Depth, Kind, Listing, read
from listeners.reddit_marks import (
    Cursor,
    Found,
    Mark,
    Shut,
    is_news,
    marks_for,
    moved,
    reached,
)
from listeners.reddit_options import Options, chunks, shown
from listeners.reddit_posts import Node, build, edited, is_gone, stamp, subreddit
from listeners.traces import trace

SHUT_FOR = timedelta(hours=1)  # then a closed subreddit is tried again
_DEEP_EVERY = timedelta(minutes=15)  # a look for what moderators let through late
_MANY_SHUT = 20  # and none open: it is not their fault but the app's
_MANY_FAILED = 2  # lists, after which the others are left for the next look
_NAMED = 3  # of many subreddits, where all are meant
_WIDE = ("all", "popular")  # their posts are of other subreddits


class Look:
    def __init__(self, api: RedditApi, options: Options, cursor: Cursor, now: datetime) -> None:
        names = {name.lower() for name in options.names}
        self._api = api
        self._options = options
        self._before = cursor
        self._heard = cursor.heard
        self._now = now
        self._deep = now.timestamp() - cursor.deep_at >= _DEEP_EVERY.total_seconds()
        self._posts: dict[str, Post] = {}
        self._gone: set[str] = set()  # keys of posts that were heard, and are taken away now
        self._lists: dict[str, dict[str, Mark]] = {}
        for kind in (NEW, COMMENTS):
            known = cursor.lists.get(kind.label, {})
            self._lists[kind.label] = {name: mark for name, mark in known.items() if name in names}
        self._shut = {name: shut for name, shut in cursor.shut.items() if name in names}
        self._shut_now: set[str] = set()
        self._open_now: set[str] = set()
        self._notices: list[str] = []
        self._errors: list[tuple[str, SourceError]] = []  # what could not be read, and why
        self.silent: list[str] = []  # subreddits of which a request for many showed nothing

    def subreddits(self) -> None:
        """Read their submissions, and comments if they are wanted."""
        due = [name for name in self._options.names if not self._left_out(name)]
        if not due and not self._options.search:
            due = list(self._options.names)  # or there would be nothing to do
        for kind in (NEW, COMMENTS) if self._options.comments else (NEW,):
            # Those that were not read last time have farther to go back, so not with the others.
            known = self._lists[kind.label].keys() - self._before.shut.keys()
            level = [name for name in due if name.lower() in known]
            behind = [name for name in due if name.lower() not in known]
            for names in (*chunks(level), *chunks(behind)):
                self._together(kind, names)

    def searches(self, queries: Iterable[str]) -> None:
        known = self._before.lists.get(SEARCH.label, {})
        places = {f"{zlib.crc32(query.encode()):08x}": query for query in queries}
        self._lists[SEARCH.label] = {name: mark for name, mark in known.items() if name in places}
        for place, query in places.items():
            if self._stops:
                return
            what = f"{SEARCH.called} of the search for {shorten(query, 60)!r}"
            params = {"q": query, "sort": "new", "type": "link"}
            try:
                self._list(SEARCH, (place,), "/r/all/search", params, what)
            except ClosedError as error:
                refused = f"{self._api.where} refuses a search, which {error.why}: check `search`"
                self._errors.append((what, SourceError(refused)))
            except SourceError as error:
                self._errors.append((what, error))

    def found_shut(self, name: str, error: ClosedError) -> None:
        until = (self._now + SHUT_FOR).timestamp()
        self._shut[name.lower()] = Shut(how=error.how, until=until)
        self._shut_now.add(name.lower())
        self._open_now.discard(name.lower())

    def batch(self) -> Batch:
        """What came of it. Raises SourceError if nothing did."""
        if self._errors and not self._posts:
            raise self._errors[0][1]
        shut = [(n, *SHUT[s.how]) for n in self._options.names if (s := self._shut.get(n.lower()))]
        if not self._posts and self._all_shut:
            said = "; ".join(f"{shown(name)} {why}" for name, why, _ in shut)
            raise SourceError(f"{self._api.where}: {said}: check `subreddits`")
        deep = self._deep and not self._errors
        deep_at = self._now.timestamp() if deep else self._before.deep_at
        return Batch(
            tuple(self._posts.values()),
            Cursor(lists=self._lists, shut=self._shut, deep_at=deep_at).text(),
            (
                *(f"{shown(n)} {why}, and is left out: {remedy}" for n, why, remedy in shut),
                *self._notices,
            ),
            max((e.retry_after for _, e in self._errors if e.retry_after), default=None),
            gone=tuple(sorted(self._gone)),
            failed=self._failed,
        )

    @property
    def _failed(self) -> SourceError | None:
        if not self._errors:
            return None
        said = (f"{what} could not be read this time: {error}" for what, error in self._errors)
        return SourceError("; ".join(said))

    @property
    def _all_shut(self) -> bool:
        names, shut = self._options.names, self._shut
        return not self._options.search and all(name.lower() in shut for name in names)

    @property
    def _stops(self) -> bool:
        """Whether enough has failed to leave the rest for the next look."""
        return len(self._errors) >= _MANY_FAILED or any(e.retry_after for _, e in self._errors)

    def _left_out(self, name: str) -> bool:
        shut = self._shut.get(name.lower())
        return shut is not None and shut.until > self._now.timestamp()

    def _together(self, kind: Kind, names: Sequence[str]) -> None:
        names = [name for name in names if name.lower() not in self._shut_now]
        if not names or self._stops:
            return
        what = f"{kind.called} of {_several(names)}"
        try:
            self._list(kind, names, f"/r/{'+'.join(names)}/{kind.label}", {}, what)
            self._opened({name.lower() for name in names})
        except ClosedError as error:
            self._halved(kind, names, what, error)
        except SourceError as error:
            self._errors.append((what, error))

    def _halved(self, kind: Kind, names: Sequence[str], what: str, error: ClosedError) -> None:
        if len(self._shut_now) >= _MANY_SHUT and not self._open_now:
            self._gives_up(what, error)
        elif len(names) == 1 and names[0].lower() in self._open_now:
            self._errors.append((what, error))  # its other list is there
        elif len(names) == 1:
            self.found_shut(names[0], error)
        else:
            half = len(names) // 2
            self._together(kind, names[:half])
            self._together(kind, names[half:])

    def _gives_up(self, what: str, error: ClosedError) -> None:
        tried = f"the first {len(self._shut_now)} subreddits that were tried are closed"
        told = SourceError(
            f"{self._api.where}: {tried}, the last of them {error.why}: check `subreddits`, and "
            "whether Reddit still lets this app read"
        )
        self._errors += [(what, told)] * _MANY_FAILED

    def _opened(self, names: set[str]) -> None:
        self._open_now |= names
        for name in names:
            self._shut.pop(name, None)

    def _list(
        self, kind: Kind, names: Sequence[str], path: str, params: Mapping[str, str], what: str
    ) -> None:
        """Read on one listing. Raises SourceError, and then nothing has moved."""
        lists, since = self._lists[kind.label], self._options.since
        marks = marks_for((name.lower() for name in names), lists, self._now, since)
        needed = reached(marks)
        wanted = min(mark.floor for mark in marks.values()) if self._deep else needed
        listing = read(self._api, kind, path, params, Depth(wanted, needed))
        made = posts_of(listing.nodes, lambda node: build(node, self._now), self._api.where)
        posts = {trace(post.external_id): post for post in made}
        places = [(*stamp(node), _place(node, marks), node) for node in listing.nodes]
        found = [
            Found(place, own, at, edited(node))
            for item_id, at, place, node in places
            if (own := trace(item_id)) in posts
        ]
        taken_away = (i for i, _, _, node in places if is_gone(node) and trace(i) in self._heard)
        self._gone.update(f"reddit::{item_id}" for item_id in taken_away)
        news = [one for one in found if is_news(one, marks[one.place], self._heard)]
        self._posts.update((posts[one.item_id].key, posts[one.item_id]) for one in news)
        if listing.broken:
            self._errors.append((what, listing.broken))
        if not listing.whole:
            self._notices.append(_gap(kind, what, listing, marks, first=not marks.keys() & lists))
        if kind is NEW and len(names) > 1:
            spoke = {place for _, _, place, _ in places}
            self.silent += [name for name in names if name.lower() not in spoke]
        lists.update(moved(marks, found, listing.newest, self._now))


def _place(node: Node, marks: Mapping[str, Mark]) -> str:
    """Whose mark counts for it; of a list like r/all, and where Reddit does not say, the list's."""
    name = subreddit(node).lower()
    wide = (place for place in _WIDE if place in marks)
    return name if name in marks else next(wide, next(iter(marks)))


def _gap(kind: Kind, what: str, listing: Listing, marks: Mapping[str, Mark], *, first: bool) -> str:
    since = _minute(reached(marks))
    last = _minute(listing.last)
    if first:
        return (
            f"{what}: Reddit lists no more than those since {last}, so the first look did not "
            f"reach back to {since}: to hear older ones, {kind.remedy}; else do nothing"
        )
    return (
        f"{what}: more came than Reddit lists, so some that were written between {since} and "
        f"{last} may be missing: {kind.remedy}"
    )


def _minute(epoch: float) -> str:
    return f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%d %H:%M} UTC"


def _several(names: Sequence[str]) -> str:
    told = ", ".join(shown(name) for name in names[:_NAMED])
    return f"{told} and {len(names) - _NAMED} more" if len(names) > _NAMED else told
