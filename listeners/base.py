"""What a listener is. Read this before writing one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import SourceError
from domain.types import Duration, Post
from listeners.hosts import Hosts
from listeners.meter import Meter


class Given(NamedTuple):
    """What a listener is made of, besides its options."""

    secrets: Mapping[str, str]
    clock: Callable[[], datetime]
    hosts: Hosts  # one for all listeners: it paces what they ask of one host together
    terms: tuple[str, ...] = ()  # what the catalogue calls its products, for queries made of them


class Batch(NamedTuple):
    """What one fetch brought. The caller stores all of it together, or nothing."""

    posts: tuple[Post, ...]
    cursor: str | None  # ours to keep, the listener's to read
    notices: tuple[str, ...] = ()  # what ops should know although it went well: a line each, with
    # what is wrong and what to do ("r/x is banned; left out: check `subreddits`")
    again_in: timedelta | None = None  # look no sooner than this: the platform asks for it
    # Key of a post -> keys under which earlier versions of it may have been heard (X gives each
    # edited version an id of its own). Where one of these, or the key itself,
    # is stored, it is brought up to date instead.
    earlier: Mapping[str, tuple[str, ...]] = {}
    gone: tuple[str, ...] = ()  # keys of posts that the platform says were taken away since
    failed: SourceError | None = None  # what ended the look early, or kept a part from being read;
    # nothing is lost by it: the next looks go on there


class Rechecked(NamedTuple):
    """What has become of stored posts. Those that stand in neither part could not be looked at."""

    posts: tuple[Post, ...] = ()  # as they are now, under the keys that were asked about
    gone: tuple[str, ...] = ()  # keys of those that were deleted, removed or made private


class Listener(Protocol):
    @property
    def name(self) -> str:
        """The source's name in the settings file."""

    @property
    def platform(self) -> str:
        """Of all its posts."""

    @property
    def every(self) -> timedelta:
        """How often to look, when all is well."""

    def fetch(self, cursor: str | None) -> Batch:
        """Posts newer than `cursor`, which an earlier call returned (None: the first run).

        Called again with the same cursor it returns the same posts, or more. A post that is known
        and comes again with another text was edited: its state says so. Raises SourceError.
        """


@runtime_checkable
class ThreadReader(Protocol):
    """A listener that can also look at who has answered in a thread."""

    def replies(self, post: Post) -> tuple[Post, ...]:
        """All replies in the thread of `post` that can be seen now. Raises SourceError."""


@runtime_checkable
class Rechecker(Protocol):
    """A listener that can also look whether posts are still there, and what they say now."""

    @property
    def forgets_within(self) -> timedelta:
        """How soon what was deleted must have left us, by the platform's rules or good manners."""

    def recheck(self, posts: Sequence[Post]) -> Rechecked:
        """As many at once as the caller likes; all of this listener's platform (and, where it has
        several, its instance). Raises SourceError if none could be looked at."""


@runtime_checkable
class Metered(Protocol):
    """A listener whose platform bills what is read."""

    @property
    def meter(self) -> Meter: ...


class SourceOptions(BaseModel):
    """Options that every kind of source has; each kind's module adds its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w./-]+$")]
    every: Duration = timedelta(minutes=5)
    api_url: str = ""  # instead of the platform's own address: proxies, tests, the demo
    # How far the first run reads back.
    since: Annotated[Duration, Field(le=timedelta(days=36_500))] = timedelta(days=1)
    allow_private: bool = False  # admit loopback and private addresses

    def doubts(self) -> tuple[str, ...]:
        """What is allowed but hardly meant (too broad, never matching), a line each that says what
        to do; ops is told of it. What makes no sense at all is refused by a validator instead."""
        return ()
