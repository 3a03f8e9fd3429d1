"""Why an offer is made: the contributions that speak for it, in words and with the account's own figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.schema import HELD

__all__ = ["HELD_COUNT", "HELD_TERM", "Feature", "Reason", "Words", "explain_offers", "figure"]

HELD_TERM = "held:"
HELD_COUNT = "held_count"
_FALLBACK = "Often taken up by accounts like this one"


@dataclass(frozen=True)
class Feature:
    """A column that the ranker reads, with the words in which a reason says it.

    `says` holds `{value}` where the account's figure goes. A sensitive feature is scored but never named.
    """

    name: str
    unit: str = ""
    says: str = "{value}"
    definition: str = ""
    is_sensitive: bool = False


@dataclass(frozen=True)
class Reason:
    """The sentence, and the features that it names, strongest first."""

    text: str
    features: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """What reasons are made of: the features and the names of the products, each by its id."""

    features: Mapping[str, Feature]
    product_names: Mapping[str, str]


def explain_offers(
    rows: pa.Table, contributions: NDArray[np.float64], terms: Sequence[str], words: Words, *, most: int = 2
) -> list[Reason]:
    """Say for each offer what speaks for it most.

    Only positive contributions are named, of features that are known for the account and not sensitive. What the
    account does not do or have (a figure of zero, "no", a product that it lacks) is named only where nothing else
    speaks for the offer, as few people recognise themselves in it.

    Parameters
    ----------
    rows
        The snapshot row of each offer; m rows.
    contributions
        What each term adds to the offer's log-odds; shape (m, n_terms).
    terms
        A feature's name, `held:<product_id>`, `held_count` (which is scored but never named), or two of these joined
        by ` & `; n_terms of them.
    words
        The features and the product names.
    most
        How many terms a reason names at most.
    """
    columns = _columns(rows, terms)
    strongest = np.argsort(-contributions, axis=1, kind="stable")
    return [
        _reason(
            [terms[j] for j in order if adds[j] > 0], {name: column[i] for name, column in columns.items()}, words, most
        )
        for i, (order, adds) in enumerate(zip(strongest, contributions, strict=True))
    ]


def _reason(speaking: Sequence[str], row: Mapping[str, Any], words: Words, most: int) -> Reason:
    nameable = [term for term in speaking if _is_nameable(term, row, words)]
    telling = [term for term in nameable if _is_telling(term, row)] or nameable
    named = telling[:most]
    text = "; ".join(_say(term, row, words) for term in named) or _FALLBACK
    return Reason(text[0].upper() + text[1:], tuple(dict.fromkeys(f for term in named for f in _parts(term))))


def _parts(term: str) -> list[str]:
    return term.split(" & ")


def _is_nameable(term: str, row: Mapping[str, Any], words: Words) -> bool:
    return all(_is_nameable_part(part, row, words) for part in _parts(term))


def _is_nameable_part(part: str, row: Mapping[str, Any], words: Words) -> bool:
    if part == HELD_COUNT:
        return False
    if part.startswith(HELD_TERM):
        return True
    return not words.features[part].is_sensitive and row[part] is not None


def _is_telling(term: str, row: Mapping[str, Any]) -> bool:
    return all(_holds(part, row) if part.startswith(HELD_TERM) else bool(row[part]) for part in _parts(term))


def _holds(part: str, row: Mapping[str, Any]) -> bool:
    return part.removeprefix(HELD_TERM) in row[HELD]


def _say(term: str, row: Mapping[str, Any], words: Words) -> str:
    return " and ".join(_say_part(part, row, words) for part in _parts(term))


def _say_part(part: str, row: Mapping[str, Any], words: Words) -> str:
    if part.startswith(HELD_TERM):
        product_id = part.removeprefix(HELD_TERM)
        return f"{'has' if _holds(part, row) else 'does not have'} {words.product_names.get(product_id, product_id)}"
    feature = words.features[part]
    return feature.says.format(value=figure(row[part], feature.unit))


def figure(value: Any, unit: str) -> str:
    """Write a value as a person reads it.

    Examples
    --------
    >>> figure(0.234, "share"), figure(1234.56, "minutes"), figure(12, "sessions"), figure(True, "")
    ('23 %', '1,235', '12', 'yes')
    """
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if unit == "share":
        return f"{value:.0%}".replace("%", " %")
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 10 else f"{value:,.1f}"


def _columns(rows: pa.Table, terms: Sequence[str]) -> dict[str, list[Any]]:
    parts = {part for term in terms for part in _parts(term)}
    features = {part for part in parts if part != HELD_COUNT and not part.startswith(HELD_TERM)}
    return {name: rows.column(name).to_pylist() for name in sorted({HELD, *features})}
