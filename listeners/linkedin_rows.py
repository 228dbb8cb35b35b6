"""What the files of LinkedIn exports hold: rows, and of what sort. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Any, NamedTuple

from listeners import linkedin_tables
from listeners.linkedin_files import FileError, Part
from listeners.linkedin_tables import key

Row = Mapping[str, Any]


class Sort(StrEnum):
    SHARES = "shares"  # what a member wrote, from the archive of that member's data
    COMMENTS = "comments"  # what a member answered, likewise
    SEARCH = "search"  # what others wrote, from a search tool
    NONE = "none"  # nothing that we read


class Rows(NamedTuple):
    sort: Sort
    rows: tuple[Row, ...] = ()  # names as `key` makes them, dots lead into nested objects
    broken: int = 0  # rows that could not be read


# What it is -> names seen in exports of several tools and years, the best first.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "text": ("postContent", "post_text", "commentary", "text", "content", "description"),
    "url": ("postUrl", "post_url", "linkedinUrl", "url", "link"),
    "id": ("activity_urn", "activityId", "urn", "full_urn", "shareUrn", "id"),
    "author": (
        *("profileName", "authorName", "author_name", "author.name", "author_title"),
        *("author", "name"),
    ),
    "first name": ("author.first_name", "author.firstName"),
    "last name": ("author.last_name", "author.lastName"),
    "profile": (
        *("profileUrl", "authorUrl", "authorProfileUrl", "author_url", "author.profile_url"),
        *("author.url", "profile"),
    ),
    "time": (
        *("postTimestamp", "postedAtISO", "postedAtTimestamp", "posted_at.timestamp"),
        *("posted_at.date", "postedAt", "posted_at", "postDate", "created_at", "date"),
    ),
    "ago": ("timeSincePosted", "posted_at.relative", "postDate", "postedAt", "created_at", "date"),
    "stamp": ("timestamp",),  # the post's time in some tools, the export's in others
    "likes": (
        *("likeCount", "numLikes", "totalReactionCount", "stats.total_reactions"),
        *("reactionsCount", "likes"),
    ),
    "comments": ("commentCount", "numComments", "commentsCount", "stats.comments", "comments"),
    "shares": ("repostCount", "numShares", "repostsCount", "stats.reposts"),
    "language": ("post_language_code",),
}
_KEYS = {what: tuple(map(key, names)) for what, names in ALIASES.items()}
_TEXT = frozenset(_KEYS["text"])
_BESIDE = frozenset(_KEYS["url"] + _KEYS["id"] + _KEYS["author"])
_SHARES = frozenset({"date", "sharelink", "sharecommentary"})
_COMMENTS = ("date", "link", "message")
_MESSAGES = "conversationid"
# Other files of a member's archive; some have columns of the same names.
_NOT_READ = re.compile(
    r"^(?:.*messages|connections|invitations|reactions|rich_media|profile.*|positions|education"
    r"|skills|events|(?:email addresses|company follows|hashtag_follows|ad_targeting|receipts.*)"
    r"|(?:recommendations|endorsement)_.*)(?:_\d+)?\.csv$",
    re.IGNORECASE,
)


def rows_of(part: Part) -> Rows:
    """Raises FileError for a file that looks like a search export whose columns nobody knows."""
    if part.name.endswith((".json", ".jsonl", ".ndjson")):
        return Rows(Sort.SEARCH, tuple(_flat(record) for record in _records(part)))
    if _NOT_READ.match(part.name):
        return Rows(Sort.NONE)
    found = linkedin_tables.table(part.text, _is_header)
    if found is not None:
        return _sorted(found, part.text)
    if part.archived:
        return Rows(Sort.NONE)
    known = ", ".join(ALIASES["text"])
    raise FileError(f"has no column with the text of posts; known names: {known}")


def _sorted(found: linkedin_tables.Table, text: str) -> Rows:
    columns = set(found.columns)
    if _MESSAGES in columns:
        return Rows(Sort.NONE)
    if columns >= _SHARES:
        return Rows(Sort.SHARES, found.rows, found.broken)
    if not columns >= set(_COMMENTS):
        return Rows(Sort.SEARCH, found.rows, found.broken)
    whole = linkedin_tables.recovered(text, _COMMENTS)  # more rows if quotes swallowed some
    found = whole if len(whole.rows) > len(found.rows) else found
    return Rows(Sort.COMMENTS, found.rows, found.broken)


def member(parts: list[Part]) -> str:
    """The name of the member whose archive it is; "" if it does not say."""
    for part in parts:
        if part.name.startswith("profile"):
            found = linkedin_tables.table(part.text, {"firstname", "lastname"}.issubset)
            if found and found.rows:
                return f"{found.rows[0]['firstname']} {found.rows[0]['lastname']}".strip()
    return ""


def pick(row: Row, what: str) -> Any:
    """The best value of a row for one of ALIASES; "" if it has none."""
    found = (row.get(name) for name in _KEYS[what])
    return next((value for value in found if value not in (None, "", [])), "")


def picks(row: Row, what: str) -> Iterator[Any]:
    """All of them, the best first."""
    return (row[name] for name in _KEYS[what] if row.get(name) not in (None, "", []))


def _is_header(keys: AbstractSet[str]) -> bool:
    search = bool(keys & _TEXT) and bool(keys & _BESIDE)
    return search or keys >= _SHARES or keys >= set(_COMMENTS) or _MESSAGES in keys


def _records(part: Part) -> list[dict[str, Any]]:
    """Of one document (a list, or one within {"data": {"posts": [...]}} and the like), or of one
    document a line."""
    try:
        found = _list_in(json.loads(part.text))
    except ValueError:
        lines = [line for line in part.text.splitlines() if line.strip()]
        try:
            found = [json.loads(line) for line in lines]
        except ValueError as error:
            raise FileError(f"is no JSON ({error})") from error
    except RecursionError as error:
        raise FileError("is nested too deep") from error
    return [record for record in found if isinstance(record, dict)]


def _list_in(document: Any) -> list[Any]:
    """The first list found on the way down through objects; an object without one stands alone."""
    inside = document
    while isinstance(inside, dict):
        if any(key(name) in _TEXT for name in inside):
            return [inside]
        lists = [value for value in inside.values() if isinstance(value, list)]
        if lists:
            return max(lists, key=len)
        inside = next((value for value in inside.values() if isinstance(value, dict)), None)
    return inside if isinstance(inside, list) else []


def _flat(record: Mapping[str, Any], prefix: str = "", depth: int = 3) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        own = f"{prefix}{key(str(name))}"
        if isinstance(value, dict) and depth:
            flat |= _flat(value, f"{own}.", depth - 1)
        else:
            flat[own] = value
    return flat
