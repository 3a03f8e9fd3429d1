"""From boosted trees whose paths ask about two columns at most to tables of points."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.columns import Columns

__all__ = ["Gains", "Tables", "pair_gains", "read_tables"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Tables = dict[tuple[int, ...], Floats]
Gains = dict[tuple[int, int], float]


def read_tables(trees: Sequence[Mapping[str, Any]], columns: Columns) -> Tables:
    """Return the sum of the trees as one table per column, or pair of columns, that a path asks about.

    The value of a leaf counts for every cell that its path leads to. The constant stands under `()`.

    Parameters
    ----------
    trees
        Roots, as LightGBM's `dump_model` gives them.
    columns
        What the trees were grown on.
    """
    tables: Tables = {}
    for root in trees:
        for value, path in _leaves(root, columns, {}):
            asked = tuple(sorted(path))
            table = tables.setdefault(asked, np.zeros([columns.sizes[column] for column in asked]))
            table += value * _box([path[column] for column in asked])
    return tables


def pair_gains(trees: Sequence[Mapping[str, Any]]) -> Gains:
    """Return what splits gained that stood below a split by another column, per pair of columns."""
    gains: Gains = {}
    for root in trees:
        _add_gains(root, frozenset(), gains)
    return gains


def _leaves(
    node: Mapping[str, Any], columns: Columns, path: Mapping[int, Flags]
) -> Iterator[tuple[float, Mapping[int, Flags]]]:
    if "split_feature" not in node:
        yield float(node["leaf_value"]), path
        return
    column = int(node["split_feature"])
    left = _goes_left(node, columns, column)
    reached = path.get(column, np.ones(columns.sizes[column], dtype=bool))
    yield from _leaves(node["left_child"], columns, {**path, column: reached & left})
    yield from _leaves(node["right_child"], columns, {**path, column: reached & ~left})


def _goes_left(node: Mapping[str, Any], columns: Columns, column: int) -> Flags:
    size = columns.sizes[column]
    if columns.is_category[column]:
        return np.isin(np.arange(size), [int(level) for level in str(node["threshold"]).split("||")])
    left = np.arange(size) <= float(node["threshold"])
    if columns.has_gap[column]:
        # where no value was missing when the tree was grown, LightGBM takes a missing one for 0
        knows_gaps = node["missing_type"] == "NaN"
        left[-1] = bool(node["default_left"]) if knows_gaps else float(node["threshold"]) >= 0
    return left


def _box(masks: Sequence[Flags]) -> Floats:
    if len(masks) == 2:
        return np.outer(masks[0], masks[1]).astype(np.float64)
    return masks[0].astype(np.float64) if masks else np.ones(())


def _add_gains(node: Mapping[str, Any], above: frozenset[int], gains: Gains) -> None:
    if "split_feature" not in node:
        return
    column = int(node["split_feature"])
    for other in above - {column}:
        pair = min(column, other), max(column, other)
        gains[pair] = gains.get(pair, 0.0) + float(node["split_gain"])
    _add_gains(node["left_child"], above | {column}, gains)
    _add_gains(node["right_child"], above | {column}, gains)
