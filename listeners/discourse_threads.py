"""Posts of single topics of a Discourse forum: all of them, the new ones, or some by their ids."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from domain.errors import SourceError
from domain.types import Post
from listeners import discourse_posts, markup, rechecks
from listeners.base import Rechecked
from listeners.batches import posts_of
from listeners.discourse_posts import Topic
from listeners.discourse_site import Record, Site, stream_of

_CHUNK = 20  # posts in one request
_MOST_CHUNKS = 25  # of one topic
_MOST_FAILURES = 3  # in a row


class Thread(NamedTuple):
    topic: Topic
    found: tuple[Record, ...]  # those that were asked for
    whole: bool  # whether these are all of those
    numbered: Mapping[int, str]  # ids by numbers, as far as posts were seen

    def posts(self, site: Site, now: datetime, *, thread: str = "") -> tuple[Post, ...]:
        """`thread`: what names the topic in them, where that is known already."""

        def build(one: Record) -> Post | None:
            return discourse_posts.post_of(
                one, site.address, now, thread=thread, topic=self.topic, numbered=self.numbered
            )

        return posts_of(self.found, build, site.where)


class Round(NamedTuple):
    posts: tuple[Post, ...]
    read: Mapping[str, Thread | None]  # by topic; None: it is gone
    left: Mapping[str, Any]  # what still waits, in the order to read it
    failed: SourceError | None


def read_waiting(
    site: Site,
    waiting: Mapping[str, Any],
    read: Callable[[str, Any], Thread | None],
    most: int,
    now: datetime,
) -> Round:
    """Read `most` of the topics that wait. What fails has its turn again after all others, so that
    no topic which cannot be read keeps back the rest."""
    posts: dict[str, Post] = {}
    done: dict[str, Thread | None] = {}
    again: dict[str, Any] = {}
    failed: SourceError | None = None
    in_a_row = 0
    for topic, about in list(waiting.items())[:most]:
        try:
            thread = read(topic, about)
            posts.update((post.key, post) for post in (thread.posts(site, now) if thread else ()))
        except SourceError as error:
            again[topic], failed, in_a_row = about, error, in_a_row + 1
            if error.retry_after or in_a_row == _MOST_FAILURES:
                break
            continue
        done[topic], in_a_row = thread, 0
    rest = {of: about for of, about in waiting.items() if of not in done and of not in again}
    return Round(tuple(posts.values()), done, rest | again, failed)


def written_after(site: Site, topic: str, floor: float) -> Thread | None:
    """What was written in a topic after `floor` (seconds since 1970), read from its end; None if it
    is gone. Raises SourceError."""
    answer = site.find(f"/t/{topic}.json")
    if answer is None:
        return None
    first, stream = stream_of(answer)
    found = {str(one.get("id")): one for one in first}
    missing = [one for one in stream if one not in found]
    chunks = rechecks.chunks(missing[::-1], _CHUNK)
    whole = len(chunks) <= _MOST_CHUNKS
    for chunk in chunks[:_MOST_CHUNKS]:
        some = site.posts(topic, chunk)
        found |= {str(one.get("id")): one for one in some}
        if any((at := discourse_posts.written(one)) and at <= floor for one in some):
            whole = True
            break
    new = [one for one in found.values() if _later(one, floor)]
    return _thread(answer, topic, new, found.values(), whole=whole)


def chosen(site: Site, topic: str, ids: Sequence[str]) -> Thread | None:
    """The posts of a topic with these ids, as far as they are there; None if the topic is gone.
    Raises SourceError."""
    answer = site.find(f"/t/{topic}.json")
    if answer is None:
        return None
    found = {str(one.get("id")): one for one in stream_of(answer)[0]}
    missing = [one for one in ids if one not in found]
    found |= {str(one.get("id")): one for one in site.posts(topic, missing)}
    wanted = [found[one] for one in ids if one in found]
    return _thread(answer, topic, wanted, found.values(), whole=True)


def looked_at(site: Site, topic: str, posts: Sequence[Post], now: datetime) -> Rechecked:
    """What has become of posts of one topic. Raises SourceError."""
    thread = chosen(site, topic, [post.external_id for post in posts]) if topic else None
    said = {str(one.get("id")): one for one in thread.found} if thread else {}
    found = Rechecked()
    for post in posts:
        alone = None
        if post.external_id not in said:  # it may have been moved to another topic
            alone = site.find(f"/posts/{post.external_id}.json")
        one = _as_now(site, post, said.get(post.external_id, alone), thread, now)
        found = Rechecked((*found.posts, *one.posts), (*found.gone, *one.gone))
    return found


def _as_now(
    site: Site, post: Post, said: Record | None, thread: Thread | None, now: datetime
) -> Rechecked:
    if said is None or discourse_posts.is_hidden(said):
        return Rechecked(gone=(post.key,))
    topic = thread.topic if thread else None
    try:
        there = discourse_posts.post_of(said, site.address, now, topic=topic)
    except (KeyError, TypeError, ValueError):
        return Rechecked()  # it cannot be read, which says nothing of whether it is there
    if there is None:
        return Rechecked(gone=(post.key,))
    if topic is None:
        there = there.model_copy(
            update={
                "metrics": {**post.metrics, **there.metrics},
                "title": there.title or post.title,
            }
        )
    return Rechecked((rechecks.as_now(post, there, now),))


def _thread(
    answer: Record, topic: str, wanted: Sequence[Record], seen: Iterable[Record], *, whole: bool
) -> Thread:
    numbered = {markup.count(one.get("post_number")): str(one.get("id")) for one in seen}
    about = discourse_posts.topic_of(answer)
    return Thread(about._replace(id=about.id or topic), tuple(wanted), whole, numbered)


def _later(one: Record, floor: float) -> bool:
    at = discourse_posts.written(one)
    return at is None or at > floor
