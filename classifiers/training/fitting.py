"""Texts -> a trained spaCy pipeline. The same every time: seeds, order and numbers are fixed."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import spacy
from spacy.language import Language
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from classifiers import components, words
from classifiers.labels import LABELS
from classifiers.reading import plain
from classifiers.training.corpus import Text
from domain.types import Value

Probabilities = npt.NDArray[np.float64]
Say = Callable[[str], None]


class Settings(Value):
    """Chosen by held-back average precision and likelihood on the corpus alone."""

    seed: int = 7
    rows: int = 2**17  # of the weight table: 5.8 MB
    epochs: int = 12
    batch: int = 64
    rate: float = 0.03  # falls to a tenth by the end
    dropout: float = 0.5  # of features
    smoothing: float = 0.05  # of labels
    common: int = 10_000  # words that are kept in memory
    prior: float = 0.2  # share of buying questions in a stream that sources were chosen for


def fit(texts: Sequence[Text], settings: Settings) -> Language:
    fix_random_seed(settings.seed)
    nlp = spacy.blank("en")
    nlp.add_pipe(components.CATALOGUE)
    model = {
        "@architectures": words.ARCHITECTURE,
        "length": settings.rows,
        "smoothing": settings.smoothing,
    }
    textcat: Any = nlp.add_pipe("textcat", config={"model": model})
    examples = [_example(nlp, text) for text in texts]
    textcat.initialize(lambda: examples, nlp=nlp, labels=LABELS)
    _descend(textcat, examples, settings)
    return nlp


def _descend(textcat: Any, examples: list[Example], settings: Settings) -> None:
    shuffle = random.Random(settings.seed).shuffle  # noqa: S311 no secret
    adam = Adam(settings.rate, grad_clip=0.0, use_averages=False)
    batches = -(-len(examples) // settings.batch)
    for step in range(settings.epochs * batches):
        if step % batches == 0:
            shuffle(examples)
        adam.learn_rate = settings.rate * (1 - 0.9 * step / (settings.epochs * batches))
        first = step % batches * settings.batch
        textcat.update(examples[first : first + settings.batch], drop=settings.dropout, sgd=adam)


def _example(nlp: Language, text: Text) -> Example:
    doc = nlp.make_doc(plain(text.reading))
    return Example.from_dict(doc, {"cats": {label: float(label == text.label) for label in LABELS}})


def common_words(texts: Sequence[Text], settings: Settings) -> list[str]:
    """Words to keep in memory for good, the most frequent first (see loading.COMMON_WORDS)."""
    counts = Counter(word for text in texts for word in plain(text.reading).split())
    return [word for word, n in counts.most_common(settings.common) if n > 1]


def held_back(texts: Sequence[Text], settings: Settings, say: Say) -> Probabilities:
    """(texts, labels): each text judged by a model that saw none of its half of the corpus."""
    found = np.zeros((len(texts), len(LABELS)))
    halves = np.array([text.half for text in texts])
    for half in np.unique(halves):
        say(f"fitting without half {half + 1} of the corpus, to measure on it")
        nlp = fit([t for t in texts if t.half != half], settings)
        docs = [nlp.make_doc(plain(t.reading)) for t in texts if t.half == half]
        textcat: Any = nlp.get_pipe("textcat")
        found[halves == half] = textcat.predict(docs)
    return found
