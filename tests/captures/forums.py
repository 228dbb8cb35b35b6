"""Captures of feeds and of forums."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from domain.types import Post
from listeners import discourse, hackernews
from tests.captures.account import Account, Record, an_object, fetched
from tests.listeners.played import given
from tests.listeners.test_samples import DISCOURSE, LONG_AGO, NOW, SAMPLES, Captures, read_feed

_ENTRY = re.compile(rb'<(?:item|entry)[\s>]|"date_published":')
_SAYS = ("title", "content_html", "content_text", "summary", "description")
_TAG = re.compile(r"<[^>]*>")


def of_feeds(account: Account, player: Captures, paths: Iterable[Path]) -> None:
    for path in paths:
        body = path.read_bytes()
        told = an_object(body)
        items = told.get("items") or told.get("rss", {}).get("channel", {}).get("item", [])
        cut = path.suffix == ".json" and not told
        left = {
            "an item without title and words": sum(not any(map(one.get, _SAYS)) for one in items),
            "an item in the midst of which the feed breaks off": int(cut),
        }
        records = len(items) or len(_ENTRY.findall(body))
        account.count(path.name, records, partial(read_feed, player, path), +Counter(left))


def of_hostile_feeds(account: Account, player: Captures) -> None:
    """None of these is a feed: each has to be refused in words."""
    for path in sorted(SAMPLES.glob("feeds/hostile/*")):
        before = +account.left
        account.count(path.name, 0, partial(read_feed, player, path), {})
        account.notes += [f"{path.name:18}  {reason}" for reason in account.left - before]


# ------------------------------------------------------------------ forums


def of_discourse(account: Account, player: Captures, url: str) -> None:
    for path in sorted((SAMPLES / DISCOURSE).glob("*.json")):
        player.body, player.type = path.read_bytes(), "application/json"
        told = an_object(player.body)
        found = told.get("latest_posts") or told.get("post_stream", {}).get("posts", [])
        records = [(str(one["id"]), one) for one in found]
        account.settle(path.name, records, partial(_heard_on_discourse, url), _why_not_on_discourse)
    of_feeds(account, player, sorted((SAMPLES / DISCOURSE).glob("*.rss")))


def _heard_on_discourse(url: str) -> Iterable[Post]:
    options = discourse.Options(name="d", url=url, allow_private=True, since=LONG_AGO)
    return discourse.make(options, given(lambda: NOW)).fetch(None).posts


def _why_not_on_discourse(record: Record) -> str:
    if record.get("post_type") != 1:
        return f"a small action of the forum ({record.get('action_code')})"
    if record.get("hidden") or record.get("deleted_at") or record.get("user_deleted"):
        return "hidden or deleted"
    words = _TAG.sub("", record["cooked"]).strip()
    if words.startswith("This is a companion discussion topic"):
        return "a note of the forum's software alone, above what was taken from a blog"
    return "" if words else "a video and no words"


def of_hackernews(account: Account, player: Captures, url: str) -> None:
    """Algolia's answers, each with one hit; two are about a single item and a person."""
    path = SAMPLES / "forums/hn_algolia/test/fixtures/fixtures.json"
    for number, exchange in enumerate(json.loads(path.read_bytes())):
        player.body, player.type = json.dumps(exchange["reply"]).encode(), "application/json"
        hits = exchange["reply"].get("hits", [])
        records = [(hit["objectID"], hit) for hit in hits]
        options = hackernews.Options(name="hn", api_url=url, since=LONG_AGO)
        listener = hackernews.make(options, given(lambda: NOW))
        account.settle(f"{path.name}:{number}", records, partial(fetched, listener), lambda _: "")


def of_bluesky(account: Account) -> None:
    for path in sorted((SAMPLES / "forums/bluesky").rglob("*.*")):
        account.count(path.name, 1, tuple, {"there is no listener for Bluesky yet": 1})
