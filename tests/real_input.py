"""Real captures through every step: `python -m tests.real_input` prints what came of them.

They lie beside the checkout and are years old, so freshness is set aside; no catalogue of ours
could name what they are about, so that is set aside too. What opens is for reading by eye.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from config.settings import load
from demo.server import LoopbackServer
from demo.stage import SECRETS
from domain.text import one_line, shorten
from domain.types import OpportunityState
from pipeline.kit import Kit
from pipeline.steps import once
from storage.store import Store
from tests.listeners.test_samples import SAMPLES, listings_of_reddit, pages_of_x
from tests.pipeline.world import Links

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FEEDS = (
    *("hnrss_newest.xml", "DaringFireball.rss", "DaringFireball.atom", "macworld.rss"),
    *("cloudblog.rss", "KatieFloyd.rss", "qemu.atom", "livemint.xml", "medscape.rss"),
    *("OneFootTsunami.atom", "bio.rdf", "aktuality.rss"),
)
_SETTINGS = """
[storage]
url = "sqlite:///{folder}/real.db"
[[catalogue.products]]
name = "Fernhill"
ours = true
[routing]
require_catalogue = false
fresh_for = "20000d"
expire_after = "20000d"
[[sources]]
name = "x"
kind = "x"
query = "crm"
api_url = "{url}/x"
allow_private = true
since = "20000d"
[[sources]]
name = "reddit"
kind = "reddit"
subreddits = ["test"]
comments = false
api_url = "{url}/reddit"
allow_private = true
since = "20000d"
"""
_FEED = """
[[sources]]
name = "{name}"
kind = "rss"
url = "{url}/feeds/{name}"
allow_private = true
since = "20000d"
"""


class Captures:
    prefix = "/real"

    def __init__(self) -> None:
        pages = [json.loads(body) for _, body in pages_of_x()]
        self._x = max((p for p in pages if "includes" in p), key=lambda p: len(p["data"]))
        self._reddit = json.loads(next(body for name, body in listings_of_reddit()))
        self._reddit["data"]["after"] = None

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/feeds/{name}", self._feed),
            Route("/reddit/api/v1/access_token", self._token, methods=["POST"]),
            Route("/reddit/{rest:path}", lambda _: JSONResponse(self._reddit)),
            Route("/x/{rest:path}", self._page),
        ]

    def _feed(self, request: Request) -> Response:
        body = (SAMPLES / "feeds" / request.path_params["name"]).read_bytes()
        return Response(body, media_type="application/xml")

    def _page(self, _: Request) -> Response:
        newest = max((one["id"] for one in self._x["data"]), key=int)
        meta = {"result_count": len(self._x["data"]), "newest_id": newest}
        return JSONResponse({**self._x, "meta": meta})

    def _token(self, _: Request) -> Response:
        known = {"access_token": "t", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
        return JSONResponse(known)


def run() -> Mapping[str, Any]:
    """Steps' counts, posts by source, and the lines of what opened."""
    with tempfile.TemporaryDirectory() as folder, LoopbackServer([Captures()]) as server:
        url = f"{server.url}/real"
        text = _SETTINGS.format(folder=folder, url=url)
        text += "".join(_FEED.format(name=name, url=url) for name in FEEDS)
        file = Path(folder) / "real.toml"
        file.write_text(text)
        settings = load(file, SECRETS, lambda: NOW)
        store = Store(settings.storage.url)
        kit = Kit(settings, store, Links())
        first, second = once(kit, NOW), once(kit, NOW)
        sources = {s.name: s.last_error for s in store.sources() if s.failures}
        items = store.items(OpportunityState.OPEN, limit=10_000)
        with store._reading() as db:
            heard = Counter(db.exec_driver_sql("SELECT source FROM post").scalars())
        found = {
            "first": first,
            "second": second,
            "failing": sources,
            "heard": dict(sorted(heard.items())),
            "opened": [
                f"{i.opportunity.score:.2f} {i.assessment.intent} "
                f"{shorten(one_line(i.post.reading), 160)}"
                for i in items
            ],
        }
        store.close()
        return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(), indent=2, ensure_ascii=False) + "\n")
