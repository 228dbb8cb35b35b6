"""What a feed holds, in plain tuples: cheap to hand from one process to another. Pure."""

import hashlib
from datetime import datetime
from typing import NamedTuple

MOST = 500  # entries read of one feed, and remembered


class Entry(NamedTuple):
    """One entry, cleaned, as its feed tells of it."""

    id: str  # the feed's own, else made of link or words; may be another entry's too
    url: str
    author: str
    title: str
    text: str
    language: str  # ISO 639-1, "" unknown
    posted_at: datetime
    answers: str = ""  # the id of what it answers, where the feed names it
    is_reply: bool = False
    subject: str = ""  # of its thread, in small letters, where its title names one
    thread: str = ""  # its thread, where the link tells; "" unknown
    replies: int | None = None
    words: str = ""  # `words_of` title and text


class Feed(NamedTuple):
    title: str
    entries: tuple[Entry, ...]  # in the feed's order
    broken: int = 0  # entries that could not be read
    why: str = ""  # the first of them could not
    pause: int = 0  # seconds that the feed asks to be left alone between two looks
    cut: bool = False  # it breaks off; an entry that it breaks off in is left out
    odd: str = ""  # what is wrong with its XML, if anything is
    over: bool = False  # it says itself that nothing will come any more


class Refused(NamedTuple):
    """What was sent is no feed, or none that we read; `why` goes on after "...: the address "."""

    why: str


def words_of(title: str, text: str) -> str:
    """Short; another one after any edit that a reader would notice."""
    return short(" ".join(f"{title}\n{text}".split()), 4)


def short(text: str, size: int) -> str:
    """A hash of `size` bytes, as twice as many letters."""
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=size).hexdigest()
