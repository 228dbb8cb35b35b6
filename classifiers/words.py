"""The model of the text categoriser: one weight per hashed word and label, and why it said so.

A linear model over `features`, as an architecture for spaCy's own `textcat` component, so that
training, saving and loading are spaCy's. Linear, because then each word's share in a score is
exact and costs nothing to work out.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model

from classifiers.features import Rows, rows_of

Floats = npt.NDArray[np.float32]
TextModel = Model[Sequence[Doc], Floats]
ARCHITECTURE = "goodword.HashedWords.v1"


@registry.architectures(ARCHITECTURE)  # type: ignore[untyped-decorator]
def hashed_words(
    length: int,
    smoothing: float,
    nO: int | None = None,  # noqa: N803 thinc's name
) -> TextModel:
    """`length` rows of weights; `smoothing` of the labels, as textcat itself takes only 0 and 1."""
    return Model(
        "hashed_words",
        _forward,
        init=_init,
        dims={"nO": nO, "length": length},
        params={"W": None, "b": None},
        attrs={"multi_label": False, "dropout_rate": 0.0, "smoothing": smoothing},
    )


def _init(
    model: TextModel,
    X: Sequence[Doc] | None = None,  # noqa: N803 thinc's names
    Y: Floats | None = None,  # noqa: N803
) -> None:
    del X
    if Y is not None:
        model.set_dim("nO", Y.shape[1])
    n_out = model.get_dim("nO")
    model.set_param("W", model.ops.alloc2f(model.get_dim("length"), n_out))
    model.set_param("b", model.ops.alloc1f(n_out))


def _forward(
    model: TextModel,
    docs: Sequence[Doc],
    is_train: bool,  # noqa: FBT001 thinc's
) -> tuple[Floats, Callable[[Floats], Sequence[Doc]]]:
    found = rows_of(docs, model.get_dim("length"))
    if is_train and model.attrs["dropout_rate"]:
        # numpy's global generator: the one that spaCy seeds
        kept = np.random.random(found.rows.shape) >= model.attrs["dropout_rate"]
        found = found._replace(rows=np.where(kept, found.rows, 0))
    scores = _softmax(_logits(model, found, len(docs)))

    def backprop(d_scores: Floats) -> Sequence[Doc]:
        """`d_scores` is score minus truth: the gradient of cross-entropy at the logits."""
        truth = scores - d_scores
        d_logits = d_scores + model.attrs["smoothing"] * (truth - 1 / truth.shape[1])
        weights: Any = model.ops.alloc2f(*model.get_param("W").shape)
        per_doc = d_logits[found.docs] / np.sqrt(found.counts)[:, None]
        sizes = np.diff(np.append(found.starts, len(found.rows)))
        per_token = np.repeat(per_doc, sizes, axis=0)
        for column in found.rows.T:
            np.add.at(weights, column, per_token)
        weights[0] = 0.0
        model.inc_grad("W", weights)
        model.inc_grad("b", d_logits.sum(axis=0).astype("float32"))
        return docs

    return scores, backprop


def _logits(model: TextModel, found: Rows, docs: int) -> Floats:
    """The weights of a post's features, summed, over the root of their number, plus the bias."""
    weights: Any = model.get_param("W")
    logits = np.tile(np.asarray(model.get_param("b")), (docs, 1))
    if len(found.docs):
        per_token = weights[found.rows].sum(axis=1)
        summed = np.add.reduceat(per_token, found.starts, axis=0)
        logits[found.docs] += summed / np.sqrt(found.counts)[:, None]
    return logits


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores: Floats = (raised / raised.sum(axis=1, keepdims=True)).astype("float32")
    return scores


def contributions(
    model: TextModel, docs: Sequence[Doc], buying: npt.NDArray[np.bool_]
) -> list[npt.NDArray[np.float64]]:
    """For each doc (tokens,): what a token adds to the log odds of `buying` against the rest.

    To the first order, exactly: the derivative of the log odds at this post times the feature. A
    pair of words counts for both halves alike.
    """
    found = rows_of(docs, model.get_dim("length"))
    logits = _logits(model, found, len(docs))
    slopes: Any = np.where(buying, 1.0, -1.0) * np.ones_like(logits)
    for side in (buying, ~buying):
        slopes[:, side] *= _softmax(logits[:, side])
    slopes = slopes[found.docs] / np.sqrt(found.counts)[:, None]
    weights: Any = model.get_param("W")
    shares = [np.zeros(len(doc)) for doc in docs]
    for doc, start, slope in zip(found.docs, found.starts, slopes, strict=True):
        each = weights[found.rows[start : start + len(shares[doc])]] @ slope  # (tokens, KINDS)
        pairs = each[:, 1] / 2
        shares[doc] += each.sum(axis=1) - pairs
        shares[doc][:-1] += pairs[1:]
    return shares
