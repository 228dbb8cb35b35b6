"""A bounded piece of `make chaos`."""

from tests.chaos.kill import run


def test_two_kills_lose_nothing_and_say_nothing_twice() -> None:
    found = run(kills=2, seed=1, port=28_310)
    assert found["broken"] == []
    assert found["heard"] >= found["written"]  # replies are heard too
    assert found["replies"] > 0
