"""What the company sells and what it is compared with: the `[catalogue]` table of the settings."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from classifiers.reading import lower, plain
from domain.value import Value

Name = Annotated[str, Field(min_length=1, max_length=100)]


def folded(name: str) -> str:
    """How two spellings of one name compare: case, quotes, blanks and hyphens do not count."""
    return " ".join(lower(plain(name)).replace("-", " ").split())


def _check_name(name: str) -> str:
    if not any(char.isalnum() for char in name):
        raise ValueError(f"{name!r} holds no letter and no digit, so it cannot be found in a text")
    return name


class Product(Value):
    """A product, ours or a rival's, under every name that people give it."""

    name: Name
    ours: bool = False
    aliases: tuple[Name, ...] = ()
    category: Annotated[str, Field(max_length=100)] = ""  # "crm": what people ask for without names
    sense: tuple[Name, ...] = ()  # words beside which the name means the product
    other_sense: tuple[Name, ...] = ()  # words beside which it does not; makes a name ambiguous

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        return _check_name(name)

    @field_validator("aliases")
    @classmethod
    def _aliases(cls, aliases: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_check_name(alias) for alias in aliases)

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


class Catalogue(Value):
    products: Annotated[tuple[Product, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        problems = list(self._clashes())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _clashes(self) -> Iterator[str]:
        owner: dict[str, str] = {}
        for product in self.products:
            for spelling in product.spellings:
                key = folded(spelling)
                if key not in owner:
                    owner[key] = product.name
                elif owner[key] == product.name:
                    yield f"{product.name!r} lists {spelling!r} twice"
                else:
                    yield f"{spelling!r} stands for both {owner[key]!r} and {product.name!r}"

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(p.category for p in self.products if p.category))
