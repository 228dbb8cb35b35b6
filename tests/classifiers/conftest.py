"""The shipped model, loaded once for all of these tests, and a catalogue with every difficulty."""

from collections.abc import Callable
from typing import Any

import pytest

from classifiers import make_spacy
from classifiers.base import Classifier
from classifiers.catalogue import Catalogue
from classifiers.options import Options
from domain.types import Assessment
from tests.make import post

CATALOGUE = Catalogue.model_validate(
    {
        "products": [
            {"name": "Fernhill", "ours": True, "aliases": ["Fern Hill"], "category": "CRM"},
            {"name": "Tidewell", "category": "CRM"},
            {"name": "Oakbase CRM", "category": "CRM"},
            {"name": "Oakbase", "category": "database"},
            {"name": "Millpond+", "category": "project management"},
            {
                "name": "Drift",
                "category": "live chat",
                "sense": ["chatbot", "web site"],
                "other_sense": ["snow", "continental", "get the"],
            },
        ]
    }
)


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return make_spacy(Options(), CATALOGUE)


@pytest.fixture(scope="session")
def judged(classifier: Classifier) -> Callable[..., Assessment]:
    """What the shipped model says of one text."""

    def judge(text: str, title: str = "", **given: Any) -> Assessment:
        return classifier.assess([post(title=title, text=text, **given)])[0]

    return judge
