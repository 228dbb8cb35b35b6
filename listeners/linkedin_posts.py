"""Rows of LinkedIn exports made posts. Pure."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from domain.types import Post
from listeners import linkedin_tables, markup
from listeners.linkedin_rows import Row, Sort, pick, picks
from listeners.links import linkedin_ids

_NOBODY = {"feed post", "linkedin member"}  # what stands where a tool or the site hides the name
_AGO = re.compile(r"\b(\d{1,3})\s*(mo|yr|[smhdwy]|(?:sec|min|hour|day|week|month|year)[a-z]*)\b")
_EARLIEST = datetime(2003, 1, 1, tzinfo=UTC)  # LinkedIn's first year
_BARE_ID = re.compile(r"^\d{15,}$")
_SITE = "https://www.linkedin.com/feed/update/urn:li:"


class Export(NamedTuple):
    """Of the file that a row comes from."""

    written: datetime
    read: datetime
    member: str = ""  # whose archive it is


def post_of(sort: Sort, row: Row, export: Export) -> Post | None:
    """None for a row without words of its own: a bare repost, a blank line."""
    made = {Sort.SHARES: _share, Sort.COMMENTS: _comment, Sort.SEARCH: _found}
    return made[sort](row, export)


def _share(row: Row, export: Export) -> Post | None:
    text = markup.body(linkedin_tables.unwrapped(row["sharecommentary"]))
    link = row["sharelink"].strip()
    own_id = linkedin_ids(link)[0] or f"share:{_hash(row['date'], link, text)}"
    return _post(own_id, text, link, _when(row["date"], own_id, export), export) if text else None


def _comment(row: Row, export: Export) -> Post | None:
    """A comment has no id but, in some years, in its link: else its words stand for it."""
    text, link = markup.body(row["message"]), row["link"].strip()
    thread, comment = linkedin_ids(link)
    own_id = comment or f"comment:{_hash(row['date'], link, text)}"
    post = _post(own_id, text, link, _when(row["date"], own_id, export), export) if text else None
    return post and post.model_copy(update={"thread_id": thread or own_id, "parent_id": thread})


def _found(row: Row, export: Export) -> Post | None:
    text = markup.body(str(pick(row, "text")))
    link = _without_tracking(str(pick(row, "url")))
    own_id = _id(row) or f"export:{_hash(link or _author(row), '' if link else text)}"
    if not text:
        return None
    named = {"score": "likes", "replies": "comments", "reposts": "shares"}
    language = str(pick(row, "language"))[:2].lower()
    return _post(own_id, text, link, _told(row, own_id, export), export).model_copy(
        update={
            "author": _author(row),
            "author_id": _slug(str(pick(row, "profile"))),
            "language": language if language.isalpha() else "",
            "metrics": {ours: _number(pick(row, its)) for ours, its in named.items()},
        }
    )


def _post(own_id: str, text: str, link: str, at: datetime, export: Export) -> Post:
    return Post(
        platform="linkedin",
        external_id=own_id,
        url=markup.link(link) or ("" if own_id.startswith("export:") else f"{_SITE}{own_id}"),
        author=markup.author(export.member),
        text=text,
        posted_at=at,
        fetched_at=export.read,
        thread_id=own_id,
    )


def _id(row: Row) -> str:
    """The activity's where one is told: that is what the links of most tools have."""
    said = [str(value) for value in (*picks(row, "id"), *picks(row, "url"))]
    found = [linkedin_ids(f"activity:{s}" if _BARE_ID.match(s) else s)[0] for s in said]
    named = [one for one in found if one]
    return min(named, key=lambda one: not one.startswith("activity:"), default="")


def _told(row: Row, own_id: str, export: Export) -> datetime:
    """When it was written: as told, else by its id, else by "3d" before the file was written."""
    for value in picks(row, "time"):
        at = _absolute(value, export)
        if at:
            return at
    by_id = _by_id(own_id, export)
    ago = [at for value in picks(row, "ago") if (at := _relative(str(value), export))]
    stamp = _absolute(pick(row, "stamp"), export)
    return by_id or (ago[0] if ago else None) or stamp or export.written


def _when(date: str, own_id: str, export: Export) -> datetime:
    return _absolute(date, export) or _by_id(own_id, export) or export.written


def _absolute(said: object, export: Export) -> datetime | None:
    text = str(said).strip().removesuffix(" UTC")
    at = markup.any_moment(text)
    return at if at and _EARLIEST <= at <= export.read + timedelta(days=1) else None


def _by_id(own_id: str, export: Export) -> datetime | None:
    """The upper bits of an id are the milliseconds since 1970 at which it was given out."""
    number = own_id.rpartition(":")[2]
    if not _BARE_ID.match(number):
        return None
    return _absolute((int(number) >> 22) / 1000, export)


def _relative(said: str, export: Export) -> datetime | None:
    found = _AGO.search(said.lower())
    if not found:
        return None
    days = next(of for unit, of in _DAYS if found[2].startswith(unit))
    return export.written - timedelta(days=days * int(found[1]))


# In this order: "mo" and "mi" before "m".
_DAYS = (
    *(("mo", 30.0), ("mi", 1 / 1440), ("m", 1 / 1440), ("s", 1 / 86400), ("h", 1 / 24)),
    *(("d", 1.0), ("w", 7.0), ("y", 365.0)),
)


def _author(row: Row) -> str:
    names = [str(value) for value in picks(row, "author") if isinstance(value, str)]
    named = [name for name in names if name.strip().lower() not in _NOBODY]
    whole = f"{pick(row, 'first name')} {pick(row, 'last name')}"
    return markup.author(named[0] if named else whole)


def _slug(profile: str) -> str:
    """ "ann-k" of https://www.linkedin.com/in/ann-k/?trk=..."""
    parts = [part for part in urlsplit(profile).path.split("/") if part]
    return parts[1] if len(parts) > 1 and parts[0] in {"in", "company", "school"} else ""


def _without_tracking(link: str) -> str:
    return link if "commentUrn" in link else link.partition("?")[0]


def _number(said: object) -> int:
    return len(said) if isinstance(said, list) else markup.count(said)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:24]
