"""Rows of LinkedIn exports made posts. Pure."""

import hashlib
import re
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import unquote

from domain.types import Post, PostState
from listeners import linkedin_times, markup
from listeners.linkedin_columns import Record, Row
from listeners.links import linkedin_ids

_NOBODY = frozenset({"feed post", "linkedin member"})  # where a tool or the site hides the name
_BARE_ID = re.compile(r"^\d{15,20}$")
_URN = re.compile(r"^(?:activity|share|ugcPost|groupPost):[\d-]+$")
_URN_IN = re.compile(r"(?:activity|share|ugcPost|groupPost)(?::|-|%3A)\d", re.IGNORECASE)
_COMMENT = re.compile(r"\bcommentUrn=[^&#]{1,300}")
_SITE = "https://www.linkedin.com/feed/update/urn:li:"
_HANDLE = re.compile(r"^[\w.~-]{3,100}$")
_SLUG = re.compile(r"(?:^|/)(?:in|company|school|showcase)/([\w.~%-]{1,200})")
# How LinkedIn's interfaces write what the page shows as "#crm" and as a name.
_HASHTAG = re.compile(r"\{hashtag\|\\?#\|([^{}|]{1,200})\}")
_MENTION = re.compile(r"@\[([^\[\]]{1,200})\]\(urn:li:[\w:-]{1,100}\)")
_HTML = re.compile(
    r"</?(?:p|br|div|span|a|b|i|strong|em|ul|ol|li)(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE
)
_MORE = re.compile(r"\s*(?:…|\.\.\.)\s*(?:see\s+)?more$", re.IGNORECASE)
_MARKS = " .,'\u00a0\u202f"  # between thousands
_COUNT = re.compile(rf"(\d[\d{_MARKS}]*)\s*([km]?)\b", re.IGNORECASE)
_THOUSANDS = re.compile(rf"^\d{{1,3}}(?:[{_MARKS}]\d{{3}})+$")
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_LONG = 12  # digits; more are no count of anything
_MOST = 999_999_999_999
_YES = frozenset({"true", "yes", "1"})


class Left(StrEnum):
    """Why a row became no post."""

    NO_WORDS = "without words"
    OWN = "the member's own"
    DRAFT = "drafts"
    SPAM = "spam or deleted"


class Export(NamedTuple):
    """Of the file that a row comes from."""

    written: datetime
    read: datetime
    member: str = ""  # whose archive it is


def share(row: Row, export: Export) -> Post | Left:
    """What a member wrote. A repost without words of its own is none."""
    text, link = body(row["sharecommentary"]), row["sharelink"].strip()
    if not text:
        return Left.NO_WORDS
    date = row.get("date", "")
    own_id = linkedin_ids(link)[0] or f"share:{digest(date, link, text)}"
    return _post(own_id, text, link, _when(date, own_id, export), export)


def comment(row: Row, export: Export) -> Post | Left:
    """What a member answered. It has no id but, in some years, in its link: else its words, its
    time and its place stand for it."""
    text, link = body(row["message"]), row["link"].strip()
    if not text:
        return Left.NO_WORDS
    thread, own_id = linkedin_ids(link)
    own_id = own_id or f"comment:{digest(row['date'], link, text)}"
    at = _when(row["date"], own_id, export, thread)
    return _post(own_id, text, link, at, export, thread)


def found(row: Row, export: Export) -> Post | Left:
    """What somebody's search tool found."""
    said = Record(row)
    text = next(filter(None, map(body, said.words("text"))), "")
    if not text:
        return Left.NO_WORDS
    link = said.word("url").strip()
    thread, own_id = _ids(said, link)
    name = author(said)
    own_id = own_id or f"export:{digest(link or name, '' if link else text)}"
    language = said.word("language")[:2].lower()
    more = {
        "author_id": _who(said),
        "language": language if language.isascii() and language.isalpha() else "",
        "metrics": {ours: count(said.number(its)) for ours, its in _NUMBERS},
        "state": PostState.EDITED if _edited(said) else PostState.LIVE,
    }
    return _post(own_id, text, link, _told(said, own_id, export), export, thread, name, **more)


_NUMBERS = (("score", "likes"), ("replies", "comments"), ("reposts", "shares"))


def _post(
    own_id: str,
    text: str,
    link: str,
    at: datetime,
    export: Export,
    thread: str = "",
    name: str = "",
    **more: Any,
) -> Post:
    more.setdefault("metrics", {})  # pydantic would copy its own default deeply, at some cost
    return Post(
        platform="linkedin",
        external_id=own_id,
        url=_address(link, thread or own_id),
        author=name or export.member,
        text=text,
        posted_at=at,
        fetched_at=export.read,
        thread_id=thread or own_id,
        parent_id=thread,
        **more,
    )


def body(said: str) -> str:
    """Plain text of what stands in a cell, in whatever markup."""
    if "<" in said and _HTML.search(said):
        said = markup.from_html(said)
    if "{hashtag|" in said or "@[" in said:
        said = _MENTION.sub(r"\1", _HASHTAG.sub(r"#\1", said))
    if said.rstrip().lower().endswith("more"):
        said = _MORE.sub("…", said.rstrip())
    return markup.body(said)


def digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:24]


# ------------------------------------------------------------------ which post it is


def _ids(said: Record, link: str) -> tuple[str, str]:
    """Of the thread, if it is a comment, and of itself.

    The activity's id goes first where one is told, since the links of most tools have that. Of one
    post, activity, share and ugcPost have different numbers, so none is made of another.
    """
    post, answer = linkedin_ids(link)
    if answer:
        return post, answer
    told = [str(value).strip() for value in said.all("id") if isinstance(value, str | int)]
    bare = [one for one in told if _BARE_ID.match(one)]
    named = [post, *(linkedin_ids(one)[0] for one in told if one not in bare)]
    named = [one for one in named if one]
    if bare and not any(one.endswith(f":{bare[0]}") for one in named):
        named.append(f"activity:{bare[0]}")
    return "", min(named, key=lambda one: not one.startswith("activity:"), default="")


def _address(link: str, post: str) -> str:
    """A link without what tracks who shared it; that of the post itself where it tells none."""
    link = f"https://{link}" if link.startswith(("www.", "linkedin.com/", "lnkd.in/")) else link
    bare, _, query = link.partition("?")
    if answer := _COMMENT.search(query):
        return markup.link(f"{bare}?{answer[0]}")
    of_itself = f"{_SITE}{post}" if _URN.match(post) else ""
    if _URN_IN.search(query) and not _URN_IN.search(bare):
        return of_itself
    return markup.link(bare) or of_itself


# ------------------------------------------------------------------ when it was written


def _when(date: str, own_id: str, export: Export, thread: str = "") -> datetime:
    """A comment that tells no time was written after its post, and before the file was."""
    return (
        linkedin_times.absolute(date, export.read)
        or linkedin_times.by_id(own_id, export.read)
        or linkedin_times.by_id(thread, export.read)
        or min(export.written, export.read)
    )


def _told(said: Record, own_id: str, export: Export) -> datetime:
    """As told, else by its id, else by "3d" before the tool looked, or the file was written."""
    return (
        linkedin_times.first(said.all("time"), lambda one: _at(one, export))
        or linkedin_times.by_id(own_id, export.read)
        or _reckoned(said, export)
    )


def _reckoned(said: Record, export: Export) -> datetime:
    of_look = said.has("postdate")  # beside this column, `timestamp` is that of the look
    stamp = linkedin_times.first(said.all("stamp"), lambda one: _at(one, export))
    looked = linkedin_times.first(said.all("looked"), lambda one: _at(one, export))
    then = looked or (stamp if of_look else None) or min(export.written, export.read)
    ago = linkedin_times.first(said.all("ago"), lambda one: linkedin_times.ago(one, then))
    return ago or (None if of_look else stamp) or then


def _at(said: object, export: Export) -> datetime | None:
    return linkedin_times.absolute(said, export.read)


def _edited(said: Record) -> bool:
    """As a field says, or "1mo • Edited •" does."""
    told = str(said.first("edited")).lower() in _YES
    return told or any("edited" in one[:100].lower() for one in said.words("ago"))


# ------------------------------------------------------------------ who wrote it, and how it went


def author(said: Record) -> str:
    told = said.words("author")
    name = next((one for one in told if one.strip().lower() not in _NOBODY), "")
    if told and not name:  # where one tool puts the name that another calls "Feed post"
        name = said.word("headline")
    return markup.author(name or f"{said.word('first name')} {said.word('last name')}")


def _who(said: Record) -> str:
    for profile in said.words("profile"):
        if found := slug(profile):
            return found
    return next(filter(_HANDLE.match, said.words("handle")), "")


def slug(profile: str) -> str:
    """ "ann-k" of https://www.linkedin.com/in/ann-k/?trk=..."""
    found = _SLUG.search(profile)
    if not found:
        return ""
    return markup.title(unquote(found[1])) if "%" in found[1] else found[1]


def count(said: Any) -> int:
    """Of a number, of "1,203", "1.2K" or "45 comments", or of a list: one for each, or as many as
    its parts say. 0 for anything else."""
    if isinstance(said, list):
        told = [one.get("count") for one in said if isinstance(one, dict)]
        return sum(map(count, told)) if told and all(told) else len(said)
    if isinstance(said, str):
        return int(said) if said.isdecimal() and len(said) < _LONG else _read_count(said)
    return int(max(0, min(markup.count(said), _MOST)))


def _read_count(said: str) -> int:
    found = _COUNT.search(said[:100])
    if not found:
        return 0
    digits = found[1].strip(_MARKS)
    if _THOUSANDS.match(digits) and not found[2]:
        return int(re.sub(r"\D", "", digits)[:_LONG])
    try:
        number = float(digits.replace(",", ".")) * _TIMES[found[2].lower()]
    except ValueError:  # "1.2.3"
        return 0
    return min(round(number), _MOST)
