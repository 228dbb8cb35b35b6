"""A page of X's made posts. Pure.

X renames tweets to posts; both spellings are read. Whatever else a page leaves out, or says in
another shape, is done without.
"""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from domain.types import Post, PostState
from listeners import markup
from listeners.batches import posts_of
from listeners.x_api import Page, included, records
from listeners.x_marks import WINDOW, Place

PLATFORM = "x"

_EPOCH_MS = 1288834974657  # ids count milliseconds from here, above their lowest 22 bits
_SMALLEST_TIMED_ID = 1 << 40  # smaller ids are older than that scheme
_NUMBER = re.compile(r"^[0-9]{1,20}$")
_EVERYWHERE = {"XX", "XY"}  # in place of a country: all of them; all, for copyright
# X's own codes, and those for "no language" (und, and for posts of tags or media alone).
_LANGUAGES = {"iw": "he", "in": "id", "und": ""}
_METRICS = {"replies": "reply_count", "score": "like_count", "reposts": "retweet_count"}


class Heard(NamedTuple):
    """What a page brought."""

    posts: tuple[Post, ...] = ()
    places: tuple[Place, ...] = ()  # of all its records, also of those that are left out
    earlier: Mapping[str, tuple[str, ...]] = {}  # as in Batch


def heard(page: Page, now: datetime, where: str) -> Heard:
    """Raises SourceError if none of the records can be read."""
    reader = _Reader(page, now)
    found = records(page, "data")
    posts = posts_of(found, reader.post, where)
    ids = [(str(record.get("id")), record) for record in found]
    places = [Place(id=i, at=reader.written(i, record)) for i, record in ids if is_id(i)]
    histories = {post.key: reader.before(post.external_id) for post in posts}
    earlier = {key: before for key, before in histories.items() if before}
    return Heard(posts, tuple(places), earlier)


def newest_only(posts: Sequence[Post], earlier: Mapping[str, tuple[str, ...]]) -> tuple[Post, ...]:
    """Each once, without those of which a later version is among them."""
    replaced = {key for before in earlier.values() for key in before}
    each = {post.key: post for post in posts}
    return tuple(post for key, post in each.items() if key not in replaced)


def key_of(post_id: str) -> str:
    return f"{PLATFORM}::{post_id}"


def is_id(said: str) -> bool:
    return _NUMBER.match(said) is not None


def versions(record: Page) -> tuple[str, ...]:
    """Ids of all versions of a post, the first one first; at least its own."""
    said = record.get("edit_history_tweet_ids") or record.get("edit_history_post_ids")
    listed = [str(one) for one in said] if isinstance(said, list) else []
    ids = {one for one in [*listed, str(record.get("id"))] if is_id(one)}
    return tuple(sorted(ids, key=int))


def is_withheld(record: Page) -> bool:
    """Everywhere; what is withheld in some countries is read by the others."""
    said = record.get("withheld")
    if not isinstance(said, dict):
        return False
    listed = said.get("country_codes")
    codes = {str(code).upper() for code in listed} if isinstance(listed, list) else set()
    return bool(codes & _EVERYWHERE) or (said.get("copyright") is True and not codes)


class _Reader:
    def __init__(self, page: Page, now: datetime) -> None:
        users = included(page, "users")
        self._now = now
        self._names = {str(user.get("id")): str(user.get("username") or "") for user in users}
        others = included(page, "tweets", "posts")
        self._others = {str(other.get("id")): other for other in others}
        self._records = {str(one.get("id")): one for one in [*others, *records(page, "data")]}

    def post(self, record: Page) -> Post | None:
        """None for what is withheld, and for a repost: its words are another's.

        A repost leads to the post that it repeats, and whole, where its own text is cut off. That
        one is told in its stead if it is so young that somebody may still be waiting for an answer.
        """
        if is_withheld(record):
            return None
        linked = _linked(record)
        if "retweeted" not in linked:
            return self._own(record, linked)
        original = self._others.get(linked["retweeted"])
        if original is None or is_withheld(original) or "retweeted" in _linked(original):
            return None
        young = self.written(str(original.get("id")), original) > self._now - WINDOW
        return self._own(original, _linked(original)) if young else None

    def before(self, post_id: str) -> tuple[str, ...]:
        """Keys of the earlier versions of a post that is the latest one."""
        known = versions(self._records[post_id])
        return tuple(map(key_of, known[:-1])) if known and known[-1] == post_id else ()

    def written(self, own_id: str, record: Page) -> datetime:
        told = markup.iso_moment(record.get("created_at"))
        return told or _by_id(own_id) or self._now

    def _own(self, record: Page, linked: Mapping[str, str]) -> Post:
        own_id = str(record["id"] or "")
        if not own_id:
            raise ValueError("a post without an id")
        name = markup.author(self._names.get(str(record.get("author_id")), ""))
        return Post(
            platform=PLATFORM,
            external_id=own_id,
            url=f"https://x.com/{name or 'i'}/status/{own_id}",
            author=name,
            author_id=str(record.get("author_id") or ""),
            text=markup.body(html.unescape(_text(record))),
            language=_language(record.get("lang")),
            posted_at=self.written(own_id, record),
            fetched_at=self._now,
            thread_id=self._thread(record, linked) or own_id,
            parent_id=linked.get("replied_to", ""),
            metrics=_metrics(record),
            state=PostState.EDITED if own_id in versions(record)[1:] else PostState.LIVE,
        )

    def _thread(self, record: Page, linked: Mapping[str, str]) -> str:
        """A reply that does not tell its thread is in that of what it answers."""
        parent = linked.get("replied_to", "")
        known = self._records.get(parent, {})
        return str(record.get("conversation_id") or known.get("conversation_id") or parent)


def _linked(record: Page) -> dict[str, str]:
    """Ids of the posts that it answers, quotes or repeats, by how it refers to them."""
    links = records(record, "referenced_tweets") or records(record, "referenced_posts")
    return {str(link.get("type")): str(link["id"]) for link in links if link.get("id")}


def _text(record: Page) -> str:
    """A long post's `text` is only its beginning."""
    notes = [record.get("note_tweet"), record.get("note_post")]
    whole = [note["text"] for note in notes if isinstance(note, dict) and note.get("text")]
    text: Any = whole[0] if whole else record["text"]
    if not isinstance(text, str):
        raise TypeError(f"the text of a post is a {type(text).__name__}")
    return text


def _by_id(status_id: str) -> datetime | None:
    """When a status was written; None where ids did not tell yet."""
    if not is_id(status_id) or int(status_id) < _SMALLEST_TIMED_ID:
        return None
    return markup.moment((int(status_id) >> 22) + _EPOCH_MS)


def _language(said: object) -> str:
    code = str(said or "")
    code = _LANGUAGES.get(code, code).partition("-")[0].lower()
    return code if len(code) == 2 and code.isalpha() else ""  # noqa: PLR2004 - ISO 639-1


def _metrics(record: Page) -> dict[str, int]:
    said = record.get("public_metrics")
    numbers = said if isinstance(said, dict) else {}
    found = {o: markup.count(numbers[t]) for o, t in _METRICS.items() if t in numbers}
    who = str(record.get("reply_settings") or "everyone").casefold()
    return found if who == "everyone" else {**found, "locked": 1}
