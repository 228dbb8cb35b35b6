"""Posts -> Assessments by the spaCy pipeline. A later core replaces `textcat` and `evidence`."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from classifiers.asker import asker
from classifiers.calibration import Calibration
from classifiers.catalogue import Catalogue
from classifiers.components import CATALOGUE, doc_of, named_in
from classifiers.evidence import evidence
from classifiers.labels import BUYING, INTENTS, KINDS
from classifiers.loading import load
from classifiers.matching import Named
from classifiers.options import Options
from classifiers.reading import plain, storable
from classifiers.roles import roles
from classifiers.words import TextModel, contributions
from domain.errors import ClassifierError
from domain.types import Asker, Assessment, Intent, Kind, Mention, Post

Shares = npt.NDArray[np.float64]
_BATCH = 256
_DECIDED = 0.5  # score from which the intent is the likeliest of the five, below it `none`


class SpacyClassifier:
    """Loads its model when made (raises ClassifierError). Threads take turns."""

    def __init__(self, options: Options, catalogue: Catalogue) -> None:
        self._options = options
        self._nlp, self._name, self._calibration = load(options.model)
        names: Any = self._nlp.get_pipe(CATALOGUE)
        names.use(catalogue)
        textcat: Any = self._nlp.get_pipe("textcat")
        self._words: TextModel = textcat.model
        self._turn = threading.Lock()  # a memory zone belongs to one caller at a time

    @property
    def model(self) -> str:
        return self._name

    def assess(self, posts: Sequence[Post]) -> list[Assessment]:
        found: list[Assessment] = []
        waiting = iter(posts)
        while batch := list(islice(waiting, _BATCH)):
            with self._turn:
                try:
                    found.extend(self._assess(batch))
                except (ValueError, KeyError, IndexError, RuntimeError, MemoryError) as error:
                    raise ClassifierError(
                        f"{self._name} failed on posts {batch[0].key} to {batch[-1].key}: {error}"
                    ) from error
        return found

    def _assess(self, posts: Sequence[Post]) -> Iterator[Assessment]:
        """Plain values leave the zone; every token and string in it is then given back."""
        readings = [storable(post.reading) for post in posts]
        with self._nlp.memory_zone():
            made = (doc_of(self._nlp, plain(reading)) for reading in readings)
            docs = list(self._nlp.pipe(made, batch_size=_BATCH))
            scores = [_scores(doc.cats, self._calibration) for doc in docs]
            shares = self._shares(docs, scores)
            for i, (post, doc) in enumerate(zip(posts, docs, strict=True)):
                if self._reads(post):
                    yield self._judge(post, readings[i], doc, scores[i], shares.get(i))
                else:
                    yield self._left_alone(post)

    def _shares(
        self, docs: Sequence[Doc], scores: Sequence[Mapping[Intent, float]]
    ) -> dict[int, Shares]:
        """Of the posts that somebody may look at, by their place."""
        least = self._options.explain_above
        chosen = [i for i, each in enumerate(scores) if 1.0 - each[Intent.NONE] >= least]
        shares = contributions(self._words, [docs[i] for i in chosen], BUYING)
        return dict(zip(chosen, shares, strict=True))

    def _reads(self, post: Post) -> bool:
        """Platforms also say "und" or "zxx" of short posts, and "en-gb": those are read."""
        language = post.language.lower().partition("-")[0]
        iso_639_1 = len(language) == len("en")
        return not iso_639_1 or language in self._options.languages

    def _left_alone(self, post: Post) -> Assessment:
        return Assessment(
            post_key=post.key,
            model=self._name,
            intent=Intent.NONE,
            score=0.0,
            scores=dict.fromkeys(INTENTS, 0.0) | {Intent.NONE: 1.0},
            asker=Asker(language=post.language),
        )

    def _judge(
        self,
        post: Post,
        reading: str,
        doc: Doc,
        scores: Mapping[Intent, float],
        shares: Shares | None,
    ) -> Assessment:
        score = 1.0 - scores[Intent.NONE]
        likeliest = max(INTENTS, key=scores.__getitem__)
        intent = likeliest if score >= _DECIDED else Intent.NONE
        language = post.language
        return Assessment(
            post_key=post.key,
            model=self._name,
            intent=intent,
            score=score,
            scores=scores,
            kind=_kind(doc.cats) if intent is Intent.NONE else None,
            mentions=_mentions(reading, named_in(doc), intent),
            asker=Asker(language=language) if shares is None else asker(reading, language),
            evidence=() if shares is None else evidence(reading, doc, shares),
        )


def _scores(cats: dict[str, float], calibration: Calibration) -> dict[Intent, float]:
    """Calibrated, and divided among the intents as the model divides its own; sums to 1."""
    raw = {intent: cats[intent] for intent in INTENTS}
    buying = sum(raw.values())
    score = calibration(buying)
    scores = {intent: p / buying * score if buying else 0.0 for intent, p in raw.items()}
    return scores | {Intent.NONE: 1.0 - score}


def _kind(cats: dict[str, float]) -> Kind:
    return max(KINDS, key=cats.__getitem__)


def _mentions(reading: str, named: Sequence[Named], intent: Intent) -> tuple[Mention, ...]:
    return tuple(
        Mention(
            text=reading[n.start : n.end],
            start=n.start,
            end=n.end,
            name=n.name,
            role=role,
            ours=n.ours,
        )
        for n, role in zip(named, roles(reading, named, intent), strict=True)
    )
