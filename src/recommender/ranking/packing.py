"""A scorecard as plain arrays, and back; of what is read nothing is trusted."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError
from recommender.ranking.binning import Bins, CategoryBins, NumericBins
from recommender.ranking.terms import Term

__all__ = ["pack", "unpack"]

FORMAT: Final = 1
LINKS: Final = ("independent", "one_of")
_FLAG_BITS: Final = 3
_WIDTHS: Final = (2, 3)
_LAYOUT: Final = {
    "format": (np.int64, 1),
    "link": (np.int64, 1),
    "intercept": (np.float64, 1),
    "base_rate": (np.float64, 1),
    "flag_bits": (np.uint8, 1),
    "feature_is_category": (np.bool_, 1),
    "edges": (np.float64, 1),
    "edge_starts": (np.int64, 1),
    "level_counts": (np.int64, 1),
    "term_columns": (np.int64, 2),
    "term_products": (np.int64, 1),
    "term_product_starts": (np.int64, 1),
    "points": (np.float64, 1),
    "point_starts": (np.int64, 1),
    "groups": (np.int64, 1),
    "group_starts": (np.int64, 1),
} | {
    f"{name}{part}": (kind, 1)
    for name in ("products", "held_products", "features", "levels")
    for part, kind in (("", np.uint8), ("_starts", np.int64))
}


def pack(card: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Return the fields of a scorecard as arrays of numbers; texts are UTF-8 bytes, lists of unequal length joined."""
    bins: Sequence[Bins] = card["bins"]
    tables: Sequence[Term] = card["tables"]
    width = max([2, *(len(t.columns) for t in tables)])
    edges = [b.edges if isinstance(b, NumericBins) else np.empty(0) for b in bins]
    levels = [b.levels if isinstance(b, CategoryBins) else () for b in bins]
    arrays = {
        "format": np.array([FORMAT]),
        "link": np.array([LINKS.index(card["link"])]),
        "intercept": card["intercept"],
        "base_rate": card["base_rate"],
        "flag_bits": card["flag_bits"],
        "feature_is_category": np.array([isinstance(b, CategoryBins) for b in bins], dtype=bool),
        "level_counts": np.array([len(of_one) for of_one in levels], dtype=np.int64),
        "term_columns": np.array([(*t.columns, -1, -1)[:width] for t in tables], dtype=np.int64).reshape(-1, width),
        **_join("edges", "edge_starts", edges, np.float64),
        **_join("term_products", "term_product_starts", [t.products for t in tables], np.int64),
        **_join("points", "point_starts", [t.points.ravel() for t in tables], np.float64),
        **_join("groups", "group_starts", [np.concatenate([np.empty(0), *t.coarse]) for t in tables], np.int64),
        **_join_texts("products", card["products"]),
        **_join_texts("held_products", card["held_products"]),
        **_join_texts("features", [b.feature for b in bins]),
        **_join_texts("levels", [level for of_one in levels for level in of_one]),
    }
    return {name: arrays[name] for name in sorted(arrays)}


