"""What the links that people paste lead to."""

import re
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_X = re.compile(r"/status(?:es)?/(\d+)")
_REDDIT_COMMENT = re.compile(r"/comments/\w+/(?:comment|[^/]*)/(\w+)")
_REDDIT_POST = re.compile(r"/comments/(\w+)")
_SHORT = re.compile(r"^/(\w+)/?$")
_LINKEDIN_COMMENT = re.compile(r"comment:\((?:\w+:)*\d+,(\d{15,})\)")
_LINKEDIN = re.compile(r"(activity|share|ugcPost)[:-](\d{15,})", re.IGNORECASE)
_LINKEDIN_GROUP = re.compile(r"groupPost:\d+-\d+")
_LINKEDIN_KINDS = {"activity": "activity", "share": "share", "ugcpost": "ugcPost"}


def post_id(platform: str, url: str) -> str:
    """The `external_id` of the post that `url` shows on `platform`; "" if it shows none."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    read = _READERS.get(platform)
    return read(host, parts) if read else ""


def linkedin_ids(text: str) -> tuple[str, str]:
    """Post and comment of a link or URN: ("activity:7...", "comment:7..."), "" for what is absent.

    Activity, share and ugcPost of one post have different numbers: none can be told from another.
    """
    said = unquote(unquote(text))
    comment, group = _LINKEDIN_COMMENT.search(said), _LINKEDIN_GROUP.search(said)
    post = _LINKEDIN.search(said)
    return (
        f"{_LINKEDIN_KINDS[post[1].lower()]}:{post[2]}" if post else group[0] if group else "",
        f"comment:{comment[1]}" if comment else "",
    )


def _x(host: str, parts: SplitResult) -> str:
    found = _X.search(parts.path)
    return found[1] if found and _is(host, "x.com", "twitter.com") else ""


def _reddit(host: str, parts: SplitResult) -> str:
    if _is(host, "redd.it"):
        short = _SHORT.match(parts.path)
        return f"t3_{short[1]}" if short else ""
    if not _is(host, "reddit.com"):
        return ""
    comment, post = _REDDIT_COMMENT.search(parts.path), _REDDIT_POST.search(parts.path)
    if comment:
        return f"t1_{comment[1].lower()}"
    return f"t3_{post[1].lower()}" if post else ""


def _hackernews(host: str, parts: SplitResult) -> str:
    """Of "item?id=1#2" the comment 2."""
    if not _is(host, "news.ycombinator.com") or parts.path not in {"/item", "/reply"}:
        return ""
    number = parse_qs(parts.query).get("id", [""])[0]
    number = parts.fragment if parts.fragment.isdecimal() else number
    return number if number.isdecimal() else ""


def _linkedin(host: str, parts: SplitResult) -> str:
    if not _is(host, "linkedin.com"):
        return ""
    post, comment = linkedin_ids(f"{parts.path}?{parts.query}")
    return comment or post


def _is(host: str, *names: str) -> bool:
    """Whether `host` is one of `names` or lies below it ("old.reddit.com")."""
    return any(host == name or host.endswith(f".{name}") for name in names)


_READERS = {"x": _x, "reddit": _reddit, "hackernews": _hackernews, "linkedin": _linkedin}
