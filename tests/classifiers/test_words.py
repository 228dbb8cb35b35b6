"""The model itself: its features, its training, and that its explanation is what it computes."""

from typing import Any

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from classifiers.features import KINDS, rows_of
from classifiers.words import TextModel, contributions, hashed_words

NLP = spacy.blank("en")
LENGTH = 4096
BUYING = np.array([True, True, False])


def docs(*texts: str) -> list[Doc]:
    return [NLP.make_doc(text) for text in texts]


@pytest.fixture(scope="module")
def model() -> TextModel:
    """With weights of all sizes, as after long training."""
    made: TextModel = hashed_words(length=LENGTH, smoothing=0.0, nO=len(BUYING))
    made.initialize()
    weights: Any = np.random.default_rng(1).normal(size=(LENGTH, len(BUYING))).astype("float32")
    weights[0] = 0.0
    made.set_param("W", weights)
    return made


def test_features_of_a_post_do_not_depend_on_its_neighbours() -> None:
    texts = docs("one two?\nthree. four", "\n", "", "five six", "title\nfive?")
    together = rows_of(texts, LENGTH)
    assert together.docs.tolist() == [0, 1, 3, 4]
    for place, index in enumerate(together.docs):
        alone = rows_of([texts[index]], LENGTH)
        start = together.starts[place]
        assert together.rows[start : start + len(alone.rows)].tolist() == alone.rows.tolist()
        assert together.counts[place] == alone.counts[0]


def test_the_same_word_is_another_feature_in_a_question_and_in_a_title() -> None:
    plain, asked, titled = (
        set(rows_of(docs(text), LENGTH).rows.ravel().tolist())
        for text in ("\nx y z x y z which one.", "\nx y z x y z which one?", "x y z which one.\n")
    )
    assert asked - plain
    assert titled - plain


def test_numbers_are_all_alike() -> None:
    one, other = (rows_of(docs(text), LENGTH).rows.tolist() for text in ("17 apples", "18 apples"))
    assert one == other


def test_nothing_at_all_is_no_trouble() -> None:
    assert rows_of(docs("", ""), LENGTH).rows.shape == (0, KINDS)
    assert rows_of([], LENGTH).rows.shape == (0, KINDS)


def test_probabilities_add_up_whatever_the_batch(model: TextModel) -> None:
    texts = docs("one two?", "", "three", "\n")
    together = model.predict(texts)
    assert together.sum(axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)
    for doc, row in zip(texts, together, strict=True):
        assert model.predict([doc])[0] == pytest.approx(row, abs=1e-5)


def test_contributions_are_what_the_model_adds_up(model: TextModel) -> None:
    """With one label on either side the log odds are linear: the shares add up to them."""
    two = hashed_words(length=LENGTH, smoothing=0.0, nO=2)
    two.initialize()
    two.set_param("W", np.ascontiguousarray(np.asarray(model.get_param("W"))[:, :2]))
    (doc,) = docs("Which one?\none or the other one. I cannot say")
    yes, no = two.predict([doc])[0]
    (shares,) = contributions(two, [doc], np.array([True, False]))
    assert len(shares) == len(doc)
    assert shares.sum() == pytest.approx(np.log(yes / no), rel=1e-4)


def test_contributions_do_not_depend_on_the_neighbours(model: TextModel) -> None:
    texts = docs("one two?", "", "three")
    together = contributions(model, texts, BUYING)
    assert [len(shares) for shares in together] == [3, 0, 1]
    for doc, shares in zip(texts, together, strict=True):
        assert contributions(model, [doc], BUYING)[0] == pytest.approx(shares)
    assert contributions(model, [], BUYING) == []


def test_it_learns_through_spacys_own_component_and_repeats_itself() -> None:
    assert _learned() == pytest.approx(_learned(), abs=0)
    yes, no = _learned()
    assert yes > 0.9
    assert no < 0.1


def _learned() -> tuple[float, float]:
    fix_random_seed(1)
    nlp = spacy.blank("en")
    settings = {"@architectures": "goodword.HashedWords.v1", "length": LENGTH, "smoothing": 0.05}
    textcat: Any = nlp.add_pipe("textcat", config={"model": settings})
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {"yes": yes, "no": 1.0 - yes}})
        for text, yes in (("which one to buy?", 1.0), ("nice weather today", 0.0)) * 4
    ]
    textcat.initialize(lambda: examples, nlp=nlp, labels=["yes", "no"])
    adam = Adam(0.05, grad_clip=0.0)
    for _ in range(40):
        textcat.update(examples, drop=0.2, sgd=adam)
    yes, no = textcat.predict(docs("which to buy?", "nice weather"))[:, 0]
    return float(yes), float(no)
