"""What a classifier is."""

from collections.abc import Sequence
from typing import Protocol

from domain.types import Assessment, Post


class Classifier(Protocol):
    @property
    def model(self) -> str:
        """Name and version of what decides, as it stands in every Assessment."""

    def assess(self, posts: Sequence[Post]) -> list[Assessment]:
        """One assessment per post, in order. Raises ClassifierError."""
