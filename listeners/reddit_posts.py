"""What Reddit calls a link (t3) or a comment (t1), made a Post. Pure.

A node is the `data` of one child of a listing with the child's `kind` in it. Whatever Reddit leaves
out, sends as null or in another type is done without, but for id and time.
"""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from domain.types import Post, PostState
from listeners import markup

Node = Mapping[str, Any]

SITE = "https://www.reddit.com"
SUBMISSION, COMMENT = "t3", "t1"

# What stands where words were: also "[ Removed by Reddit in response to a copyright notice. ]".
_UNSAID = re.compile(r"\[ ?(?:deleted|removed)\b[^\[\]]{0,200}\]", re.IGNORECASE)
# Pictures amid the words: ![img](k3x "a caption"), ![gif](giphy|abc); the caption is said.
_PICTURE = re.compile(r"!\[(?:img|gif)\]\([^()\s]{1,300}(?:\s\"([^\"\n]{0,300})\")?\)")
_SPOILER = re.compile(r">!|!<")
_IN_PERMALINK = re.compile(r"/(?:r|user|u)/([\w.-]+)/")


def build(node: Node, fetched_at: datetime) -> Post | None:
    """None for what its author or somebody else took away, for adverts, and for what is no post.
    Raises ValueError where id or time is missing."""
    if is_gone(node) or node.get("promoted") is True:
        return None
    own_id, at = stamp(node)
    posted_at = markup.moment(at)
    if own_id and not own_id.startswith((f"{SUBMISSION}_", f"{COMMENT}_")):
        return None  # a subreddit, an account
    if not own_id or posted_at is None:
        raise ValueError("no id or no time")
    comment = own_id.startswith(f"{COMMENT}_")
    return Post(
        platform="reddit",
        community=_community(node),
        external_id=own_id,
        url=markup.link(_permalink(node, own_id), SITE),
        author=markup.author(_said(node, "author")),
        author_id=_said(node, "author_fullname"),
        title="" if comment else markup.title(html.unescape(_said(node, "title"))),
        text=_comment(node) if comment else _submission(node),
        posted_at=posted_at,
        fetched_at=fetched_at,
        thread_id=_thread(node) if comment else own_id,
        parent_id=_said(node, "parent_id") if comment else "",
        metrics=_metrics(node),
        state=PostState.EDITED if edited(node) else PostState.LIVE,
    )


def stamp(node: Node) -> tuple[str, float]:
    """Full id ("t3_1abcde") and time in epoch seconds; "" or 0.0 where there is none."""
    at = markup.moment(node.get("created_utc")) or markup.moment(node.get("created"))
    own_id, short, kind = _said(node, "name"), _said(node, "id"), _said(node, "kind")
    if not own_id and short:
        own_id = f"{kind or (COMMENT if 'body' in node else SUBMISSION)}_{short}"
    return own_id, at.timestamp() if at else 0.0


def edited(node: Node) -> float:
    """When it was last edited, in epoch seconds; 1.0 where only told that it was; 0.0 if never."""
    said = node.get("edited")
    if said is True:
        return 1.0
    at = markup.moment(said)
    return at.timestamp() if at else 0.0


def subreddit(node: Node) -> str:
    """Its name without "r/" (for a profile "u_name"); "" where Reddit does not say."""
    prefixed = _said(node, "subreddit_name_prefixed")
    if said := _said(node, "subreddit") or prefixed.removeprefix("r/").replace("u/", "u_", 1):
        return said
    found = _IN_PERMALINK.search(_said(node, "permalink"))
    return found[1] if found else ""


def is_gone(node: Node) -> bool:
    """Whether the author, a moderator or Reddit took it away, or the author's account is no more:
    nobody is there who asked, and Reddit wants what they wrote forgotten with them."""
    author = node.get("author", "?")
    if author in (None, "", "[deleted]") or node.get("removed_by_category"):
        return True
    if node.get("removed") is True or node.get("spam") is True or node.get("banned_by"):
        return True
    said = (_said(node, part).strip() for part in ("title", "selftext", "body"))
    return any(_UNSAID.fullmatch(part) for part in said)


def _said(node: Node, name: str) -> str:
    said = node.get(name)
    return said if isinstance(said, str) else ""


def _community(node: Node) -> str:
    name = subreddit(node)
    if name.lower().startswith("u_"):
        return f"u/{name[2:]}"
    return f"r/{name}" if name else ""


def _comment(node: Node) -> str:
    return _plain(_said(node, "body"))


def _submission(node: Node) -> str:
    """The author's own words: below a crosspost's title stand another's, which do not count."""
    own = _said(node, "selftext")
    if node.get("crosspost_parent") or node.get("crosspost_parent_list"):
        theirs = {_said(parent, "selftext") for parent in _records(node, "crosspost_parent_list")}
        return "" if own in theirs else _plain(own)
    return _plain("\n\n".join(filter(None, [own, *_captions(node), *_choices(node)])))


def _captions(node: Node) -> Iterator[str]:
    """What the author wrote below the pictures of a gallery."""
    gallery = node.get("gallery_data")
    for item in _records(gallery, "items") if isinstance(gallery, Mapping) else ():
        yield _said(item, "caption").strip()


def _choices(node: Node) -> Iterator[str]:
    """What one may vote for in a poll is part of the question: a line each."""
    poll = node.get("poll_data")
    if isinstance(poll, Mapping):
        texts = (_said(option, "text").strip() for option in _records(poll, "options"))
        yield "\n".join(filter(None, texts))


def _records(of: Node, name: str) -> list[Node]:
    found = of.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _plain(said: str) -> str:
    return markup.from_markdown(_SPOILER.sub("", _PICTURE.sub(r"\1", said)))


def _thread(node: Node) -> str:
    """Of a comment."""
    parent = _said(node, "parent_id")
    in_link = re.search(r"/comments/(\w+)", _said(node, "permalink"))
    known = [_said(node, "link_id"), f"t3_{in_link[1]}" if in_link else ""]
    return next(filter(None, known), parent if parent.startswith("t3_") else "")


def _permalink(node: Node, own_id: str) -> str:
    """As told, or for what comes without as Reddit would build it."""
    if said := _said(node, "permalink"):
        return said
    comment = own_id.startswith(f"{COMMENT}_")
    thread = (_thread(node) if comment else own_id)[3:]
    below = f"_/{own_id[3:]}/" if comment else ""
    name = subreddit(node)
    return f"/{f'r/{name}/' if name else ''}comments/{thread}/{below}" if thread else ""


def _metrics(node: Node) -> dict[str, int]:
    """With "locked" where nobody can answer any more."""
    found = {"score": markup.count(node.get("score"))}
    if "num_comments" in node:
        found["replies"] = markup.count(node["num_comments"])
    if node.get("locked") is True or node.get("archived") is True:
        found["locked"] = 1
    return found
