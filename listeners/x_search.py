"""One query read on X as far as one look goes: pages until the mark, then what is left below it."""

import logging
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from domain.errors import SourceError
from listeners.x_api import Page, QueryError, XApi
from listeners.x_marks import Mark, Read, Stretch
from listeners.x_posts import Heard, heard

log = logging.getLogger(__name__)

MAX_PAGES = 10  # with posts, per query and look; what is left comes with the next looks


class Look(NamedTuple):
    pages: list[Heard]
    mark: Mark  # after it
    error: SourceError | None = None  # what broke it off; pages before that count

    @property
    def failed(self) -> bool:
        """Nothing at all could be read."""
        return self.error is not None and not self.pages


def look(api: XApi, query: str, mark: Mark, now: datetime, max_pages: int = MAX_PAGES) -> Look:
    pages: list[Heard] = []
    reads: list[Read] = []
    error: SourceError | None = None
    for stretch in mark.stretches(now):
        begun, whole = len(pages), False
        room = max_pages - sum(bool(page.places) for page in pages)
        try:
            if error is None and room:
                for page, whole in islice(_pages(api, query, stretch, now), room):  # noqa: B007 - used below
                    pages.append(page)
        except SourceError as failed:
            error, whole = failed, False
        places = tuple(place for page in pages[begun:] for place in page.places)
        reads.append(Read(stretch, places, whole))
    if not error and not all(read.whole for read in reads):
        log.info("%s has more than one look reads; the rest comes with the next ones", api.where)
    return Look(pages, mark.after(reads, now), error)


def _pages(api: XApi, query: str, stretch: Stretch, now: datetime) -> Iterator[tuple[Heard, bool]]:
    """Newest first, each with whether the stretch is read with it. A page or token that comes again
    ends it, for it would come for ever."""
    size = api.room()
    asked, page = _first(api, query, stretch, size, now)
    tokens: set[str] = set()
    seen: set[str] = set()
    while True:
        found = heard(page, now, api.where)
        token = _next_token(page)
        yield found, not token
        ids = {place.id for place in found.places}
        if not token or token in tokens or (ids and ids <= seen):
            return
        tokens.add(token)
        seen |= ids
        stretch = stretch.below(found.places)
        if api.room() < size:  # a token goes on as it began; fewer posts are another search
            size = api.room()
            tokens.clear()
            asked, page = _first(api, query, stretch, size, now)
        else:
            page = api.search(query, {**asked, "next_token": token}, size)


def _first(
    api: XApi, query: str, stretch: Stretch, size: int, now: datetime
) -> tuple[dict[str, Any], Page]:
    """The first page, with the parameters that X took."""
    *ways, last = stretch.ways(now)
    for way in ways:
        try:
            return way, api.search(query, way, size)
        except QueryError as error:
            log.info("%s (asked another way now)", error)
    return last, api.search(query, last, size)


def _next_token(page: Page) -> str:
    meta = page.get("meta")
    return str(meta.get("next_token") or "") if isinstance(meta, dict) else ""
