"""What has become of posts on X: deleted, withheld, edited, or as they were."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.errors import SourceError
from domain.types import Post, PostState
from listeners.base import Rechecked
from listeners.x_api import Page, XApi, records, refers
from listeners.x_posts import heard, is_id, is_withheld, versions

log = logging.getLogger(__name__)

_GONE_TYPES = ("/resource-not-found", "/not-authorized-for-resource")
_GONE_TITLES = {"Not Found Error", "Authorization Error"}


class _Seen(NamedTuple):
    """By id; what could not be looked at stands in none of the three."""

    newest: dict[str, str]  # the id of a post's latest version
    posts: dict[str, Post]
    gone: set[str]


def recheck(api: XApi, posts: Sequence[Post], now: datetime) -> Rechecked:
    """Raises SourceError if none could be looked at.

    X gives each version of an edited post an id of its own, and goes on to show all of them: so the
    latest one is asked for where it is not the one that we know.
    """
    known = [post for post in posts if is_id(post.external_id)]
    seen = _look(api, [post.external_id for post in known], now)
    later = set(seen.newest.values()) - seen.newest.keys() - seen.gone
    try:
        latest = _look(api, sorted(later), now)
    except SourceError as error:
        log.warning("%s: later versions of %d posts are not seen: %s", api.where, len(later), error)
    else:
        seen.posts.update(latest.posts)
        seen.gone.update(latest.gone)
    ends = {post.key: seen.newest.get(post.external_id, post.external_id) for post in known}
    return Rechecked(
        tuple(_as(post, seen.posts[e]) for post in known if (e := ends[post.key]) in seen.posts),
        tuple(post.key for post in known if {post.external_id, ends[post.key]} & seen.gone),
    )


def _look(api: XApi, ids: Sequence[str], now: datetime) -> _Seen:
    seen = _Seen({}, {}, set())
    try:
        for page in api.look_up(ids):
            there = [record for record in records(page, "data") if not is_withheld(record)]
            seen.newest.update({str(r.get("id")): (versions(r) or ("",))[-1] for r in there})
            seen.gone.update(_gone(page) - seen.newest.keys())
            seen.posts.update({p.external_id: p for p in heard(page, now, api.where).posts})
    except SourceError as error:
        if not (seen.newest or seen.gone):
            raise
        log.warning("%s: not all of %d posts could be looked at: %s", api.where, len(ids), error)
    return seen


def _gone(page: Page) -> set[str]:
    """Ids of which X says so itself; an id that is merely missing may be there again tomorrow."""
    withheld = {str(r.get("id")) for r in records(page, "data") if is_withheld(r)}
    return withheld | {refers(e) for e in records(page, "errors") if _says_gone(e)} - {""}


def _says_gone(error: Mapping[str, object]) -> bool:
    """Deleted; protected or suspended."""
    return (
        str(error.get("type", "")).endswith(_GONE_TYPES)
        or error.get("title") in _GONE_TITLES
        or "suspended" in str(error.get("detail", ""))
    )


def _as(known: Post, now: Post) -> Post:
    """What the latest version says, under the key of the one that we know, and in its thread."""
    if now.external_id == known.external_id:
        return now
    kept = {
        "external_id": known.external_id,
        "posted_at": known.posted_at,
        "thread_id": known.thread_id,
        "parent_id": known.parent_id,
        "state": PostState.EDITED,
    }
    return now.model_copy(update=kept)
