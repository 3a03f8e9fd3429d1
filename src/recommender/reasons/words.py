"""The words of reasons: what a feature is called, and how a figure is written."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

__all__ = [
    "HAS",
    "HELD_COUNT",
    "HELD_TERM",
    "LACKS",
    "ORDERED_IT",
    "Feature",
    "Reason",
    "Reasons",
    "Words",
    "figure",
    "say",
]

HELD_TERM: Final = "held:"
HELD_COUNT: Final = "held_count"
HAS: Final = "has"
ORDERED_IT: Final = "has ordered"
LACKS: Final = "does not have"
_CURRENCY = re.compile(r"[A-Z]{3}")
_CENTS_BELOW = 100
_TENTHS_BELOW = 9.95  # from here on a tenth would say 10.0


@dataclass(frozen=True)
class Feature:
    """A column that the ranker reads, with the words in which a reason says it.

    `says` holds `{value}` where the account's figure goes. A sensitive feature is scored but never named.
    `kind` is "number", "flag" or "text".
    """

    name: str
    unit: str = ""
    says: str = "{value}"
    definition: str = ""
    is_sensitive: bool = False
    kind: str = "number"


@dataclass(frozen=True)
class Reason:
    """The sentence, and the features that it names, strongest first."""

    text: str
    features: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Reasons:
    """The reasons of m offers as two columns: `text` (string) and `features` (list of string)."""

    text: Any
    features: Any

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, place: int) -> Reason:
        return Reason(self.text[place].as_py(), tuple(self.features[place].as_py()))

    def __iter__(self) -> Iterator[Reason]:
        return (self[place] for place in range(len(self)))


@dataclass(frozen=True)
class Words:
    """What reasons are made of: the features and the names of the products, each by its id."""

    features: Mapping[str, Feature]
    product_names: Mapping[str, str]


def say(part: str, value: Any, words: Words) -> str:
    """Say the figure of a feature, or of `held:<product_id>` which of `HAS`, `ORDERED_IT` and `LACKS` is true."""
    if part.startswith(HELD_TERM):
        product_id = part.removeprefix(HELD_TERM)
        return f"{value} {words.product_names.get(product_id, product_id)}"
    feature = words.features[part]
    return feature.says.format(value=figure(value, feature.unit))


def figure(value: Any, unit: str) -> str:
    """Write a value as a person reads it.

    Examples
    --------
    >>> figure(0.234, "share"), figure(1234.56, "minutes"), figure(9.99, "EUR"), figure(True, "")
    ('23 %', '1,235', '9.99', 'yes')
    """
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if unit == "share":
        return f"{value:.0%}".replace("%", " %")
    if float(value).is_integer():
        return f"{value:,.0f}"
    if _CURRENCY.fullmatch(unit):
        return f"{value:,.2f}" if abs(value) < _CENTS_BELOW else f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= _TENTHS_BELOW else f"{value:,.1f}"
