from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from routing.policy import Policy

NO_FIT = {
    f"weight_{name}": 0
    for name in (
        *("peer", "community", "region", "product", "moved", "use_case", "tenure", "rested"),
    )
}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"open_above": 0.9, "hot_above": 0.8}, "hot_above must not be below open_above"),
        ({"open_above": 0.6, "approve_above": 0.5}, "approve_above must not be below open_above"),
        ({"max_per_week": 0}, "max_per_week must be at least 1, or nobody is ever asked"),
        (
            {"max_per_quarter": 0, "max_per_community_week": 0},
            "max_per_quarter and max_per_community_week must be at least 1",
        ),
        (NO_FIT, "the weights of fit sum to nothing"),
        (
            {"triage_intent": 0, "triage_catalogue": 0, "triage_freshness": 0},
            "the weights of triage sum to nothing",
        ),
        ({"weight_peer": -1}, "weight_peer"),
        ({"weight_peer": float("inf")}, "weight_peer"),
        ({"weight_pear": 1}, "weight_pear"),
        ({"rest": "-1d"}, "rest"),
        ({"fresh_for": "0h"}, "fresh_for"),
        ({"quiet_from_hour": 24}, "quiet_from_hour"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Policy.model_validate(table)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("36h", timedelta(hours=36)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("P3D", timedelta(days=3)),
        (90, timedelta(seconds=90)),
    ],
)
def test_durations_are_written_as_people_write_them(said: object, meant: timedelta) -> None:
    assert Policy.model_validate({"rest": said}).rest == meant
