"""A model that cannot be trusted is refused with what to do, before anything is judged."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from classifiers import make_spacy
from classifiers.options import MODEL, Options
from domain.errors import ClassifierError
from tests.classifiers.conftest import CATALOGUE


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def _remove(folder: Path) -> None:
    shutil.rmtree(folder)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def _without_weights(folder: Path) -> None:
    (folder / "textcat" / "model").unlink()


def _with_other_weights(folder: Path) -> None:
    with (folder / "textcat" / "model").open("r+b") as file:
        file.seek(1000)
        file.write(b"goodword")


def _with_half_a_recipe(folder: Path) -> None:
    text = (folder / "recipe.json").read_text()
    (folder / "recipe.json").write_text(text[: len(text) // 2])


def _with_a_list_for_a_recipe(folder: Path) -> None:
    (folder / "recipe.json").write_text("[]")


def _without_calibration(folder: Path) -> None:
    _change(folder, lambda recipe: recipe.pop("calibration"))


def _of_another_spacy(folder: Path) -> None:
    _change(folder, lambda recipe: recipe["made_with"].update(spacy="3.7.5"))


def _with_unreadable_settings(folder: Path) -> None:
    (folder / "config.cfg").write_text("nonsense")
    _change(folder, lambda recipe: recipe["outputs"].pop("config.cfg"))


def _change(folder: Path, change: Callable[[dict[str, dict[str, str]]], object]) -> None:
    recipe = json.loads((folder / "recipe.json").read_text())
    change(recipe)
    (folder / "recipe.json").write_text(json.dumps(recipe))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_remove, "There is no model in .*make train"),
        (_empty, "There is no model in .*make train"),
        (_without_weights, "textcat/model is missing: .*make train"),
        (_with_other_weights, "textcat/model is not the file that training made: .*make train"),
        (_with_half_a_recipe, "recipe.json cannot be read: .*make train"),
        (_with_a_list_for_a_recipe, "not what training writes: .*make train"),
        (_without_calibration, "cannot be read: .*make train"),
        (_with_unreadable_settings, "cannot be read: .*make train"),
        (_of_another_spacy, r"made with spaCy 3\.7\.5, and .* is installed: .*make train"),
    ],
)
def test_a_model_that_cannot_be_trusted_is_refused(
    copy: Path, harm: Callable[[Path], None], said: str
) -> None:
    harm(copy)
    with pytest.raises(ClassifierError, match=said):
        make_spacy(Options(model=copy), CATALOGUE)


def test_a_copied_model_is_the_same_model(copy: Path) -> None:
    model = make_spacy(Options(model=copy), CATALOGUE).model
    assert model == make_spacy(Options(), CATALOGUE).model == "goodword-words-1.0.0"
