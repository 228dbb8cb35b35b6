"""What a listener is. Read this before writing one."""

from datetime import timedelta
from typing import Annotated, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from domain.types import Duration, Post


class Batch(NamedTuple):
    """What one fetch brought. The caller stores both together, or neither."""

    posts: tuple[Post, ...]
    cursor: str | None  # ours to keep, the listener's to read


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

        Called again with the same cursor it returns the same posts, or more. Raises SourceError.
        """


@runtime_checkable
class ThreadReader(Protocol):
    """A listener that can also look at who has answered in a thread."""

    def replies(self, post: Post) -> tuple[Post, ...]:
        """All replies in the thread of `post` that can be seen now. Raises SourceError."""


class SourceOptions(BaseModel):
    """Options that every kind of source has; each kind's module adds its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w./-]+$")]
    every: Duration = timedelta(minutes=5)
    api_url: str = ""  # instead of the platform's own address: proxies, tests, the demo
    since: Duration = timedelta(days=1)  # how far the first run reads back
    allow_private: bool = False  # admit loopback and private addresses
