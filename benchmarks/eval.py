"""`make eval`: the shipped model on labelled posts, and on the corpus's held-back texts.

make eval                       the open labelled set beside the checkout, where there is one
make eval ARGS="FILE.jsonl"     another one
"""

import json
import sys
from pathlib import Path

from benchmarks.texts import NOW
from classifiers import evaluation, scoring
from classifiers.options import MODEL
from config.settings import DEFAULT, load

OPEN_SET = Path(__file__).parents[2] / "shared" / "intent" / "dev.jsonl"
BOUND = 0.55  # AP on the open set: below this something has been broken


def main(arguments: list[str]) -> int:
    recipe = json.loads((MODEL / "recipe.json").read_text(encoding="utf-8"))
    print("held back while training (texts of a manner that the model had not seen):")
    print(*(f"  {name:32} {value:.3f}" for name, value in recipe["held_back"].items()), sep="\n")
    file = Path(arguments[0]) if arguments else OPEN_SET
    if not file.is_file():
        print(f"no labelled posts at {file}: nothing more to measure")
        return 2 if arguments else 0
    classifier = load(DEFAULT, {}, lambda: NOW, need_secrets=False).make_classifier()
    lines = file.read_text(encoding="utf-8").splitlines()
    gold = [json.loads(line) for line in lines if line.strip()]
    figures = evaluation.evaluate(gold, list(scoring.score_lines(classifier, lines)))
    print(f"{file.name}:")
    print(*(f"  {name:32} {value:.3f}" for name, value in figures.items()), sep="\n")
    if not arguments and figures["AP"] < BOUND:
        print(f"BROKEN: AP {figures['AP']:.3f} is below {BOUND}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
