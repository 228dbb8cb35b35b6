"""Turns of phrase that several letters share."""

from datetime import date, datetime, timedelta

from domain.text import one_line, shorten
from domain.types import Post, Value
from notifiers.base import Letter
from notifiers.blocks import to_blocks
from notifiers.layout import MONTHS, Parts, Quote, quoted, to_text
from notifiers.mail_html import to_html

_PLATFORMS = {
    "reddit": "Reddit",
    "x": "X",
    "hackernews": "Hacker News",
    "linkedin": "LinkedIn",
    "discourse": "a forum",
    "stackexchange": "Stack Exchange",
    "rss": "a forum",
}
_PRIVATE = "A private message. Its words stay in the export that it came with."
_FIRST = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_LABEL, _NAME = 90, 60


class Company(Value):
    """Who asks: so that every letter, and every reply's disclosure, can name us."""

    name: str = ""
    products: tuple[str, ...] = ()  # ours, by the catalogue's names

    @property
    def called(self) -> str:
        """The name, else the first product's; "us" where neither is known."""
        return one_line(self.name or next(iter(self.products), "") or "us")


def letter(key: str, subject: str, parts: Parts, *, unsubscribe_url: str = "") -> Letter:
    subject = shorten(one_line(subject), 150)
    return Letter(
        key=key,
        subject=subject,
        text=to_text(parts),
        html=to_html(subject, parts),
        blocks=to_blocks(parts),
        unsubscribe_url=unsubscribe_url,
    )


def where(post: Post) -> str:
    """ "r/crm (Reddit)"; of a feed, its own name."""
    platform = _PLATFORMS.get(post.platform, post.platform)
    community = shorten(one_line(post.community), _NAME)
    if not community:
        return platform
    return community if post.platform == "rss" else f"{community} ({platform})"


def place_name(post: Post) -> str:
    """ "r/crm", else the platform."""
    return shorten(one_line(post.community), _NAME) or _PLATFORMS.get(post.platform, post.platform)


def quote(post: Post, limit: int) -> Quote:
    """Title and text, at most `limit` characters together; of a private message neither."""
    if private(post):
        return Quote(_PRIVATE, "")
    title = shorten(one_line(post.title), min(limit, 200))
    return Quote(quoted(post.text, limit - len(title)) or ("" if title else "-"), title)


def region(name: str) -> str:
    """ "uk and ireland" as it is written."""
    small = {"and": "and", "uk": "UK"}
    return " ".join(small.get(word, word.capitalize()) for word in name.split())


def label(post: Post) -> str:
    """The post in one short line."""
    if private(post):
        return "a private message"
    return shorten(one_line(post.title or post.text) or "a post without words", _LABEL)


def private(post: Post) -> bool:
    """Correspondence of third parties: it is quoted nowhere."""
    return bool(post.metrics.get("private"))


def age(span: timedelta) -> str:
    """ "12 min", "3 h", "2 days"; never negative: clocks differ."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 90:  # noqa: PLR2004 - "1 h" would hide half an hour
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"  # noqa: PLR2004


def day(of: date | datetime) -> str:
    return f"{of.day} {MONTHS[of.month - 1]} {of.year}"


def percent(share: float) -> str:
    return f"{round(100 * min(max(share, 0.0), 1.0))} %"


def times(count: int, noun: str) -> str:
    """ "no asks", "one ask", "3 asks"."""
    number = {0: "no", 1: "one"}.get(count, str(count))
    return f"{number} {noun}" + ("" if count == 1 else "s")


def ordinal(number: int) -> str:
    """ "first", ..., from the tenth on in figures."""
    if 1 <= number <= len(_FIRST):
        return _FIRST[number - 1]
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
