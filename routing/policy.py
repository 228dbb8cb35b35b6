"""Every number that the decisions use: the `[routing]` table of the settings file."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[timedelta, Field(gt=timedelta(0))]


class Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    # triage: is it worth it, does a person look first, who sees it when
    open_above: Share = 0.5  # calibrated buying intent from which a post becomes an opportunity
    hot_above: Share = 0.8  # score from which the team is told at once
    fresh_for: Positive = timedelta(days=3)  # older posts are let go; freshness falls to 0 here
    expire_after: Positive = timedelta(days=5)  # an opportunity nobody decided closes by itself
    require_catalogue: bool = True  # only posts that name a product or category of the catalogue
    approve_above: Share = 1.0  # score from which no person looks first; 1.0 means never

    # gates that protect people
    max_per_week: Count = 1
    max_per_quarter: Count = 6
    rest: timedelta = timedelta(days=7)  # between two asks of one advocate
    author_rest: timedelta = timedelta(days=90)  # one advocate per asker for so long
    quiet_from_hour: Annotated[int, Field(ge=0, le=23)] = 20  # where an advocate states none
    quiet_to_hour: Annotated[int, Field(ge=0, le=23)] = 8
    pause_for: Positive = timedelta(days=30)  # what "pause me" means
    max_per_community_week: Count = 2

    # fit: the survey's weights (peer of the same size and industry 60, community 36, region 25)
    weight_peer: Annotated[float, Field(ge=0)] = 0.60
    weight_community: Annotated[float, Field(ge=0)] = 0.36
    weight_region: Annotated[float, Field(ge=0)] = 0.25
    weight_product: Annotated[float, Field(ge=0)] = 0.50
    weight_moved: Annotated[float, Field(ge=0)] = 0.40
    weight_use_case: Annotated[float, Field(ge=0)] = 0.30
    weight_tenure: Annotated[float, Field(ge=0)] = 0.15
    weight_rested: Annotated[float, Field(ge=0)] = 0.20
    min_fit: Share = 0.05
    shortlist: Annotated[int, Field(ge=1, le=50)] = 3

    # the life of an ask
    answer_within: Positive = timedelta(hours=24)  # then one reminder, then the next advocate
    max_reminders: Annotated[int, Field(ge=0, le=1)] = 1
    reply_within: Positive = timedelta(days=3)  # from yes to the reply
    max_waves: Annotated[int, Field(ge=1, le=10)] = 3  # advocates asked one after the other
    max_delivery_failures: Annotated[int, Field(ge=1)] = 5

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.hot_above < self.open_above:
            raise ValueError("hot_above must not be below open_above")
        if self.approve_above < self.open_above:
            raise ValueError("approve_above must not be below open_above")
        return self
