"""Topics of a Discourse forum as a list shows them (a category, a tag, the latest): their posts.

The list is asked for by activity: a topic comes up when it is opened and with each reply. (By when
they were opened, a question asked in an older topic would never be heard.) What the list shows is
noted; which topics have yet to be read waits in the cursor.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import SourceError
from listeners import answers, discourse_posts, discourse_threads, markup
from listeners.base import Batch
from listeners.discourse_site import Record, Site, records
from listeners.discourse_threads import Round, Thread

_OVERLAP = timedelta(minutes=15)
_MOST_PAGES = 30  # of a list
_MOST_TOPICS = 40  # read in one look
_KEPT = 2_000


class Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    floor: float  # seconds since 1970: what was written until then is noted, or was let go
    noted: Mapping[str, float] = {}  # topic -> until when, where that is later
    waiting: Mapping[str, float] = {}  # topics to be read -> what was written there since then

    @classmethod
    def read(cls, cursor: str | None, now: datetime, since: timedelta) -> "Cursor":
        try:
            return cls.model_validate_json(cursor or "")
        except ValidationError:
            return cls(floor=(now - since).timestamp())


class _Listed(NamedTuple):
    active: Mapping[str, float]  # topic -> when it last was written in; the longest ago first
    failed: SourceError | None = None
    cut: bool = False  # the list goes on


def fetch(site: Site, path: str, cursor: str | None, now: datetime, since: timedelta) -> Batch:
    old = Cursor.read(cursor, now, since)
    listed = _listed(site, path, old.floor, now)
    new = {of: at for of, at in listed.active.items() if at > old.noted.get(of, old.floor)}
    waiting = {**{of: old.noted.get(of, old.floor) for of in new}, **old.waiting}

    def read(topic: str, after: float) -> Thread | None:
        return discourse_threads.written_after(site, topic, after)

    turn = discourse_threads.read_waiting(site, waiting, read, _MOST_TOPICS, now)
    failed = turn.failed or listed.failed
    return Batch(
        turn.posts,
        _moved(old, new, listed, turn).model_dump_json(),
        notices=_told(listed, turn),
        again_in=failed.retry_after if failed else None,
        failed=failed,
    )


def _listed(site: Site, path: str, floor: float, now: datetime) -> _Listed:
    """Topics that were written in after `floor`."""
    active: dict[str, float] = {}
    seen: set[str] = set()
    for page in range(_MOST_PAGES):
        try:
            answer = _page(site, path, page)
        except SourceError as error:
            if not page:
                raise
            return _Listed(_oldest_first(active), failed=error)
        topics = [one for one in _topics(site, answer) if _activity(one)[0]]
        times = {of: min(at, now.timestamp()) for of, at in map(_activity, topics)}
        fresh = times.keys() - seen
        seen |= fresh
        active |= {of: times[of] for of in fresh if times[of] > floor}
        by_time = [times[_activity(one)[0]] for one in topics if not _pinned(one)]
        if not fresh or any(at <= floor for at in by_time) or _is_last(answer):
            return _Listed(_oldest_first(active))
    return _Listed(_oldest_first(active), cut=True)


def _page(site: Site, path: str, page: int) -> Record:
    """A later page is asked for twice before it counts as failed: without it all of the list would
    have to be read again."""
    asked: list[tuple[str, str | int]] = [("order", "activity")]
    if not page:
        return site.get(f"{path}.json", asked)
    asked.append(("page", page))
    try:
        return site.get(f"{path}.json", asked)
    except SourceError as error:
        if error.retry_after:
            raise
        return site.get(f"{path}.json", asked)


def _topics(site: Site, answer: Record) -> list[Record]:
    listed = answer.get("topic_list")
    if not isinstance(listed, dict) or not isinstance(listed.get("topics"), list):
        raise answers.unreadable(site.where, "a list of topics")
    return records(listed, "topics")


def _activity(topic: Record) -> tuple[str, float]:
    """Its id, and when it last was written in; "" where it cannot be read."""
    said = (topic.get(name) for name in ("bumped_at", "last_posted_at", "created_at"))
    at = next((found for one in said if one and (found := markup.iso_moment(one))), None)
    of = str(topic.get("id"))
    return (of, at.timestamp()) if at and of.isascii() and of.isdecimal() else ("", 0.0)


def _oldest_first(active: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(active.items(), key=lambda pair: pair[1]))


def _pinned(topic: Record) -> bool:
    return topic.get("pinned") is True or topic.get("pinned_globally") is True


def _is_last(answer: Record) -> bool:
    listed: Any = answer.get("topic_list")
    return "more_topics_url" not in listed and bool(listed["topics"])


def _moved(old: Cursor, new: Mapping[str, float], listed: _Listed, turn: Round) -> Cursor:
    newest = max([*new.values(), *old.noted.values()], default=old.floor)
    floor = old.floor if listed.failed else max(old.floor, newest - _OVERLAP.total_seconds())
    noted = {**old.noted, **new}
    for topic, thread in turn.read.items():
        times = _times(thread.found) if thread else []
        noted[topic] = max([noted.get(topic, old.floor), *times])
    kept = sorted(noted.items(), key=lambda pair: pair[1], reverse=True)[:_KEPT]
    return Cursor(
        floor=floor,
        noted={of: at for of, at in kept if at > floor},
        waiting=dict(list(turn.left.items())[-_KEPT:]),
    )


def _times(found: Sequence[Record]) -> list[float]:
    return [at for one in found if (at := discourse_posts.written(one))]


def _told(listed: _Listed, turn: Round) -> tuple[str, ...]:
    told = []
    if listed.cut:
        advice = "the oldest are left out: set a shorter `since`"
        told.append(f"more topics are new than {_MOST_PAGES} pages list; {advice}")
    told += [
        f"of topic {topic} only the newest new posts were read"
        for topic, thread in turn.read.items()
        if thread and not thread.whole
    ]
    return tuple(told)
