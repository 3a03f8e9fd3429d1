"""The catalogue and the words of a manifest; of what is read nothing is trusted."""

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any, Final

from recommender.catalogue import Catalogue
from recommender.errors import ModelError
from recommender.reasons import Feature

__all__ = ["read_catalogue", "read_features"]

_KINDS: Final = ("flag", "number", "text")
_FEATURE: Final[Mapping[str, type]] = {
    "name": str,
    "unit": str,
    "says": str,
    "definition": str,
    "is_sensitive": bool,
    "kind": str,
}
_PRODUCT: Final[Mapping[str, type]] = {
    "product_id": str,
    "name": str,
    "category": str,
    "monthly_price": str,
    "requires": list,
    "excludes": list,
    "includes": list,
    "is_offered": bool,
    "uses_usage_data": bool,
}
_PRICE: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


def read_catalogue(rows: Any) -> Catalogue:
    """Return the catalogue of a manifest.

    Raises
    ------
    ModelError
        If a row has other fields than a product, or one of another type.
    DataError
        If the products do not fit each other.
    """
    for row in _rows(rows, _PRODUCT, "catalogue", may_be_null=("monthly_price",)):
        if row["monthly_price"] is not None and not _PRICE.fullmatch(row["monthly_price"]):
            raise ModelError(f"manifest.json: the price of {row['product_id']!r} is none.")
        if not all(isinstance(one, str) for name in ("requires", "excludes", "includes") for one in row[name]):
            raise ModelError(f"manifest.json: {row['product_id']!r} names products by something else than text.")
    return Catalogue.from_rows(rows)


def read_features(rows: Any) -> tuple[Feature, ...]:
    """Return the features of a manifest, with their words.

    Raises
    ------
    ModelError
        If a row has other fields than a feature, one of another type, or a phrase that asks for more than `{value}`:
        a format string can reach into what it is given, and fill the memory with blanks.
    """
    found = tuple(Feature(**row) for row in _rows(rows, _FEATURE, "features"))
    for feature in found:
        if feature.kind not in _KINDS:
            raise ModelError(f"manifest.json: the feature {feature.name!r} is of an unknown kind, {feature.kind!r}.")
        if any(asked not in {None, "value"} or spec or conversion for _, asked, spec, conversion in _phrase(feature)):
            raise ModelError(f"manifest.json: the phrase of {feature.name!r} may name {{value}} and nothing else.")
    return found


def _rows(
    rows: Any, kinds: Mapping[str, type], what: str, *, may_be_null: Sequence[str] = ()
) -> Sequence[Mapping[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.keys() == kinds.keys() for row in rows):
        raise ModelError(f"manifest.json: {what} must be a list of {sorted(kinds)}.")
    for row in rows:
        for name, kind in kinds.items():
            if not isinstance(row[name], kind) and not (row[name] is None and name in may_be_null):
                raise ModelError(f"manifest.json: {what}: {name} must be {kind.__name__}, {row[name]!r:.50} came.")
    return rows


def _phrase(feature: Feature) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(feature.says))
    except ValueError as error:
        raise ModelError(f"manifest.json: the phrase of {feature.name!r} is no format string ({error}).") from error
