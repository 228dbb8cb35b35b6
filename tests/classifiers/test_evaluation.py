"""The figures, on cases that can be worked out by hand, and beside the measuring script."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from classifiers import evaluation as ev
from domain.errors import ConfigError
from domain.types import Intent

SCRIPT = Path(__file__).parents[3] / "shared" / "intent" / "score.py"
LABELS = [intent.value for intent in Intent]

Row = dict[str, Any]


@pytest.mark.parametrize(
    ("truth", "scores", "expected"),
    [
        ([True, False], [0.9, 0.1], 1.0),
        ([True, False], [0.1, 0.9], 0.5),
        ([True, False], [0.5, 0.5], 0.5),
        ([True, False, True], [0.9, 0.8, 0.7], 0.5 * 1 + 0.5 * 2 / 3),
        ([False, False], [0.9, 0.8], 0.0),
    ],
)
def test_average_precision(truth: list[bool], scores: list[float], expected: float) -> None:
    assert ev.average_precision(truth, scores) == pytest.approx(expected)


def test_calibration_error_is_the_distance_of_score_and_truth() -> None:
    assert ev.calibration_error([True, True, False, False], [0.5] * 4) == 0.0
    assert ev.calibration_error([True, True], [0.75, 0.85]) == pytest.approx(0.2)
    assert ev.calibration_error([True, False], [1.0, 0.0]) == 0.0
    assert ev.calibration_error([], []) == 0.0


def test_precision_and_recall_at_the_other() -> None:
    points = ev.curve([True, True, False, True], [0.9, 0.8, 0.7, 0.6])
    assert ev.recall_at(points, 0.9) == pytest.approx(2 / 3)
    assert ev.precision_at(points, 0.8) == pytest.approx(3 / 4)
    assert ev.recall_at([], 0.9) == 0.0


def test_a_post_that_was_not_scored_is_named() -> None:
    with pytest.raises(ConfigError, match="b: labelled, but not scored"):
        ev.evaluate(
            [{"id": "a", "intent": "none"}, {"id": "b", "intent": "none"}],
            [{"id": "a", "score": 0.1, "intent": "none"}],
        )
    with pytest.raises(ConfigError, match="no labelled post"):
        ev.evaluate([], [])


@pytest.mark.parametrize("missing", ["id", "intent"])
def test_a_labelled_line_without_its_label_is_refused(missing: str) -> None:
    row = {"id": "a", "intent": "none"}
    del row[missing]
    with pytest.raises(ConfigError, match="labelled line 1"):
        ev.evaluate([row], [{"id": "a", "score": 0.1, "intent": "none"}])


def _world(seed: int) -> tuple[list[Row], list[Row]]:
    dice = random.Random(seed)
    gold, predicted = list[Row](), list[Row]()
    for n in range(300):
        intent = dice.choices(LABELS, [1, 3, 1, 1, 1, 12])[0]
        score = min(max(dice.gauss(0.3 + 0.3 * (intent != "none"), 0.3), 0.0), 1.0)
        gold.append(
            {
                "id": str(n),
                "intent": intent,
                "source": dice.choice(["reddit", "twitter", "quora"]),
                "stratum": dice.choice(["random", "enriched"]),
                "sure": dice.randint(0, 1),
            }
        )
        said = dice.choice([intent, "none", "recommend"])
        predicted.append({"id": str(n), "score": round(score, 1 + seed), "intent": said})
    return gold, predicted


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_agree_with_the_measuring_script(seed: int, tmp_path: Path) -> None:
    if not SCRIPT.exists():
        pytest.skip("the measuring script is not beside this checkout")
    gold, predicted = _world(seed)
    for name, rows in (("gold", gold), ("predicted", predicted)):
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    command = [sys.executable, str(SCRIPT), "gold", "predicted"]
    out = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    # "AP reddit=0.5 AP random=0.4": a name may hold a blank
    words, theirs = out.split(), dict[str, float]()
    for before, word in zip(["", *words], words, strict=False):
        if "=" in word:
            name, value = word.split("=")
            theirs[f"AP {name}" if before == "AP" else name] = float(value)
    ours = ev.evaluate(gold, predicted)
    assert ours.keys() == theirs.keys()
    assert ours == pytest.approx(theirs, abs=0.00051)
