"""All posts of a Discourse forum, newest first: /posts.json."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import SourceError
from domain.types import Post
from listeners import answers, discourse_posts, markup, unread
from listeners.base import Batch
from listeners.batches import posts_of
from listeners.discourse_posts import Topic
from listeners.discourse_site import Record, Site, records, stream_of
from listeners.unread import Gap, Page, Reach

OVERLAP = timedelta(minutes=15)  # a post can become visible so late
_MOST_PAGES = 10  # of a look
_MOST_TOPICS = 25  # that have to be looked up in one look
_MOST_FAILURES = 4  # of look-ups in a row
_READ_AGAIN = 100  # posts that each look reads again, at most, for what shows up late
_KEPT_TOPICS = 1_000
_OLD_ENOUGH = 3  # posts from before the first look: single ones may stand out of order
# Older versions look at so many ids at a time, of which none need be public; a few such in a row.
_WINDOW, _WINDOWS = 50, 4
_LONGEST = 15  # digits of an id


class Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    stream: Reach
    threads: Mapping[str, str] = {}  # topic -> id of its first post, or what stands for it
    edited: float = 0.0  # seconds since 1970: edits up to then were heard

    @classmethod
    def read(cls, cursor: str | None, now: datetime, since: timedelta) -> "Cursor":
        try:
            return cls.model_validate_json(cursor or "")
        except ValidationError:
            return cls(stream=Reach.first(now, since, start=0))


def fetch(site: Site, cursor: str | None, now: datetime, since: timedelta) -> Batch:
    old = Cursor.read(cursor, now, since)
    heard: list[Record] = []
    pages = iter(range(1, _MOST_PAGES))

    def ask(gap: Gap) -> Page:
        before = [] if gap.until is None else [("before", int(gap.until))]
        page = _posts(site, site.get("/posts.json", before))
        heard.extend(page)
        return Page(page, _rest(gap, page, old.stream))

    def more() -> bool:
        new = [one for one in heard if _is_new(old.stream, one)]
        unknown = _replied_to(new) - set(old.threads) - set(_openings(heard))
        return len(unknown) <= _MOST_TOPICS and next(pages, None) is not None

    look = unread.look(old.stream, ask, more)
    new = [one for one in look.records if _is_new(old.stream, one) or _is_changed(old, one)]
    threads = {**old.threads, **_openings(heard)}
    topics, failed = _looked_up(site, _replied_to(new) - set(threads))
    threads |= {of: topic.opening for of, topic in topics.items() if topic.opening}
    posts = posts_of(new, _builder(site, now, threads, topics, _numbered(heard)), site.where)
    ended = look.failed or failed
    return Batch(
        posts,
        Cursor(
            stream=_moved(old.stream, new, look.left, now),
            threads=_kept(threads, new),
            edited=max([old.edited, *(min(_changed(one), now.timestamp()) for one in heard)]),
        ).model_dump_json(),
        notices=unread.told(look),
        again_in=ended.retry_after if ended else None,
        failed=ended,
    )


def _posts(site: Site, answer: Record) -> list[Record]:
    if isinstance(answer.get("latest_posts"), list):
        return records(answer, "latest_posts")
    if isinstance(answer.get("post_stream"), dict):
        return stream_of(answer)[0]
    raise answers.unreadable(site.where, "a list of posts")


def _rest(gap: Gap, page: Sequence[Record], reach: Reach) -> Gap | None:
    """What of `gap` is left after `page`. The last page repeats itself."""
    ids = [int(one) for one in map(_id, page) if one]
    if gap.until is not None and (not ids or min(ids) >= gap.until):
        if (ids and max(ids) > gap.until) or gap.page >= _WINDOWS:
            return None
        until = gap.until - _WINDOW
        return Gap(floor=gap.floor, until=until, page=gap.page + 1) if until > gap.floor else None
    if not ids or min(ids) <= gap.floor:
        return None
    past = sum(at <= reach.floor for one in page if (at := discourse_posts.written(one)))
    if not gap.floor and past >= min(_OLD_ENOUGH, len(page)):
        return None
    return Gap(floor=gap.floor, until=min(ids))


def _moved(reach: Reach, new: Iterable[Record], left: Sequence[Gap], now: datetime) -> Reach:
    found = {_id(one): at for one in new if _id(one) and (at := discourse_posts.written(one))}
    seen = {**reach.seen, **found}
    recent = min(max(seen.values(), default=0.0), now.timestamp()) - OVERLAP.total_seconds()
    late = sorted((int(one) for one, at in seen.items() if at > recent), reverse=True)
    start = late[:_READ_AGAIN][-1] - 1 if late else 0
    return reach.after(found.items(), left, OVERLAP, now, start=start)


def _looked_up(site: Site, of: Iterable[str]) -> tuple[dict[str, Topic], SourceError | None]:
    """Topics in which somebody replied, and of which nothing is known. Each is asked for twice; but
    what cannot be looked up is no reason to lose a post, nor to let it wait."""
    found: dict[str, Topic] = {}
    failed: SourceError | None = None
    in_a_row = 0
    for topic in sorted(of):
        for _ in range(2):
            try:
                answer = site.find(f"/t/{topic}.json")
            except SourceError as error:
                failed, in_a_row = error, in_a_row + 1
                if error.retry_after or in_a_row == _MOST_FAILURES:
                    return found, failed
                continue
            in_a_row = 0
            if answer is not None:
                found[topic] = discourse_posts.topic_of(answer)
            break
    return found, failed


def _builder(
    site: Site,
    now: datetime,
    threads: Mapping[str, str],
    topics: Mapping[str, Topic],
    numbered: Mapping[str, Mapping[int, str]],
) -> Callable[[Record], Post | None]:
    def build(one: Record) -> Post | None:
        of = _topic(one)
        return discourse_posts.post_of(
            one,
            site.address,
            now,
            thread=threads.get(of, ""),
            topic=topics.get(of),
            numbered=numbered.get(of),
        )

    return build


def _kept(threads: Mapping[str, str], new: Iterable[Record]) -> dict[str, str]:
    """Those last written in come last, and are kept longest. Whatever a topic was called here, it
    is called so again."""
    lately = {of: threads.get(of, discourse_posts.stand_in(of)) for of in map(_topic, new) if of}
    older = {of: name for of, name in threads.items() if of not in lately}
    return dict(list({**older, **lately}.items())[-_KEPT_TOPICS:])


def _is_new(reach: Reach, one: Record) -> bool:
    at = discourse_posts.written(one)
    return at is None or reach.is_new(_id(one), at)


def _is_changed(old: Cursor, one: Record) -> bool:
    """Whether a known post was edited since the last look."""
    return _id(one) in old.stream.seen and _changed(one) > old.edited and _versions(one) > 1


def _changed(one: Record) -> float:
    at = markup.iso_moment(one.get("updated_at"))
    return at.timestamp() if at else 0.0


def _versions(one: Record) -> int:
    return markup.count(one.get("version"))


def _replied_to(posts: Iterable[Record]) -> set[str]:
    posts = [one for one in posts if not discourse_posts.is_hidden(one)]
    return {_topic(one) for one in posts if _number(one) != 1} - {""} - set(_openings(posts))


def _openings(posts: Iterable[Record]) -> dict[str, str]:
    return {_topic(one): _id(one) for one in posts if _number(one) == 1 and _topic(one)}


def _numbered(posts: Iterable[Record]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for one in posts:
        found.setdefault(_topic(one), {})[_number(one)] = _id(one)
    return found


def _number(one: Record) -> int:
    return markup.count(one.get("post_number"))


def _id(one: Record) -> str:
    return _digits(one.get("id"))


def _topic(one: Record) -> str:
    return _digits(one.get("topic_id"))


def _digits(said: object) -> str:
    digits = str(said)
    return digits if digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST else ""