def unpack(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the fields of a scorecard from its arrays.

    Raises
    ------
    ModelError
        If they are not what `pack` makes.
    """
    _check_layout(arrays)
    products, held_products = _texts(arrays, "products"), _texts(arrays, "held_products")
    _need(held_products[: len(products)] == products, "the held products must begin with the products")
    bins = _bins(arrays)
    return {
        "link": LINKS[int(arrays["link"][0])],
        "products": products,
        "held_products": held_products,
        "bins": bins,
        "tables": _terms(arrays, _sizes(bins, len(held_products)), len(products)),
        **_of_products(arrays, len(products)),
    }


def _sizes(bins: Sequence[Bins], n_held: int) -> list[int]:
    return [b.size for b in bins] + [2] * n_held + [n_held + 1]


def _join(name: str, starts: str, parts: Sequence[NDArray[Any]], kind: type) -> dict[str, NDArray[Any]]:
    ends = np.cumsum([0, *(len(part) for part in parts)])
    return {name: np.concatenate([np.empty(0, kind), *parts]).astype(kind), starts: ends.astype(np.int64)}


def _join_texts(name: str, texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    parts = [np.frombuffer(text.encode(), dtype=np.uint8) for text in texts]
    return _join(name, f"{name}_starts", parts, np.uint8)


def _need(condition: bool | np.bool_, what: str) -> None:  # noqa: FBT001  the condition is the point
    if not condition:
        raise ModelError(f"The scorecard is refused: {what}.")


def _check_layout(arrays: Mapping[str, NDArray[Any]]) -> None:
    odd = sorted(set(arrays) ^ set(_LAYOUT))
    _need(not odd, f"arrays missing or unknown: {odd[:5]}")
    for name, (kind, dimensions) in _LAYOUT.items():
        array = arrays[name]
        fits = array.dtype == kind and array.ndim == dimensions
        _need(fits, f"{name!r} must be of type {np.dtype(kind).name} with {dimensions} dimensions")
    _need(arrays["format"].tolist() == [FORMAT], f"format {FORMAT} was needed")
    _need(arrays["link"].tolist() in ([0], [1]), "its link is unknown")


def _split(arrays: Mapping[str, NDArray[Any]], name: str, starts: str, parts: int | None = None) -> list[NDArray[Any]]:
    ends, joined = arrays[starts], arrays[name]
    _need(len(ends) > 0 and (parts is None or len(ends) == parts + 1), f"{starts!r} has another length than needed")
    sound = ends[0] == 0 and ends[-1] == len(joined) and bool((ends[:-1] <= ends[1:]).all())
    _need(sound, f"{starts!r} must rise from 0 to the length of {name!r}")
    return [joined[start:end] for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]


def _texts(arrays: Mapping[str, NDArray[Any]], name: str, *, unique: bool = True) -> tuple[str, ...]:
    parts = _split(arrays, name, f"{name}_starts")
    try:
        texts = tuple(part.tobytes().decode() for part in parts)
    except UnicodeDecodeError:
        raise ModelError(f"The scorecard is refused: {name!r} holds what is not UTF-8.") from None
    _need(not unique or len(set(texts)) == len(texts), f"{name!r} holds a text twice")
    return texts


def _bins(arrays: Mapping[str, NDArray[Any]]) -> tuple[Bins, ...]:
    features, is_category, counts = _texts(arrays, "features"), arrays["feature_is_category"], arrays["level_counts"]
    _need(len(is_category) == len(counts) == len(features), "features, their kinds and their levels differ in number")
    edges, levels = _split(arrays, "edges", "edge_starts", len(features)), _texts(arrays, "levels", unique=False)
    _need(bool((counts >= 0).all()) and sum(counts.tolist()) == len(levels), "'level_counts' must sum to the levels")
    ends = np.cumsum(counts)
    return tuple(
        _category_bins(feature, levels[end - count : end], edges[i])
        if is_category[i]
        else _numeric_bins(feature, edges[i], count)
        for i, (feature, count, end) in enumerate(zip(features, counts.tolist(), ends.tolist(), strict=True))
    )


def _category_bins(feature: str, levels: tuple[str, ...], edges: NDArray[np.float64]) -> CategoryBins:
    _need(len(edges) == 0, f"the category {feature!r} has edges")
    _need(len(set(levels)) == len(levels), f"the category {feature!r} has a level twice")
    return CategoryBins(feature, levels)


def _numeric_bins(feature: str, edges: NDArray[np.float64], levels: int) -> NumericBins:
    _need(levels == 0, f"the number {feature!r} has levels")
    rising = bool(np.isfinite(edges).all()) and bool((edges[:-1] < edges[1:]).all())
    _need(rising, f"the edges of {feature!r} must be finite and rise")
    return NumericBins(feature, edges.copy())


def _terms(arrays: Mapping[str, NDArray[Any]], sizes: Sequence[int], n_products: int) -> tuple[Term, ...]:
    columns = arrays["term_columns"]
    _need(columns.shape[1] in _WIDTHS, f"'term_columns' must have {_WIDTHS} columns")
    absent = columns == -1
    sound = (columns >= -1).all() and (columns < len(sizes)).all() and not absent[:, 0].any()
    _need(sound and not (absent[:, :-1] & ~absent[:, 1:]).any(), "a term names a column that is not there")
    _need(not ((np.diff(columns, axis=1) <= 0) & ~absent[:, 1:]).any(), "the columns of a term must rise")
    _need(len({tuple(pair) for pair in columns.tolist()}) == len(columns), "two terms are of the same columns")
    products = _split(arrays, "term_products", "term_product_starts", len(columns))
    points = _split(arrays, "points", "point_starts", len(columns))
    groups = _split(arrays, "groups", "group_starts", len(columns))
    pairs = [tuple(c for c in pair if c >= 0) for pair in columns.tolist()]
    return tuple(
        _term([sizes[c] for c in pair], pair, its_points, its_products, its_groups, n_products)
        for pair, its_points, its_products, its_groups in zip(pairs, points, products, groups, strict=True)
    )


def _term(
    sizes: list[int],
    columns: tuple[int, ...],
    points: NDArray[np.float64],
    products: NDArray[np.int64],
    groups: NDArray[np.int64],
    n_products: int,
) -> Term:
    rising = len(products) > 0 and bool((products[:-1] < products[1:]).all())
    _need(rising and products[0] >= 0 and products[-1] < n_products, "a term names a product that is not there")
    coarse = _coarse(sizes, groups)
    cells = int(np.prod([int(part.max()) + 1 for part in coarse])) if coarse else sizes[0]
    _need(len(points) == cells * len(products), "a term has more or fewer points than cells")
    _need(bool(np.isfinite(points).all()), "points must be finite")
    return Term(columns, points.reshape(cells, -1).copy(), products.copy(), coarse)


def _coarse(sizes: list[int], groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    if len(sizes) == 1:
        _need(len(groups) == 0, "a term of one column has groups")
        return ()
    _need(len(groups) == sum(sizes), "a term of several columns must have a group for each bin")
    within = bool((groups >= 0).all()) and bool((groups < max(sizes)).all())
    _need(within, "a group is out of its range")
    return tuple(part.copy() for part in np.split(groups, np.cumsum(sizes)[:-1]))


def _of_products(arrays: Mapping[str, NDArray[Any]], n_products: int) -> dict[str, NDArray[Any]]:
    names = ("intercept", "base_rate", "flag_bits")
    found = {name: arrays[name].copy() for name in names}
    _need(n_products > 0, "it ranks no product")
    _need(all(len(array) == n_products for array in found.values()), f"{names} must have one value per product")
    _need(bool(np.isfinite(found["intercept"]).all()), "intercepts must be finite")
    rates = found["base_rate"]
    _need(bool(((rates >= 0) & (rates <= 1)).all()), "base rates must lie between 0 and 1")
    _need(bool((found["flag_bits"] <= _FLAG_BITS).all()), "a flag is unknown")
    return found
