"""Plays sites with feeds: RSS 2.0, Atom and JSON Feed, with ETags, and the pages of their posts."""

import hashlib
import html
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from demo.players.items import Item, Shelf

SITE = "https://feeds.example.com"


class FeedPlayer(Shelf):
    """/NAME.rss, .atom and .json show the items whose `community` is NAME, newest first; /NAME/ID
    is the page of one, 404 when it is deleted. To be reached as https://feeds.example.com/..."""

    prefix = "/feeds"

    def __init__(self, items: Iterable[Item] = (), *, size: int = 30) -> None:
        super().__init__(items)
        self._size = size

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{name}.rss", self._rss),
            Route("/{name}.atom", self._atom),
            Route("/{name}.json", self._json),
            Route("/{name}/{id}", self._page),
        ]

    def link(self, item: Item) -> str:
        return item.url or f"{SITE}/{item.community}/{item.id}"

    def _new_id(self, now: datetime) -> str:
        return f"{int(now.timestamp())}-{self._count()}"

    def _shown(self, request: Request) -> list[Item]:
        name = request.path_params["name"]
        return [item for item in self.live() if item.community == name][: self._size]

    def _rss(self, request: Request) -> Response:
        name = request.path_params["name"]
        parts = "".join(self._rss_item(item) for item in self._shown(request))
        head = f"<title>{escape(name)}</title><link>{SITE}/{name}</link>"
        body = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"{head}<description>Played</description>{parts}</channel></rss>"
        )
        return _conditional(request, body, "application/rss+xml")

    def _rss_item(self, item: Item) -> str:
        return (
            f"<item><title>{escape(item.title)}</title><link>{escape(self.link(item))}</link>"
            f'<guid isPermaLink="false">{escape(item.id)}</guid>'
            f"<pubDate>{format_datetime(item.posted_at.astimezone(UTC))}</pubDate>"
            f"<dc:creator>{escape(item.author)}</dc:creator>"
            f"<description>{escape(_markup(item.text))}</description></item>"
        )

    def _atom(self, request: Request) -> Response:
        name = request.path_params["name"]
        parts = "".join(self._atom_entry(item) for item in self._shown(request))
        body = (
            '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
            f"<title>{escape(name)}</title><id>{SITE}/{name}</id>{parts}</feed>"
        )
        return _conditional(request, body, "application/atom+xml")

    def _atom_entry(self, item: Item) -> str:
        at = f"{item.posted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return (
            f"<entry><title>{escape(item.title)}</title><id>{escape(item.id)}</id>"
            f"<link href={quoteattr(self.link(item))}/><published>{at}</published>"
            f"<updated>{at}</updated><author><name>{escape(item.author)}</name></author>"
            f'<content type="html">{escape(_markup(item.text))}</content></entry>'
        )

    def _json(self, request: Request) -> Response:
        name = request.path_params["name"]
        items = [
            {
                "id": item.id,
                "url": self.link(item),
                "title": item.title,
                "content_html": _markup(item.text),
                "date_published": f"{item.posted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "authors": [{"name": item.author}],
            }
            for item in self._shown(request)
        ]
        whole = {"version": "https://jsonfeed.org/version/1.1", "title": name, "items": items}
        return _conditional(request, json.dumps(whole), "application/feed+json")

    def _page(self, request: Request) -> Response:
        item = self.get(request.path_params["id"])
        if not item or item.deleted or item.community != request.path_params["name"]:
            return Response("Not found", status_code=404)
        page = f"<html><head><title>{html.escape(item.title)}</title></head>{_markup(item.text)}"
        return Response(page, media_type="text/html")


def _markup(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part)


def _conditional(request: Request, body: str, content_type: str) -> Response:
    tag = f'W/"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
    headers = {"etag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=content_type, headers=headers)
