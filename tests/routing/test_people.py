from datetime import date, time
from typing import Any

import pytest

from domain.types import Advocate, AskKind, Consent
from routing import people
from tests.make import DAY, NOW, advocate

ANNA = advocate()


def test_a_pause_never_shortens_a_longer_one() -> None:
    once = people.paused(ANNA, NOW + 90 * DAY)
    assert people.paused(once, NOW + 30 * DAY).paused_until == NOW + 90 * DAY


def test_leaving_keeps_its_first_day() -> None:
    gone = people.left(ANNA, NOW)
    assert people.left(gone, NOW + DAY).left_at == NOW


def test_the_list_changes_what_it_states() -> None:
    again = advocate(company="Brook & Sons", region="nordics", consents=())
    found = people.merged(ANNA, again)
    assert (found.company, found.region, found.consents) == ("Brook & Sons", "nordics", ())
    assert found.version == ANNA.version + 1


def test_reading_the_same_list_again_changes_nothing() -> None:
    assert people.merged(ANNA, advocate()) is ANNA
    changed = people.merged(ANNA, advocate(company="Brook"))
    assert people.merged(changed, advocate(company="Brook")) is changed


@pytest.mark.parametrize(
    ("own", "listed", "kept"),
    [
        ({"left_at": NOW}, {}, {"left_at": NOW}),
        ({"paused_until": NOW + 9 * DAY}, {}, {"paused_until": NOW + 9 * DAY}),
        (
            {"paused_until": NOW + 9 * DAY},
            {"paused_until": NOW + DAY},
            {"paused_until": NOW + 9 * DAY},
        ),
        (
            {"paused_until": NOW + DAY},
            {"paused_until": NOW + 9 * DAY},
            {"paused_until": NOW + 9 * DAY},
        ),
        ({"max_per_week": 1}, {}, {"max_per_week": 1}),
        ({"max_per_week": 1}, {"max_per_week": 0}, {"max_per_week": 0}),
        ({"quiet_from": time(18)}, {}, {"quiet_from": time(18)}),
        ({"frozen_until": NOW + DAY}, {}, {"frozen_until": NOW + DAY}),
        (
            {"frozen_until": NOW + DAY},
            {"frozen_until": NOW - DAY},
            {"frozen_until": NOW - DAY},
        ),
    ],
)
def test_what_the_person_decided_survives_the_next_list(
    own: dict[str, Any], listed: dict[str, Any], kept: dict[str, Any]
) -> None:
    found = people.merged(ANNA.revised(**own), ANNA.revised(**listed))
    assert {name: getattr(found, name) for name in kept} == kept


def test_a_list_cannot_bring_back_who_left() -> None:
    gone = people.left(ANNA, NOW)
    consents = (Consent(kind=AskKind.REPLY, source="list", given_on=date(2026, 3, 1)),)
    found: Advocate = people.merged(gone, advocate(consents=consents))
    assert found.left_at == NOW
