"""Every number that the decisions use: the `[routing]` table of the settings file.

docs/routing.md says what each one does. Durations are written "36h" or "7d", or as ISO 8601.
"""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.types import Duration, Length, Share

Count = Annotated[int, Field(ge=0)]
Hour = Annotated[int, Field(ge=0, le=23)]
Weight = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]

_TRIAGE = ("intent", "catalogue", "freshness")
_FIT = ("peer", "community", "region", "product", "moved", "use_case", "tenure", "rested")


class Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    # triage: is it worth it, does a person look first, who sees it when
    open_above: Share = 0.5  # calibrated buying intent from which a post becomes an opportunity
    hot_above: Share = 0.8  # score from which the team is told at once
    fresh_for: Duration = timedelta(days=3)  # older posts are let go; freshness falls to 0 here
    expire_after: Duration = timedelta(days=5)  # an opportunity nobody decided closes by itself
    require_catalogue: bool = True  # only posts that name a product or category of the catalogue
    approve_above: Share = 1.0  # score from which no person looks first; 1.0 means never
    purchase_counts: Share = 0.5  # of the intent of one who buys without asking for advice
    triage_intent: Weight = 0.60  # what the score is made of; the three are brought to a sum of 1
    triage_catalogue: Weight = 0.25
    triage_freshness: Weight = 0.15

    # gates that protect people
    max_per_week: Count = 1
    max_per_quarter: Count = 6
    rest: Length = timedelta(days=7)  # between two asks of one advocate
    author_rest: Length = timedelta(days=90)  # one advocate per asker for so long
    quiet_from_hour: Hour = 20  # where an advocate states none
    quiet_to_hour: Hour = 8
    pause_for: Duration = timedelta(days=30)  # what "pause me" means
    max_per_community_week: Count = 2

    # fit: the survey's weights (peer of the same size and industry 60, community 36, region 25)
    weight_peer: Weight = 0.60
    weight_community: Weight = 0.36
    weight_region: Weight = 0.25
    weight_product: Weight = 0.50
    weight_moved: Weight = 0.40
    weight_use_case: Weight = 0.30
    weight_tenure: Weight = 0.15
    weight_rested: Weight = 0.20
    min_fit: Share = 0.05  # of fit without rest: what advocate and asker must have in common
    shortlist: Annotated[int, Field(ge=1, le=50)] = 3

    # the life of an ask
    answer_within: Duration = timedelta(hours=24)  # then one reminder, then the next advocate
    max_reminders: Annotated[int, Field(ge=0, le=1)] = 1
    look_every: Duration = timedelta(minutes=10)  # for the reply of one who said yes
    reply_within: Duration = timedelta(days=3)  # from yes to the reply
    max_waves: Annotated[int, Field(ge=1, le=10)] = 3  # advocates asked one after the other
    max_delivery_failures: Annotated[int, Field(ge=1)] = 30  # with waits of 30 s to 1 h: a day

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.hot_above < self.open_above:
            raise ValueError("hot_above must not be below open_above")
        if self.approve_above < self.open_above:
            raise ValueError("approve_above must not be below open_above")
        return self

    @model_validator(mode="after")
    def _somebody_can_be_asked(self) -> Self:
        nobody = [
            name
            for name in ("max_per_week", "max_per_quarter", "max_per_community_week")
            if getattr(self, name) == 0
        ]
        if nobody:
            raise ValueError(f"{' and '.join(nobody)} must be at least 1, or nobody is ever asked")
        if not any(getattr(self, f"weight_{name}") for name in _FIT):
            raise ValueError("the weights of fit sum to nothing; give at least one of them a value")
        if not any(getattr(self, f"triage_{name}") for name in _TRIAGE):
            raise ValueError("the weights of triage sum to nothing; give one of them a value")
        return self
