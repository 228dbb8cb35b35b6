"""The shipped pipeline, read from its folder and checked before it is trusted."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from spacy.language import Language

from classifiers import components
from classifiers.calibration import Calibration
from classifiers.labels import LABELS
from domain.errors import ClassifierError

RECIPE = "recipe.json"
# What a memory zone learns of words, it forgets at its end. Words that come up in every batch are
# therefore met once before the first one; that doubles the speed of small batches.
COMMON_WORDS = "common-words.txt"
_REMEDY = "restore the folder from the repository, or make it anew with `make train`"


class Pipeline(NamedTuple):
    nlp: Language
    name: str  # name and version, as it stands in every Assessment
    calibration: Calibration


def load(folder: Path) -> Pipeline:
    """Raises ClassifierError where the folder is missing, damaged, or of another spaCy."""
    recipe = _recipe(folder)
    _check_version(folder, str(recipe.get("made_with", {}).get("spacy")))
    _check_files(folder, recipe)
    try:
        nlp = spacy.load(folder)
        for word in (folder / COMMON_WORDS).read_text(encoding="utf-8").split():
            nlp.make_doc(word)
        textcat: Any = nlp.get_pipe("textcat")
        calibration = Calibration.model_validate(recipe["calibration"])
        name = f"{recipe['name']}-{recipe['version']}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClassifierError(f"The model in {folder} cannot be read: {_REMEDY}") from error
    if tuple(textcat.labels) != LABELS or not nlp.has_pipe(components.CATALOGUE):
        raise ClassifierError(
            f"The model in {folder} has other labels than this program: {_REMEDY}"
        )
    return Pipeline(nlp, name, calibration)


def _recipe(folder: Path) -> dict[str, Any]:
    try:
        recipe = json.loads((folder / RECIPE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ClassifierError(f"There is no model in {folder}: {_REMEDY}") from error
    except (OSError, ValueError) as error:
        raise ClassifierError(f"{folder / RECIPE} cannot be read: {_REMEDY}") from error
    if not isinstance(recipe, dict) or not isinstance(recipe.get("outputs"), dict):
        raise ClassifierError(f"{folder / RECIPE} is not what training writes: {_REMEDY}")
    return recipe


def _check_version(folder: Path, made_with: str) -> None:
    """Models keep between patch releases of spaCy, not between minor ones."""
    installed = version("spacy")
    if made_with.split(".")[:2] != installed.split(".")[:2]:
        raise ClassifierError(
            f"The model in {folder} was made with spaCy {made_with}, and {installed} is"
            " installed: install the version of requirements.lock, or run `make train`"
        )


def _check_files(folder: Path, recipe: dict[str, Any]) -> None:
    for name, expected in recipe["outputs"].items():
        path = folder / name
        if not path.is_file():
            raise ClassifierError(f"{path} is missing: {_REMEDY}")
        if sha256(path) != expected:
            raise ClassifierError(f"{path} is not the file that training made: {_REMEDY}")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
