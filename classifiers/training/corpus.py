"""The texts that the model learns from, checked as they are read.

A corpus is a folder with `corpus.toml`, which names its files and the manner of each, and those
files, one JSON object a line. Manner decides what is held back together when we measure.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from domain.errors import ConfigError
from domain.types import Intent, Kind, Role, Value

MANIFEST = "corpus.toml"
_ASKER_FIELDS = frozenset({"industry", "size", "region", "role", "use_case"})


class Source(Value):
    """One file."""

    name: str = Field(pattern=r"^[\w.-]+\.jsonl$")
    manner: Literal["vivid", "plain", "pairs"]  # pairs: two lines of the same pair stay together
    what: str


class Text(Value):
    """One line. `products` and `asker` hold exact substrings of title and text."""

    title: str
    text: str
    intent: Intent
    other: Kind | None  # the kind, where intent is none
    source: str
    domain: str
    products: Mapping[str, Role] = {}
    asker: Mapping[str, str] = {}
    pair: int | None = None
    class_: str | None = Field(default=None, alias="class")  # of the pair: what sets the two apart
    file: str
    manner: Literal["vivid", "plain", "pairs"]  # the file's

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.intent is Intent.NONE) != (self.other is not None):
            raise ValueError("`other` is given exactly where `intent` is none")
        if self.asker.keys() - _ASKER_FIELDS:
            raise ValueError(
                f"`asker` has unknown fields {sorted(self.asker.keys() - _ASKER_FIELDS)}"
            )
        strange = [s for s in (*self.products, *self.asker.values()) if s not in self.reading]
        if strange:
            raise ValueError(f"not in the text: {strange}")
        return self

    @property
    def reading(self) -> str:
        """As Post.reading."""
        return f"{self.title}\n{self.text}"

    @property
    def label(self) -> str:
        """One of labels.LABELS."""
        return (self.other or self.intent).value

    @property
    def half(self) -> int:
        """What is held back with it: 0 the vivid, 1 the plain; of the pairs every other one."""
        if self.manner == "pairs":
            return (self.pair or 0) % 2
        return int(self.manner == "plain")


def sources(folder: Path) -> list[Source]:
    """Raises ConfigError where the manifest is missing or wrong."""
    try:
        manifest = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return [Source.model_validate(entry) for entry in manifest["files"]]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError([f"{folder / MANIFEST}: {error}"]) from error


def files(folder: Path) -> list[str]:
    """Everything that training depends on."""
    return [MANIFEST, *(source.name for source in sources(folder))]


def read(folder: Path) -> list[Text]:
    """All texts in the manifest's order. Raises ConfigError with every problem at once."""
    texts, problems = list[Text](), list[str]()
    for source in sources(folder):
        for place, row in _rows(folder / source.name, problems):
            try:
                texts.append(
                    Text.model_validate({**row, "file": source.name, "manner": source.manner})
                )
            except (ValidationError, TypeError) as error:
                problems.append(f"{place}: {error}")
    if problems:
        raise ConfigError(problems)
    return texts


def _rows(path: Path, problems: list[str]) -> Iterator[tuple[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        problems.append(f"{path}: {error}")
        return
    for number, line in enumerate(lines, 1):
        try:
            yield f"{path.name}, line {number}", json.loads(line)
        except ValueError as error:
            problems.append(f"{path.name}, line {number}: {error}")
