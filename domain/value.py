"""What every noun is made of."""

from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


class Value(BaseModel):
    """Checked when made, never changed after; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Versioned(Value):
    """A value that people and steps decide about. The store swaps old for new only if the version
    that it holds is still old's, so of a hundred decisions one wins."""

    version: int = 0

    def revised(self, **changes: Any) -> Self:
        """A checked copy with `changes`, one version on."""
        return self.model_validate({**dict(self), **changes, "version": self.version + 1})


def _web_address(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("must be an http or https address")
    return url


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _duration(said: object) -> object:
    """ "90s", "5m", "2h", "7d" beside what pydantic reads (seconds, ISO 8601)."""
    if isinstance(said, str) and said[:-1].isdigit() and said[-1:] in _UNITS:
        return timedelta(**{_UNITS[said[-1]]: int(said[:-1])})
    return said


# A length of time as settings write it.
Length = Annotated[timedelta, BeforeValidator(_duration), Field(ge=timedelta(0))]
Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0))]

Url = Annotated[str, AfterValidator(_web_address)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
