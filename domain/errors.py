"""Every error we raise on purpose, and what the one who catches it does.

* GoodwordError
  - ConfigError      all problems of a settings file or an import at once; nothing starts (exit 2)
  - SourceError      a platform refused or failed; that source waits, the others go on
    - PausedError    nothing has failed: we keep away by our own choice (a spending cap); it waits
  - ClassifierError  a model cannot be loaded or run; the step stops, posts wait
  - DeliveryError    a message did not arrive; the attributes say whether to try again
  - StaleError       someone acted on something that has moved on; tell them, change nothing
  - StorageError     the database failed; the step stops

A subclass exists only where a catcher does something different with it. Errors of an SDK are
translated once, where the SDK is called, and the cause is always chained (`raise ... from error`).
"""

from collections.abc import Sequence
from datetime import timedelta


class GoodwordError(Exception):
    """Base of all of the above: `except GoodwordError` catches what we foresaw, and no bugs."""


class ConfigError(GoodwordError):
    """`problems`: one line each, with its place and what would be right."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class SourceError(GoodwordError):
    """What a platform did, in one line that says what to do.

    retry_after  how long the platform asks us to stay away, if it said so
    status       of HTTP, where it answered at all; else 0
    """

    def __init__(
        self, message: str, *, retry_after: timedelta | None = None, status: int = 0
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status


class PausedError(SourceError):
    """`retry_after` is always told: when it goes on."""


class ClassifierError(GoodwordError):
    """The message says which model, and what to do."""


class DeliveryError(GoodwordError):
    """What may be done about a message that did not arrive.

    permanent    trying again cannot help (wrong address, refused content)
    unknown      the other side may have it (connection lost after sending): do not send again
    retry_after  how long the other side asks us to wait
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        unknown: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.unknown = unknown
        self.retry_after = retry_after


class StaleError(GoodwordError):
    """The message is for the person who was too late: who did what, and when."""


class StorageError(GoodwordError):
    """The message says what to do (wait for the lock, free the disk), not what SQL was run."""
