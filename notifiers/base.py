"""What a notifier is, and what it is given."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from domain.types import Value


class Address(Value):
    """Where a message goes. A notifier reads the field that is its own."""

    name: str = ""
    email: str = ""
    slack: str = ""  # a user's or a channel's id


class Letter(Value):
    """A message in words, laid out for every channel; made when it is sent."""

    key: str  # the Message's key: the same letter has the same key for ever
    subject: str  # one line; also what Slack's notification and screen readers say
    text: str  # plain, complete by itself
    html: str = ""  # the same content for mail, "" to send text only
    blocks: Sequence[Mapping[str, Any]] = ()  # the same content for Slack
    unsubscribe_url: str = ""  # RFC 8058 one-click address, for mail to advocates


class Notifier(Protocol):
    @property
    def kind(self) -> str: ...

    def send(self, to: Address, letter: Letter) -> str:
        """Deliver once; returns the provider's id of what was sent. Raises DeliveryError."""

    def find(self, to: Address, key: str) -> str | None:
        """The provider's id of an earlier letter with this key, None if there is none for sure.

        Raises DeliveryError with `unknown` where nobody can be asked: then it counts as sent.
        """

    def update(self, provider_id: str, letter: Letter) -> None:
        """Replace what was sent, where the channel can; else do nothing. Raises DeliveryError."""
