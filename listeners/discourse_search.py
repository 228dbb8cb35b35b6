"""Posts of a Discourse forum that a search finds, newest first: /search.json.

An answer holds the first words of each post only, so the posts are then read in their topics.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import SourceError
from listeners import answers, discourse_posts, discourse_threads
from listeners.base import Batch
from listeners.discourse_site import Record, Site, records
from listeners.discourse_threads import Thread
from listeners.unread import Reach

_OVERLAP = timedelta(minutes=30)  # a post reaches the search so late
_MOST_PAGES = 10  # the forum gives no more
_MOST_TOPICS = 30  # read in one look
_KEPT = 2_000  # topics that wait
_DAY = timedelta(days=1)  # `after:` knows days only, and those of the forum


class Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    hits: Reach
    waiting: Mapping[str, tuple[str, ...]] = {}  # topics to be read -> ids of their posts

    @classmethod
    def read(cls, cursor: str | None, now: datetime, since: timedelta) -> "Cursor":
        try:
            return cls.model_validate_json(cursor or "")
        except ValidationError:
            return cls(hits=Reach.first(now, since))


class _Hits(NamedTuple):
    found: Mapping[str, float]  # id -> seconds since 1970
    topics: Mapping[str, tuple[str, ...]]  # topic -> ids; the oldest first
    failed: SourceError | None
    cut: bool  # there are more than the forum gives


def fetch(site: Site, term: str, cursor: str | None, now: datetime, since: timedelta) -> Batch:
    old = Cursor.read(cursor, now, since)
    hits = _hits(site, term, old.hits)
    waiting = dict(old.waiting)
    for topic, ids in hits.topics.items():
        waiting[topic] = (*waiting.get(topic, ()), *ids)

    def read(topic: str, ids: tuple[str, ...]) -> Thread | None:
        return discourse_threads.chosen(site, topic, ids)

    turn = discourse_threads.read_waiting(site, waiting, read, _MOST_TOPICS, now)
    failed = turn.failed or hits.failed
    moved = old.hits.after(hits.found.items(), (), _OVERLAP, now, waits=bool(hits.failed))
    return Batch(
        turn.posts,
        Cursor(hits=moved, waiting=dict(list(turn.left.items())[-_KEPT:])).model_dump_json(),
        notices=_told(hits),
        again_in=failed.retry_after if failed else None,
        failed=failed,
    )


def _hits(site: Site, term: str, reach: Reach) -> _Hits:
    """What is new of what the search finds."""
    asked = _asked(term, reach)
    seen: dict[str, Record] = {}
    failed, cut = None, False
    for page in range(1, _MOST_PAGES + 1):
        try:
            answer = site.get("/search.json", [("q", asked), ("page", page)])
            found, more = _read(site, answer)
        except SourceError as error:
            if page == 1:
                raise
            failed = error
            break
        fresh = {str(one.get("id")): one for one in found}
        new = fresh.keys() - seen.keys()
        seen.update(fresh)
        old = all((discourse_posts.written(one) or 0.0) <= reach.floor for one in found)
        if not new or old or not more:
            break
    else:
        cut = True
    return _sorted(seen.values(), reach, failed, cut=cut)


def _read(site: Site, answer: Record) -> tuple[list[Record], bool]:
    """The hits of a page, and whether there is another."""
    about = answer.get("grouped_search_result")
    about = about if isinstance(about, dict) else {}
    if about.get("error"):
        raise SourceError(f"{site.where} is too busy to search; it will be tried again")
    if not isinstance(answer.get("posts"), list) and not about:
        raise answers.unreadable(site.where, "a search's answer")
    return records(answer, "posts"), about.get("more_full_page_results", True) is True


def _sorted(
    hits: Iterable[Record], reach: Reach, failed: SourceError | None, *, cut: bool
) -> _Hits:
    found: dict[str, float] = {}
    topics: dict[str, tuple[str, ...]] = {}
    for one in sorted(hits, key=lambda hit: discourse_posts.written(hit) or 0.0):
        at, own_id = discourse_posts.written(one), str(one.get("id"))
        of = str(one.get("topic_id"))
        if at is not None and of.isdecimal() and reach.is_new(own_id, at):
            found[own_id] = at
            topics[of] = (*topics.get(of, ()), own_id)
    return _Hits(found, topics, failed, cut)


def _asked(term: str, reach: Reach) -> str:
    day = datetime.fromtimestamp(max(reach.floor, 0.0), UTC) - _DAY
    after = "" if "after:" in term else f" after:{day:%Y-%m-%d}"
    return f"{term}{after}{'' if 'order:' in term else ' order:latest'}"


def _told(hits: _Hits) -> tuple[str, ...]:
    told = []
    if hits.cut:
        advice = "search for something narrower, or more often"
        told.append(f"more is found than the forum gives; {advice}")
    return tuple(told)
