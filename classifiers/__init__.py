"""Posts -> Assessments: is it a buying question, about what, by whom, and why do we think so."""

from classifiers.base import Classifier
from classifiers.catalogue import Catalogue
from classifiers.options import Options


def make_spacy(options: Options, catalogue: Catalogue) -> Classifier:
    """Raises ClassifierError where the model cannot be loaded."""
    from classifiers.spacy_classifier import SpacyClassifier  # noqa: PLC0415 spaCy takes 0.6 s

    return SpacyClassifier(options, catalogue)


KINDS = {"spacy": (Options, make_spacy)}
