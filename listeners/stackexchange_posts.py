"""Questions and answers of Stack Exchange's API made posts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from domain.types import Post, PostState
from listeners import markup

PLATFORM = "stackexchange"
_SHUT = ("closed_date", "locked_date", "migrated_to")  # nobody may answer any more

_Item = Mapping[str, Any]


def site_of(said: object) -> object:
    """A site as its API calls it: of "https://softwarerecs.stackexchange.com/" that is
    "softwarerecs", of "stackoverflow.com" "stackoverflow"."""
    if not isinstance(said, str):
        return said
    host = said.strip().lower().partition("://")[2] or said.strip().lower()
    host = host.partition("/")[0].removeprefix("www.")
    return host.removesuffix(".stackexchange.com").removesuffix(".com")


def question_of(item: _Item, site: str, now: datetime) -> Post:
    """Raises KeyError or ValueError where the item has no id or no time."""
    own_id = str(int(item["question_id"]))
    shut = any(item.get(name) for name in _SHUT)
    metrics = {"score": item.get("score"), "replies": item.get("answer_count")}
    counted = {name: markup.count(said) for name, said in metrics.items() if said}
    return Post(
        platform=PLATFORM,
        instance=site,
        community=site,
        external_id=own_id,
        url=markup.link(_text(item.get("link"))) or _link(site, "", f"/q/{own_id}"),
        title=markup.title(markup.from_html(_text(item.get("title")))),
        thread_id=own_id,
        metrics=counted | ({"locked": 1} if shut else {}),
        **_said(item, now),
    )


def answer_of(item: _Item, question: Post, now: datetime) -> Post:
    own_id = str(int(item["answer_id"]))
    path = f"/a/{own_id}"
    return Post(
        platform=PLATFORM,
        instance=question.instance,
        community=question.community,
        external_id=own_id,
        url=markup.link(_text(item.get("link"))) or _link(question.instance, question.url, path),
        thread_id=question.external_id,
        parent_id=question.external_id,
        metrics={"score": markup.count(item["score"])} if item.get("score") else {},
        **_said(item, now),
    )


def _said(item: _Item, now: datetime) -> dict[str, Any]:
    """What questions and answers have alike."""
    posted_at = markup.moment(item.get("creation_date"))
    if posted_at is None:
        raise ValueError("no time")
    owner = item.get("owner")
    owner = owner if isinstance(owner, dict) else {}
    return {
        "author": markup.author(markup.from_html(_text(owner.get("display_name")))),
        "author_id": str(owner.get("user_id") or ""),
        "text": markup.from_html(_text(item.get("body"))),
        "posted_at": posted_at,
        "fetched_at": now,
        "state": PostState.EDITED if item.get("last_edit_date") else PostState.LIVE,
    }


def _link(site: str, beside: str, path: str) -> str:
    """`path` on the host of the link `beside`, or on the site's usual host."""
    host = urlsplit(beside).netloc
    if not host:
        host = f"{site}.com" if "." in site or "overflow" in site else f"{site}.stackexchange.com"
    return f"https://{host}{path}"


def _text(said: object) -> str:
    return said if isinstance(said, str) else ""
