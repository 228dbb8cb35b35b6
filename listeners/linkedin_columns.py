"""What the columns of post-search exports are called. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

from listeners.linkedin_tables import key

Row = Mapping[str, Any]  # names as `key` makes them, dots lead into nested objects

# What it is -> names seen in exports of several tools and years, the best first.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("postContent", "post_text", "commentary", "text", "full_text", "content"),
        *("commentary.text", "commentary.text.text", "text.text", "content.text"),
        *("content.full_text", "textContent", "post_body", "body", "description", "message"),
    ),
    "url": (
        *("postUrl", "post_url", "linkedinUrl", "linkedin_post_url", "postLink", "permalink"),
        *("activity_url", "share_url", "socialContent.shareUrl", "url", "link"),
    ),
    "id": (
        *("activity_urn", "activityId", "postUrn", "urn", "full_urn", "shareUrn", "share_urn"),
        *("ugcPostUrn", "entityUrn", "post_id", "id"),
    ),
    "author": (
        *("authorName", "author_name", "authorFullName", "author.name", "author.fullName"),
        *("author", "profileName", "poster_name", "actor.name", "actor.name.text", "fullName"),
        *("name", "user.name"),
    ),
    "headline": ("author_title",),
    "first name": ("author.first_name", "authorFirstName", "firstName"),
    "last name": ("author.last_name", "authorLastName", "lastName"),
    "profile": (
        *("authorUrl", "authorProfileUrl", "author_url", "authorLinkedinUrl", "author.profile_url"),
        *("author.linkedinUrl", "author.url", "author.company_url", "profileUrl", "profile"),
        *("profileLink", "actor.linkedinUrl", "user.profile_url", "poster_url"),
    ),
    "handle": (
        *("author.publicIdentifier", "author.username", "author.universalName", "authorUsername"),
        *("authorProfileId", "publicIdentifier"),
    ),
    "time": (
        *("postTimestamp", "postedAtISO", "postedAtTimestamp", "posted_at.timestamp"),
        *("posted_at.date", "postedDateTimestamp", "postedDate", "datePosted", "publishedAt"),
        *("postedAt", "postDate", "createdAtTimestamp", "createdAt", "postedOn", "publishDate"),
        *("published", "time", "date"),
    ),
    "ago": (
        *("timeSincePosted", "posted_at.relative", "postedAt.postedAgoShort"),
        *("postedAt.postedAgoText", "postedDateRelative", "postedAgo", "timeAgo", "timePosted"),
        *("postTime", "postDate", "postedDate", "postedAt", "created_at", "time", "date"),
    ),
    "stamp": ("timestamp",),  # the post's time in some tools, that of the look in others
    "looked": (
        *("scrapedAt", "extractedAt", "extraction_timestamp", "crawledAt", "collectedAt"),
        *("fetchedAt", "exportedAt", "retrievedAt"),
    ),
    "edited": ("posted_at.is_edited", "is_edited", "edited"),
    "likes": (
        *("likeCount", "likes", "numLikes", "totalReactionCount", "stats.total_reactions"),
        *("reactionsCount", "likesCount", "reactionCount", "total_reactions", "engagement.likes"),
        *("reactions", "favorite_count"),
    ),
    "comments": (
        *("commentCount", "comments", "numComments", "commentsCount", "stats.comments"),
        *("engagement.comments", "total_comments", "reply_count"),
    ),
    "shares": (
        *("repostCount", "numShares", "repostsCount", "stats.reposts", "shareCount"),
        *("sharesCount", "engagement.shares", "shares", "reposts"),
    ),
    "language": ("post_language_code",),  # "language" is what some tools write into every row
    "query": ("query", "searchQuery", "search_term", "search_query"),
}


def _dots(name: str) -> list[int]:
    return [at for at, sign in enumerate(name) if sign == "."]


_KEYS = {what: tuple(map(key, names)) for what, names in ALIASES.items()}
_URLS = _KEYS["url"]
_TEXT = frozenset(_KEYS["text"])
_WEAK = frozenset({"body", "description", "message"})  # people and companies have these too
_BESIDE = frozenset(_URLS + _KEYS["id"] + _KEYS["author"])
_TIME = frozenset(_KEYS["time"])
_LEADS = frozenset(  # nested objects that an alias reaches into
    name[:at] for names in _KEYS.values() for name in names for at in _dots(name)
)
# Objects that only hold things together: what is in them counts as if it stood outside.
_HOLDERS = frozenset(
    "metadata meta content post update node item data attributes engagement stats".split()
)
_DEEPEST = 4
_NOTHING: tuple[Any, ...] = (None, "", [])
_BLANK = re.compile(r"\s")

# Columns that give a tool away; the first whose columns are all there.
_TOOLS: tuple[tuple[str, frozenset[str]], ...] = (
    ("PhantomBuster", frozenset(map(key, ("postUrl", "postContent", "imgUrl")))),
    ("PhantomBuster", frozenset(map(key, ("postUrl", "postContent", "postTimestamp")))),
    ("an Apify actor (posts of a company)", frozenset(map(key, ("activity_urn", "full_urn")))),
    ("an Apify actor (post scraper)", frozenset(map(key, ("postedAtTimestamp", "numLikes")))),
    ("HarvestAPI", frozenset(map(key, ("linkedinUrl", "content")))),
    ("HarvestAPI", frozenset(map(key, ("linkedinUrl", "commentary")))),
    ("a RapidAPI interface", frozenset(map(key, ("totalReactionCount", "urn")))),
    ("a browser script", frozenset(map(key, ("author_title", "created_at", "text")))),
)


def is_header(keys: AbstractSet[str]) -> bool:
    """Whether a table with these columns, or an object with these names, may be posts: a text, and
    beside it where it stands or who wrote it; under names that texts of anything have, also when.
    """
    beside = bool(keys & _BESIDE)
    return beside and bool(keys & (_TEXT - _WEAK) or (keys & _WEAK and keys & _TIME))


def plausible(columns: AbstractSet[str]) -> Callable[[Row], bool]:
    """Whether a row of a table may be one, and not a piece of somebody's text: no link has blanks
    in it."""
    names = [name for name in _URLS if name in columns]

    def is_plausible(row: Row) -> bool:
        return not any(_BLANK.search(row[name].strip()) for name in names)

    return is_plausible


def names_author(keys: AbstractSet[str]) -> bool:
    return not keys.isdisjoint(_KEYS["author"])


def tool(keys: AbstractSet[str]) -> str:
    """What seems to have written a file with these columns."""
    return next((name for name, needed in _TOOLS if needed <= keys), "an unknown tool")


class Record:
    """A row, asked for what ALIASES names. Which columns tell it is looked up once for all rows
    that have the same."""

    __slots__ = ("_names", "_row")

    def __init__(self, row: Row) -> None:
        self._row = row
        self._names = _told_by(tuple(row))

    def all(self, what: str) -> list[Any]:
        """The values that it has, the best first."""
        row = self._row
        return [row[name] for name in self._names[what] if row[name] not in _NOTHING]

    def first(self, what: str) -> Any:
        """The best; "" if it has none."""
        for name in self._names[what]:
            if (value := self._row[name]) not in _NOTHING:
                return value
        return ""

    def number(self, what: str) -> Any:
        """The best that is no list: some tools give a few comments beside how many there are."""
        values = self.all(what)
        return next(
            (one for one in values if not isinstance(one, list)), values[0] if values else 0
        )

    def words(self, what: str) -> list[str]:
        """Those that are text, or lists of text: its paragraphs."""
        return [_text(value) for value in self.all(what) if _is_text(value)]

    def word(self, what: str) -> str:
        value = self.first(what)
        return value if isinstance(value, str) else next(iter(self.words(what)), "")

    def has(self, column: str) -> bool:
        return bool(self._row.get(column))


def searches(rows: Iterable[Row]) -> list[str]:
    """What a tool was asked for, as far as its rows say."""
    said = dict.fromkeys(Record(row).word("query").strip() for row in rows)
    return [one for one in said if one]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(one, str) for one in value)
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "\n".join(value)


@lru_cache(maxsize=1_000)
def _told_by(columns: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    there = frozenset(columns)
    return {what: tuple(name for name in names if name in there) for what, names in _KEYS.items()}


def flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """An object with the names of nested ones reached by dots, as far as any alias leads."""
    found: dict[str, Any] = {}
    _flatten(record, "", found, _DEEPEST)
    return found


def _flatten(record: Mapping[str, Any], prefix: str, found: dict[str, Any], depth: int) -> None:
    held: list[Mapping[str, Any]] = []
    for name, value in record.items():
        own = prefix + key(name)
        if not isinstance(value, dict):
            if own not in found:
                found[own] = value
        elif depth and (own in _LEADS or own in _HOLDERS):
            if own in _LEADS:
                _flatten(value, f"{own}.", found, depth - 1)
            if own in _HOLDERS:
                held.append(value)
    for value in held:  # later, so that what stands outside wins
        _flatten(value, prefix, found, depth - 1)
