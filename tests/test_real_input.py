"""Real captures run through every step. Skipped where they do not lie beside the checkout."""

import pytest

from tests.listeners.test_samples import SAMPLES
from tests.real_input import FEEDS, run


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no captures beside the checkout")
def test_real_captures_go_through_every_step_and_only_once() -> None:
    found = run()
    assert None not in found["first"].values()
    assert found["failing"] == {}
    assert set(found["heard"]) >= {"x", "reddit", *FEEDS}
    assert found["first"]["listen"] == found["first"]["classify"] == sum(found["heard"].values())
    assert found["second"]["listen"] == found["second"]["classify"] == 0
