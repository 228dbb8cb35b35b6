"""The whole recipe on a tiny corpus; and the shipped model is that of the shipped corpus."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifiers import make_spacy
from classifiers.calibration import Calibration, fit
from classifiers.loading import sha256
from classifiers.options import MODEL, Options
from classifiers.training import corpus, recipe
from domain.errors import ConfigError
from tests.classifiers.conftest import CATALOGUE
from tests.make import post

Row = dict[str, Any]
ASKS = ("compare", "{} or Tidewell, which one should I get?"), ("recommend", "Any good {} for us?")
CHATS = ("chat", "lovely walk with my {} today"), ("support", "my {} does not start, how to fix it")
THINGS = ("van", "drill", "tent", "phone", "kettle", "lamp", "desk", "bike", "saw", "sofa")


def row(text: str, label: str, **more: Any) -> Row:
    none = label in {"chat", "support"}
    return {
        "title": "",
        "text": text,
        "intent": "none" if none else label,
        "other": label if none else None,
        "source": "x",
        "domain": "things",
        "products": {},
        "asker": {},
        **more,
    }


def rows() -> list[Row]:
    return [
        row(pattern.format(thing), label) for label, pattern in (*ASKS, *CHATS) for thing in THINGS
    ]


def pairs() -> list[Row]:
    both = [
        (asks, chats, n) for n, (asks, chats) in enumerate(zip(rows(), rows()[20:], strict=False))
    ]
    return [
        {**one, "pair": n, "class": "made-up"}
        for asks, chats, n in both[:8]
        for one in (asks, chats)
    ]


def write(folder: Path, **files: list[Row]) -> Path:
    folder.mkdir(exist_ok=True)
    entries = "".join(
        f'[[files]]\nname = "{name}.jsonl"\nmanner = "{name}"\nwhat = "made up"\n' for name in files
    )
    (folder / "corpus.toml").write_text(entries, encoding="utf-8")
    for name, lines in files.items():
        text = "\n".join(map(json.dumps, lines))
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write(tmp_path / "corpus", vivid=rows(), plain=rows(), pairs=pairs())


def test_the_whole_recipe_on_a_tiny_corpus(tiny: Path, tmp_path: Path) -> None:
    said: list[str] = []
    report = recipe.train(tiny, tmp_path / "model", small=True, say=said.append)
    assert report.texts == 96
    assert report.held_back["AP"] > 0.9
    assert {"AP vivid", "AP plain", "AP pairs", "AP vivid.jsonl", "pairs in order"} <= set(
        report.held_back
    )
    assert len(said) == 4
    written = json.loads((tmp_path / "model" / "recipe.json").read_text())
    assert written["corpus"]["vivid.jsonl"] == sha256(tiny / "vivid.jsonl")
    assert written["outputs"] == report.outputs
    assert all(sha256(tmp_path / "model" / name) == hash_ for name, hash_ in report.outputs.items())
    made = make_spacy(Options(model=tmp_path / "model"), CATALOGUE)
    asks, chats = (
        made.assess([post(title="", text=text)])[0].score
        for text in ("axe or Tidewell, which one should I get?", "lovely walk with my axe today")
    )
    assert asks > chats


def test_training_again_makes_the_same_files_in_place_of_the_old(
    tiny: Path, tmp_path: Path
) -> None:
    first = recipe.train(tiny, tmp_path / "model", small=True)
    (tmp_path / "model" / "left-over").touch()
    again = recipe.train(tiny, tmp_path / "model", small=True)
    assert first.outputs == again.outputs
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "model"]
    assert not (tmp_path / "model" / "left-over").exists()


def test_a_folder_that_is_no_model_is_never_replaced(tiny: Path) -> None:
    with pytest.raises(ConfigError, match="other things than a model"):
        recipe.train(tiny, tiny, small=True)
    assert (tiny / "corpus.toml").exists()


def test_a_corpus_of_one_manner_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "corpus", vivid=rows())
    with pytest.raises(ConfigError, match="two manners"):
        recipe.train(folder, tmp_path / "model", small=True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (row("x", "chat", other=None), "`other` is given exactly where"),
        (row("x", "compare", other="chat"), "`other` is given exactly where"),
        (row("x", "maybe"), "intent"),
        (row("x", "compare", products={"Tidewell": "candidate"}), "not in the text"),
        (row("x", "compare", asker={"age": "x"}), "unknown fields"),
        (row("x", "compare", extra=1), "extra"),
    ],
)
def test_every_wrong_line_is_named(tmp_path: Path, wrong: Row, said: str) -> None:
    folder = write(tmp_path / "corpus", vivid=[*rows(), wrong], plain=[wrong, *rows()])
    with pytest.raises(ConfigError) as refused:
        corpus.read(folder)
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "vivid.jsonl, line 41",
        "plain.jsonl, line 1",
    ]
    assert all(said in problem for problem in refused.value.problems)


def test_files_that_are_missing_or_no_json_are_named(tiny: Path) -> None:
    (tiny / "vivid.jsonl").unlink()
    (tiny / "plain.jsonl").write_text("{")
    with pytest.raises(ConfigError) as refused:
        corpus.read(tiny)
    assert [p.split(":")[0].split("/")[-1] for p in refused.value.problems] == [
        "vivid.jsonl",
        "plain.jsonl, line 1",
    ]
    shutil.rmtree(tiny)
    with pytest.raises(ConfigError, match=r"corpus\.toml"):
        corpus.read(tiny)


def test_the_shipped_model_is_that_of_the_shipped_corpus() -> None:
    made_of = json.loads((MODEL / "recipe.json").read_text())["corpus"]
    assert made_of == {name: sha256(recipe.CORPUS / name) for name in corpus.files(recipe.CORPUS)}


def test_the_shipped_corpus_is_sound_and_told_whole() -> None:
    texts = corpus.read(recipe.CORPUS)
    files = {path.name for path in recipe.CORPUS.glob("*.jsonl")}
    assert files == {text.file for text in texts}
    assert len(texts) == 7306
    readme = (recipe.CORPUS / "README.md").read_text()
    assert all(f"`{name}`" in readme for name in files)


def test_the_shipped_model_is_small() -> None:
    size = sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file())
    assert size < 10_000_000


def test_calibration_finds_what_was_put_in() -> None:
    """Scores that are too sure by half, in a sample with five times as many buying questions."""
    dice = np.random.default_rng(1)
    odds = dice.normal(0.0, 2.0, 40_000)
    truth = dice.random(40_000) < 1 / (1 + np.exp(-odds))
    found = fit(1 / (1 + np.exp(-2 * odds)), truth, prior=float(truth.mean()))
    assert (found.slope, found.intercept) == pytest.approx((0.5, 0.0), abs=0.03)
    rarer = fit(1 / (1 + np.exp(-2 * odds)), truth, prior=0.1)
    assert rarer.intercept == pytest.approx(np.log(0.1 / 0.9), abs=0.2)


def test_calibration_keeps_order_and_stays_between_0_and_1() -> None:
    scores = [Calibration(slope=1.2, intercept=-1.0)(p) for p in (0.0, 1e-9, 0.3, 0.5, 1.0)]
    assert scores == sorted(scores)
    assert 0 < scores[0] < scores[-1] < 1
