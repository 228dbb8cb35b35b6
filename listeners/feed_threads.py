"""Which entries of a feed belong to which thread. Pure.

A feed shows its newest entries only: the first post of a thread is often not among them. What is
then known of the thread (its address, or its subject) stands for it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from listeners.feed_entries import Entry, short

_DEEPEST = 50  # answers to answers


class Place(NamedTuple):
    thread: str  # as Post.thread_id
    parent: str  # as Post.parent_id


class _Openings(NamedTuple):
    by_thread: Mapping[str, str]  # ids of the first posts
    by_subject: Mapping[str, str]


def places(entries: Sequence[Entry], ids: Sequence[str]) -> list[Place]:
    """Where each entry stands; `ids` are theirs, in the same order."""
    openings = _openings(entries, ids)
    told = dict(zip((entry.id for entry in entries), ids, strict=True))
    answers = {
        own: told.get(entry.answers, entry.answers)
        for entry, own in zip(entries, ids, strict=True)
        if entry.answers
    }
    return [_place(entry, own, answers, openings) for entry, own in zip(entries, ids, strict=True)]


def _openings(entries: Sequence[Entry], ids: Sequence[str]) -> _Openings:
    """Of several that seem to open a thread the oldest does."""
    by_thread: dict[str, str] = {}
    by_subject: dict[str, str] = {}
    pairs = sorted(zip(entries, ids, strict=True), key=lambda pair: pair[0].posted_at)
    for entry, own in pairs:
        if not entry.is_reply and not entry.answers:
            by_thread.setdefault(entry.thread, own)
            by_subject.setdefault(entry.subject, own)
    return _Openings(by_thread, by_subject)


def _place(entry: Entry, own: str, answers: Mapping[str, str], openings: _Openings) -> Place:
    if parent := answers.get(own, ""):
        return Place(_root(parent, answers), parent)
    opening = openings.by_thread.get(entry.thread, "") if entry.thread else ""
    if not entry.is_reply and opening in {"", own}:
        return Place(own, "")
    if not opening and entry.subject:
        opening = openings.by_subject.get(entry.subject, "")
    thread = opening or entry.thread or f"subject:{short(entry.subject, 8)}"
    return Place(thread, thread)


def _root(post: str, answers: Mapping[str, str]) -> str:
    for _ in range(_DEEPEST):
        if post not in answers:
            break
        post = answers[post]
    return post
