"""Our parts of the spaCy pipeline. To import this module registers them with spaCy."""

from spacy.language import Language
from spacy.tokens import Doc

from classifiers import words
from classifiers.catalogue import Catalogue
from classifiers.matching import Finder, Named

__all__ = [
    "CATALOGUE",
    "Names",
    "doc_of",
    "named_in",
    "words",
]  # `words` registers its architecture

CATALOGUE = "goodword_catalogue"
_TEXT = "goodword_text"


class Names:
    """Finds the catalogue's names; finds nothing until it is told the catalogue."""

    def __init__(self) -> None:
        self._finder: Finder | None = None

    def use(self, catalogue: Catalogue) -> None:
        self._finder = Finder(catalogue)

    def __call__(self, doc: Doc) -> Doc:
        # Not as spans: these are made of tokens, and "X+Y" is one token with two names in it.
        if self._finder:
            doc.user_data[CATALOGUE] = self._finder.find(doc.user_data.get(_TEXT) or doc.text)
        return doc


def doc_of(nlp: Language, text: str) -> Doc:
    """For `nlp.pipe`; keeps the text, as to put a Doc's together again takes as long as to find
    all names in it."""
    doc = nlp.make_doc(text)
    doc.user_data[_TEXT] = text
    return doc


def named_in(doc: Doc) -> tuple[Named, ...]:
    named: tuple[Named, ...] = doc.user_data.get(CATALOGUE, ())
    return named


@Language.factory(CATALOGUE)
def make_names(nlp: Language, name: str) -> Names:
    del nlp, name  # spaCy passes them by name
    return Names()
