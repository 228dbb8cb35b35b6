"""What ops look up and mend, without a door."""

import pytest

from domain.errors import StaleError
from domain.types import MessageState
from tests.console.house import House
from tests.make import DAY, NOW, advocate, ask, message, post


def test_a_dead_message_is_queued_again_once(house: House) -> None:
    dead = message(state="dead", attempts=5, error="550 no such user")
    house.store.queue([dead])
    again = house.desk.retry(dead.key, "Kim")
    assert (again.state, again.attempts, again.error) == (MessageState.QUEUED, 0, "")
    with pytest.raises(StaleError, match="is queued"):
        house.desk.retry(dead.key, "Lee")


def test_loads_count_what_was_felt_and_say_who_may_be_written_to(house: House) -> None:
    house.asked(1)
    house.store.add_advocates(
        [
            advocate("bo", paused_until=NOW + DAY),
            advocate("cy", frozen_until=NOW + DAY),
            advocate("di", left_at=NOW - DAY),
            advocate("ed", consents=()),
        ]
    )
    never_sent = ask(post(2), "bo", state="dropped", dropped_as="closed")
    house.store.add_ask(never_sent)
    loads = {load.advocate.id: load for load in house.desk.loads()}
    assert {who: load.standing.value for who, load in loads.items()} == {
        "anna": "ready",
        "bo": "paused",
        "cy": "frozen",
        "di": "left",
        "ed": "not agreed",
    }
    assert (loads["anna"].this_quarter, loads["anna"].in_hand, loads["anna"].last_asked) == (
        1,
        1,
        NOW,
    )
    assert (loads["bo"].this_quarter, loads["bo"].last_asked) == (0, None)
    assert [load.advocate.id for load in house.desk.loads("DI")] == ["di"]
