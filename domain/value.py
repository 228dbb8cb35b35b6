"""What every noun is made of."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


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


Url = Annotated[str, AfterValidator(_web_address)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
