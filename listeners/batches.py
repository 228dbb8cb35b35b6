"""A page of a platform's records made posts, the odd broken one left out."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from domain.errors import SourceError
from domain.types import Post
from listeners.language import language_of

log = logging.getLogger(__name__)


def posts_of(
    records: Iterable[Any], build: Callable[[Any], Post | None], where: str
) -> tuple[Post, ...]:
    """What `build` makes of each record, each once; None for one that is no post of interest.
    Of posts without words there is nothing to judge: they are left out too. Where the platform
    does not say which language a post is in, it is read from its words, if they tell.

    A record that breaks `build` is left out and logged; if all do, the platform has changed its
    format, and SourceError says so.
    """
    posts: dict[str, Post] = {}
    broken: list[Exception] = []
    looked_at = 0
    for record in records:
        looked_at += 1
        try:
            post = build(record)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            broken.append(error)
            continue
        if post is not None and (post.title or post.text):
            posts.setdefault(post.key, _with_language(post))
    if broken:
        first = f"{type(broken[0]).__name__}: {broken[0]}"
        if len(broken) == looked_at:
            raise SourceError(
                f"{where} sent {looked_at} posts of which none could be read ({first[:200]}); "
                "its format may have changed"
            ) from broken[0]
        log.warning("%s: %d of %d posts could not be read", where, len(broken), looked_at)
    return tuple(posts.values())


def _with_language(post: Post) -> Post:
    if post.language:
        return post
    language = language_of(post.reading)
    return post.model_copy(update={"language": language}) if language else post
