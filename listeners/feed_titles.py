"""What the titles and footers of forums' feeds tell besides the words of the post. Pure.

phpBB writes "Forum • Re: Subject", hnrss "New comment by ann in "Subject"", Stack Exchange "Answer
by ann for Subject". XenForo and Discourse write the subject alone, and number posts in the link.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

_BULLET = " \u2022 "
_DASH = " \u2014 "
_AGAIN = re.compile(r"(?:re|aw|sv|antw|odp)(?:\[\d{1,3}\])?\s?:\s*", re.IGNORECASE)
_COMMENT = re.compile(
    r"(?:New comment by \S{1,100} in \"(.+)\"|Answer by .{1,100}? for (.+)"
    r"|Comment on (.+) by .{1,100})"
)
# "/t/which/12/3", or on a later page "/t/which/12?page=2#post_31".
_DISCOURSE = re.compile(r"(/t/[^/]+/\d+)(?:/|(?:\?page=\d+)?#post_)(\d+)$")
_XENFORO = re.compile(r"(/threads/[^/]+)/(?:post-\d+|(?:page-\d+)?#post-\d+)$")
_LONGEST_FOOTER = 1_500


class Titled(NamedTuple):
    title: str
    subject: str  # what entries of one thread have in common; "" if nothing tells
    is_reply: bool
    thread: str  # the thread's address, where the entry's own tells it


def told(title: str, categories: Sequence[str], link: str) -> Titled:
    """`categories`: what the feed files the entry under; phpBB names the forum there too."""
    forum, bullet, rest = title.partition(_BULLET)
    if bullet and (forum in categories or "viewtopic." in link):
        title = rest.strip()
    bare = _AGAIN.sub("", title, count=1) if _AGAIN.match(title) else title
    comment = _COMMENT.fullmatch(title)
    if comment:
        bare = next(subject for subject in comment.groups() if subject)
    thread, number = _thread(link)
    is_reply = bool(comment) or bare != title or number > 1
    return Titled(title, bare.casefold(), is_reply, thread)


def without_footer(said: str, link: str) -> str:
    """phpBB ends each post with a line of numbers that change: who, when, how many views."""
    if "viewtopic." not in link:
        return said
    at = said.rfind("<p>")
    footer = said[at:].rstrip()
    is_one = len(footer) < _LONGEST_FOOTER and _DASH in footer and footer.endswith("<hr />")
    return said[:at] if at >= 0 and is_one else said


def _thread(link: str) -> tuple[str, int]:
    """The thread's address and which post of it this is; 2 for any but the first, 1 unknown."""
    if found := _DISCOURSE.search(link):
        return link[: found.end(1)], int(found[2][:9])
    if found := _XENFORO.search(link):
        return f"{link[: found.end(1)]}/", 2
    address, mark, fragment = link.partition("#")
    if mark and fragment.startswith("comment-"):
        return address, 2
    if "viewtopic." in link:
        topic = parse_qs(urlsplit(address).query).get("t", [""])[0]
        if topic:
            return f"{address.partition('?')[0]}?t={topic}", 1
    return "", 1
