"""Posts of Discourse's JSON, of many versions, made posts of ours.

A post has several names: its own id, a number within its topic, and, if it opens the topic, the
topic's id. Here only its own id counts; a topic is named by the id of the post that opens it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from domain.types import Post, PostState
from listeners import markup
from listeners.discourse_site import Record, stream_of

PLATFORM = "discourse"
_REGULAR = 1  # post_type; others are notes on what was done to a topic, and whispers among staff
_MACHINES = frozenset({"system", "discobot"})
_LIKE = 2  # of actions_summary
# Words of others (quotes, previews of pages, mails answered to), and of the forum itself.
_OTHERS = (
    "aside.quote, blockquote, aside.onebox, .onebox-metadata, .lazy-video-container, "
    "details.elided, .lightbox-wrapper .meta, .poll-info, .poll-buttons, .cooked-selection-barrier"
)
_COMPANION = "This is a companion discussion topic"  # below what was taken from a blog
_MOST_TAGS = 5_000  # as in markup.py: more is no post
_TOPIC = re.compile(r"/t/(?:[^/]+/)?(\d+)(?:/\d+)?/?$")


class Topic(NamedTuple):
    id: str
    title: str
    slug: str
    opening: str  # the id of its first post; "" unknown
    locked: bool
    posts: int | None  # how many it has


def topic_of(said: Record) -> Topic:
    """Of an answer of /t/ID.json."""
    found, stream = stream_of(said)
    first = next((str(one.get("id")) for one in found if one.get("post_number") == 1), "")
    counted = said.get("posts_count")
    return Topic(
        id=str(said.get("id") or ""),
        title=_text(said.get("title")) or markup.from_html(_text(said.get("fancy_title"))),
        slug=_text(said.get("slug")),
        opening=first or (stream[0] if stream else ""),
        locked=said.get("closed") is True or said.get("archived") is True,
        posts=counted if isinstance(counted, int) else None,
    )


def stand_in(topic: str) -> str:
    """Names a topic whose first post is not known."""
    return f"topic-{topic}"


def topic_id(post: Post) -> str:
    """By its address; "" where that names none."""
    found = _TOPIC.search(post.url)
    return found[1] if found else ""


def post_of(
    said: Record,
    site: str,
    now: datetime,
    *,
    thread: str = "",
    topic: Topic | None = None,
    numbered: Mapping[int, str] | None = None,
) -> Post | None:
    """None for what is no post of a person that guests can see. `thread`: the id of the topic's
    first post, or what stands for it; `numbered`: ids of posts of the topic, by their numbers.

    Raises KeyError or ValueError where it has no id or no time.
    """
    if is_hidden(said):
        return None
    own_id = str(int(said["id"]))
    posted_at = markup.iso_moment(said["created_at"])
    if posted_at is None:
        raise ValueError("no time")
    in_topic = str(said.get("topic_id") or (topic.id if topic else ""))
    opens = said.get("post_number") == 1 or not in_topic
    thread = own_id if opens else thread or (topic.opening if topic else "") or stand_in(in_topic)
    answered = (numbered or {}).get(markup.count(said.get("reply_to_post_number")), thread)
    return Post(
        platform=PLATFORM,
        instance=site.partition("://")[2],
        community=site.partition("://")[2],
        external_id=own_id,
        url=_link(said, site, in_topic, topic),
        author=markup.author(_text(said.get("username"))),
        author_id=str(said.get("user_id") or ""),
        title=_title(said, topic) if opens else "",
        text=words(_text(said.get("cooked"))),
        language=_language(said.get("locale")),
        posted_at=posted_at,
        fetched_at=now,
        thread_id=thread,
        parent_id="" if opens else answered,
        metrics=_metrics(said, topic, opens=opens),
        state=PostState.EDITED if markup.count(said.get("version")) > 1 else PostState.LIVE,
    )


def is_hidden(said: Record) -> bool:
    """Deleted, hidden by flags, not written by a person, or not for guests."""
    kind, user = said.get("post_type"), said.get("user_id")
    return (
        any(said.get(name) for name in ("deleted_at", "hidden", "cooked_hidden", "user_deleted"))
        or bool(said.get("action_code"))
        or (kind is not None and kind != _REGULAR)
        or str(said.get("username")).lower() in _MACHINES
        or (isinstance(user, int) and user < 0)
    )


def written(said: Record) -> float | None:
    """Seconds since 1970."""
    at = markup.iso_moment(said.get("created_at"))
    return at.timestamp() if at else None


def words(cooked: str) -> str:
    """What the author says in `cooked`, Discourse's HTML. Choices of a poll belong to the question;
    names that are mentioned, code and spoilers stay."""
    if "<" not in cooked or cooked.count("<") > _MOST_TAGS:
        return markup.from_html(cooked)
    tree = LexborHTMLParser(cooked[: 10 * markup.MAX_TEXT])
    for node in reversed(tree.css(_OTHERS)):  # what lies inside goes before what holds it
        node.decompose()
    for note in tree.css("hr + small, hr + p > small"):
        if note.text().strip().startswith(_COMPANION):
            note.decompose()
    return markup.from_html((tree.body.inner_html or "") if tree.body else "")


def _title(said: Record, topic: Topic | None) -> str:
    return markup.title(
        _text(said.get("topic_title"))
        or (topic.title if topic else "")
        or markup.from_html(_text(said.get("topic_html_title")))
    )


def _link(said: Record, site: str, in_topic: str, topic: Topic | None) -> str:
    if not in_topic:
        return f"{site}/p/{said['id']}"
    slug = _text(said.get("topic_slug")) or (topic.slug if topic else "") or "-"
    number = markup.count(said.get("post_number"))
    return markup.link(f"{site}/t/{slug}/{in_topic}" + (f"/{number}" if number > 1 else ""))


def _metrics(said: Record, topic: Topic | None, *, opens: bool) -> dict[str, int]:
    acted = said.get("actions_summary")
    likes = [
        markup.count(one.get("count"))
        for one in (acted if isinstance(acted, list) else ())
        if isinstance(one, dict) and one.get("id") == _LIKE
    ]
    posts = topic.posts if topic and topic.posts else markup.count(said.get("posts_count"))
    replies = posts - 1 if opens and posts else markup.count(said.get("reply_count"))
    counted = {"score": likes[0] if likes else 0, "replies": replies}
    shut = {"locked": 1} if topic and topic.locked else {}
    return {name: number for name, number in counted.items() if number} | shut


def _language(said: Any) -> str:
    code = _text(said).replace("_", "-").partition("-")[0].lower()
    return code if len(code) == 2 and code.isalpha() else ""  # noqa: PLR2004 - ISO 639-1


def _text(said: object) -> str:
    return said if isinstance(said, str) else ""
