"""A bounded piece of `make chaos ARGS=hearing`."""

from tests.chaos.hearing import run


def test_with_faults_and_a_kill_every_post_is_heard_once_and_forgotten_when_told() -> None:
    found = run(posts=300, kills=1, seed=3, speed=900)
    assert found.broken == []
    assert found.figures["faults"] > found.figures["requests"] * 0.1
