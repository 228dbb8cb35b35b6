"""Which of the replies in a thread is the advocate's?"""

from collections.abc import Sequence
from datetime import timedelta

from domain.types import Advocate, Ask, Post, PostState

CLOCKS_DIFFER = timedelta(minutes=10)  # between a platform's clock and ours


def handle_key(handle: str) -> str:
    """Handles as they are compared: without "@" or "u/", in one case."""
    return handle.strip().removeprefix("/").removeprefix("u/").removeprefix("@").casefold()


def seen(
    ask: Ask, advocate: Advocate, post: Post, replies: Sequence[Post], linked_id: str = ""
) -> Post | None:
    """The first reply in the thread, since we asked, by the advocate's handle; or else the one with
    the id that the advocate told us. Never one of the asker's own."""
    since = (ask.sent_at or ask.drafted_at) - CLOCKS_DIFFER
    possible = sorted(
        (r for r in replies if r.posted_at >= since and _answers(r, post)),
        key=lambda r: (r.posted_at, r.external_id),
    )
    handle = handle_key(advocate.handles.get(post.platform, ""))
    theirs = (r for r in possible if handle and handle_key(r.author) == handle)
    linked = (r for r in possible if linked_id and r.external_id == linked_id)
    return next(theirs, None) or next(linked, None)


def _answers(reply: Post, post: Post) -> bool:
    return (
        reply.state is not PostState.GONE
        and reply.thread_key == post.thread_key
        and reply.key != post.key
        and (not post.author_key or reply.author_key != post.author_key)
    )
