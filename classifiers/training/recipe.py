"""The recipe of the shipped model: inputs, outputs, checksums.

    corpus/*.jsonl ─read─▶ texts ─fit without each half─▶ held-back scores ─▶ figures, calibration
                             └────fit on all─────────────────────────────────▶ model/ + recipe.json

Repeats to the last bit on one machine with the same versions; elsewhere numpy may round otherwise.
"""

import json
import platform
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language

from classifiers.calibration import Calibration
from classifiers.calibration import fit as fit_calibration
from classifiers.evaluation import average_precision
from classifiers.labels import BUYING
from classifiers.loading import COMMON_WORDS, RECIPE, sha256
from classifiers.options import MODEL
from classifiers.training import corpus
from classifiers.training.fitting import Say, Settings, common_words, fit, held_back
from domain.errors import ConfigError
from domain.types import Value

NAME = "goodword-words"
VERSION = "1.0.0"
CORPUS = Path(__file__).parent / "corpus"
_SMALL = Settings(rows=2**12, epochs=3)  # for a test of the whole recipe in seconds


class Report(Value):
    """What training found out. `held_back` is on texts of a manner the model had not seen."""

    texts: int
    held_back: Mapping[str, float]
    calibration: Calibration
    outputs: Mapping[str, str]  # file in the model's folder -> sha256
    seconds: float


def train(
    corpus_dir: Path = CORPUS,
    out_dir: Path = MODEL,
    *,
    small: bool = False,
    say: Say = lambda _: None,
) -> Report:
    """Replaces `out_dir` when all is done; `say` gets a line per stage.

    Raises ConfigError where the corpus is wrong, or `out_dir` holds anything but a model.
    """
    began, settings = time.monotonic(), _SMALL if small else Settings()
    if out_dir.exists() and any(out_dir.iterdir()) and not (out_dir / RECIPE).exists():
        raise ConfigError([f"{out_dir} holds other things than a model, and would be replaced"])
    texts = corpus.read(corpus_dir)
    if len({text.half for text in texts}) == 1:
        raise ConfigError([f"{corpus_dir}: two manners are needed, to measure one by the other"])
    say(f"read {len(texts)} texts")
    buying = held_back(texts, settings, say)[:, BUYING].sum(axis=1)
    truth = np.array([text.other is None for text in texts])
    calibration = fit_calibration(buying, truth, settings.prior)
    figures = _figures(texts, buying.tolist())
    say("fitting on all texts")
    facts = {
        "name": NAME,
        "version": VERSION,
        "settings": settings.model_dump(),
        "corpus": {name: sha256(corpus_dir / name) for name in corpus.files(corpus_dir)},
        "made_with": {"python": platform.python_version()}
        | {package: version(package) for package in ("spacy", "thinc", "numpy")},
        "held_back": figures,
        "calibration": calibration.model_dump(),
    }
    outputs = _write(fit(texts, settings), common_words(texts, settings), facts, out_dir)
    return Report(
        texts=len(texts),
        held_back=figures,
        calibration=calibration,
        outputs=outputs,
        seconds=round(time.monotonic() - began, 1),
    )


def _write(
    nlp: Language, common: Sequence[str], facts: Mapping[str, Any], out_dir: Path
) -> dict[str, str]:
    """Beside `out_dir` first: whoever is interrupted keeps the old model."""
    nlp.meta.update({"name": NAME, "version": VERSION, "license": "Apache-2.0"})
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent) as scratch:
        made = Path(scratch) / "model"
        nlp.to_disk(made, exclude=["vocab"])  # words are hashed: no need of their spellings
        (made / COMMON_WORDS).write_text("\n".join(common) + "\n", encoding="utf-8")
        files = sorted(path for path in made.rglob("*") if path.is_file())
        outputs = {path.relative_to(made).as_posix(): sha256(path) for path in files}
        recipe = json.dumps({**facts, "outputs": outputs}, indent=2, sort_keys=True)
        (made / RECIPE).write_text(recipe + "\n", encoding="utf-8")
        if out_dir.exists():
            shutil.rmtree(out_dir)
        made.rename(out_dir)
    return outputs


def _figures(texts: Sequence[corpus.Text], buying: Sequence[float]) -> dict[str, float]:
    """Average precision on all, by manner, and by file; and the pairs that come out in order."""
    groups: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for text, score in zip(texts, buying, strict=True):
        for name in ("AP", f"AP {text.manner}", f"AP {text.file}"):
            groups[name].append((text.other is None, score))
    figures = {name: average_precision(*zip(*pairs, strict=True)) for name, pairs in groups.items()}
    ordered = _pairs_in_order(texts, buying)
    if ordered:
        figures["pairs in order"] = sum(ordered) / len(ordered)
    return {name: round(figure, 4) for name, figure in figures.items()}


def _pairs_in_order(texts: Sequence[corpus.Text], buying: Sequence[float]) -> list[bool]:
    """One for each minimal pair of a buying question and a post that is none."""
    pairs: dict[tuple[str, int], dict[bool, float]] = defaultdict(dict)
    for text, score in zip(texts, buying, strict=True):
        if text.pair is not None:
            pairs[text.file, text.pair][text.other is None] = score
    return [both[True] > both[False] for both in pairs.values() if len(both) == len((True, False))]
