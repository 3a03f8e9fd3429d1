"""From boosted trees whose paths ask about three columns at most to what each column, pair or triple adds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.columns import Columns

__all__ = ["Box", "Gains", "Tables", "joint_gains", "mean_tables", "read_tables"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Gains = dict[tuple[int, ...], float]


class Box(NamedTuple):
    """A value for the rows whose bin, in each of several columns, is among those that its mask marks."""

    value: float
    masks: tuple[Flags, ...]


@dataclass(frozen=True)
class Tables:
    """What is added for one product: points by bin of a column, and boxes by the columns of a pair or triple."""

    singles: dict[int, Floats] = field(default_factory=dict)
    boxes: dict[tuple[int, ...], list[Box]] = field(default_factory=dict)


def read_tables(trees: Sequence[Mapping[str, Any]], columns: Columns) -> Tables:
    """Return the sum of the trees by the columns that a path asks about; constants are left out.

    The value of a leaf counts for every cell that its path leads to.

    Parameters
    ----------
    trees
        Roots, as LightGBM's `dump_model` gives them.
    columns
        What the trees were grown on.
    """
    tables = Tables()
    for root in trees:
        for value, path in _leaves(root, columns, {}):
            asked = tuple(sorted(path))
            if len(asked) == 1:
                points = tables.singles.setdefault(asked[0], np.zeros(columns.sizes[asked[0]]))
                points += value * path[asked[0]]
            elif asked:
                tables.boxes.setdefault(asked, []).append(Box(value, tuple(path[column] for column in asked)))
    return tables


def mean_tables(parts: Sequence[Tables], n: int) -> Tables:
    """Return the sum of `parts` over `n`."""
    mean = Tables()
    for part in parts:
        for column, points in part.singles.items():
            mean.singles[column] = mean.singles.get(column, 0.0) + points / n
        for key, boxes in part.boxes.items():
            mean.boxes.setdefault(key, []).extend(Box(box.value / n, box.masks) for box in boxes)
    return mean


def joint_gains(trees: Sequence[Mapping[str, Any]]) -> Gains:
    """Return what splits gained that stood below splits by other columns, per pair and per triple of columns."""
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


def _add_gains(node: Mapping[str, Any], above: frozenset[int], gains: Gains) -> None:
    if "split_feature" not in node:
        return
    column = int(node["split_feature"])
    others = above - {column}
    for further in chain(combinations(others, 1), combinations(others, 2)):
        key = tuple(sorted((column, *further)))
        gains[key] = gains.get(key, 0.0) + float(node["split_gain"])
    _add_gains(node["left_child"], above | {column}, gains)
    _add_gains(node["right_child"], above | {column}, gains)
