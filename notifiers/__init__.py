"""Letters → people. A new kind is one module and one line here."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from notifiers import email, log, slack
from notifiers.base import Notifier


class Kind(NamedTuple):
    options: type[BaseModel]  # the kind's table in the settings file
    make: Callable[[Any, Mapping[str, str]], Notifier]  # options and secrets; raises ConfigError
    secrets: tuple[str, ...] = ()  # names of those that `make` may look for


KINDS: Mapping[str, Kind] = {
    "slack": Kind(slack.Options, slack.make, (slack.SECRET,)),
    "email": Kind(email.Options, email.make, (email.SECRET,)),
    "log": Kind(log.Options, log.make),
}
