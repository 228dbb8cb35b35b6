"""Who can help, and what they agreed to."""

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, Field, field_validator

from domain import scales
from domain.value import Value, Versioned


class AskKind(StrEnum):
    REPLY = "reply"
    AMPLIFY = "amplify"
    REVIEW = "review"
    REFERENCE = "reference"
    REFERRAL = "referral"
    SPEAKING = "speaking"
    SURVEY = "survey"
    FEEDBACK = "feedback"
    EVENT = "event"
    THANKS = "thanks-only"


class Consent(Value):
    """That this person agreed to be asked for this kind of thing, where and when they said so."""

    kind: AskKind
    source: str
    given_on: date


class Known(Value):
    """A product that the advocate uses."""

    product: str  # the catalogue's name
    since: date | None = None


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"{name!r} is no time zone; write one like 'Europe/Berlin'") from error
    return name


class Advocate(Versioned):
    id: Annotated[str, Field(min_length=1, max_length=200)]
    name: Annotated[str, Field(min_length=1)]
    email: str = ""
    slack_id: str = ""
    handles: Mapping[str, str] = {}  # platform -> handle, without "@" or "u/"
    kind: Literal["customer", "employee", "partner", "investor"] = "customer"
    company: str = ""
    industry: str = ""  # of scales.INDUSTRIES, "" not stated
    company_size: str = ""  # of scales.SIZE_BANDS, "" not stated
    region: str = ""  # of scales.REGIONS, "" not stated
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    languages: tuple[str, ...] = ("en",)
    role: str = ""
    products: tuple[Known, ...] = ()
    moved_from: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()  # place keys, "reddit:r/crm"
    facts: tuple[str, ...] = ()  # in their own words
    motives: tuple[Literal["network", "helping", "recognition", "expertise"], ...] = ()
    consents: tuple[Consent, ...] = ()
    max_per_week: int | None = None  # their own limit, beside the policy's
    max_per_quarter: int | None = None
    quiet_from: time | None = None  # in their own time zone
    quiet_to: time | None = None
    paused_until: AwareDatetime | None = None
    frozen_until: AwareDatetime | None = None  # renewal, open ticket
    left_at: AwareDatetime | None = None  # they asked not to be written to any more

    @field_validator("company_size")
    @classmethod
    def _band(cls, said: str) -> str:
        band = scales.size_band(said)
        if said and not band:
            raise ValueError(f"{said!r} is no number of people, and no band like '11-50'")
        return band
