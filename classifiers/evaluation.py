"""How good predictions are, beside labels: the figures that docs/classifier.md quotes.

Definitions as in the common literature: average precision sums precision times the gain in recall
over the distinct scores; the calibration error takes ten bins of equal width.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from domain.errors import ConfigError
from domain.types import Intent

_BINS = 10
_FEWEST = 5  # buying questions that a group needs for a figure of its own

Row = Mapping[str, Any]


class Point(NamedTuple):
    """What is reached by accepting all posts with at least `score`."""

    score: float
    precision: float
    recall: float


def curve(truth: Sequence[bool], scores: Sequence[float]) -> list[Point]:
    """One point per distinct score, the highest first."""
    at: dict[float, list[bool]] = defaultdict(list)
    for true, score in zip(truth, scores, strict=True):
        at[score].append(true)
    points, accepted, right, positives = list[Point](), 0, 0, sum(truth)
    for score in sorted(at, reverse=True):
        accepted += len(at[score])
        right += sum(at[score])
        points.append(Point(score, right / accepted, right / positives if positives else 0.0))
    return points


def average_precision(truth: Sequence[bool], scores: Sequence[float]) -> float:
    points = curve(truth, scores)
    before = [0.0, *(p.recall for p in points)]
    return sum(p.precision * (p.recall - was) for p, was in zip(points, before, strict=False))


def recall_at(points: Sequence[Point], precision: float) -> float:
    return max((p.recall for p in points if p.precision >= precision), default=0.0)


def precision_at(points: Sequence[Point], recall: float) -> float:
    return max((p.precision for p in points if p.recall >= recall), default=0.0)


def calibration_error(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """Mean distance of score and truth over ten bins of the score, weighted by their posts."""
    bins: dict[int, float] = defaultdict(float)
    for true, score in zip(truth, scores, strict=True):
        bins[min(int(score * _BINS), _BINS - 1)] += true - score
    return sum(map(abs, bins.values())) / len(truth) if truth else 0.0


def label_f1(gold: Sequence[str], predicted: Sequence[str], label: str) -> float:
    both = sum(g == p == label for g, p in zip(gold, predicted, strict=True))
    return _ratio(2 * both, list(gold).count(label) + list(predicted).count(label))


def evaluate(gold_rows: Sequence[Row], predicted_rows: Sequence[Row]) -> dict[str, float]:
    """`gold_rows` with id, intent, and source, stratum, sure where there are groups to tell apart;
    `predicted_rows` as `score --jsonl` prints them. Raises ConfigError where one has no partner."""
    wrong = [
        f'labelled line {n}: "id" and "intent" are needed'
        for n, row in enumerate(gold_rows, 1)
        if "id" not in row or "intent" not in row
    ]
    if wrong:
        raise ConfigError(wrong)
    predicted = {row["id"]: row for row in predicted_rows}
    missing = [
        f"{row['id']}: labelled, but not scored" for row in gold_rows if row["id"] not in predicted
    ]
    if missing or not gold_rows:
        raise ConfigError(missing or ["there is no labelled post to evaluate on"])
    said = [predicted[row["id"]] for row in gold_rows]
    truth = [row["intent"] != Intent.NONE for row in gold_rows]
    scores = [float(row["score"]) for row in said]
    points = curve(truth, scores)
    gold_labels, said_labels = ([str(row["intent"]) for row in rows] for rows in (gold_rows, said))
    return {
        "AP": average_precision(truth, scores),
        "F1": max(_f1(p.precision, p.recall) for p in points),
        "F1@0.5": _f1_above(truth, scores, 0.5),
        "R@P0.9": recall_at(points, 0.9),
        "R@P0.8": recall_at(points, 0.8),
        "P@R0.8": precision_at(points, 0.8),
        "ECE": calibration_error(truth, scores),
        "MACRO": sum(label_f1(gold_labels, said_labels, i) for i in Intent) / len(Intent),
    } | _by_group(gold_rows, truth, scores)


def _by_group(
    rows: Sequence[Row], truth: Sequence[bool], scores: Sequence[float]
) -> dict[str, float]:
    groups: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for row, true, score in zip(rows, truth, scores, strict=True):
        names = [row.get("source"), row.get("stratum") == "random" and "random"]
        for name in (*names, row.get("sure") and "sure"):
            if name:
                groups[f"AP {name}"].append((true, score))
    return {
        name: average_precision(*zip(*pairs, strict=True))
        for name, pairs in sorted(groups.items())
        if sum(true for true, _ in pairs) >= _FEWEST
    }


def _f1_above(truth: Sequence[bool], scores: Sequence[float], least: float) -> float:
    kept = [true for true, score in zip(truth, scores, strict=True) if score >= least]
    return _f1(_ratio(sum(kept), len(kept)), _ratio(sum(kept), sum(truth)))


def _f1(precision: float, recall: float) -> float:
    return _ratio(2 * precision * recall, precision + recall)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
