"""Fewer rows to learn from, weighing as many."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.examples import Examples

__all__ = ["thin"]


def thin(
    examples: Examples, found: NDArray[np.int32], max_rows: int, random: np.random.RandomState
) -> tuple[Examples, NDArray[np.int32]]:
    """Return at most about `max_rows` of the examples and of their bins, shape (n_columns, n).

    Rows with a take-up are kept as long as they fill no more than half; what is sampled weighs more instead, so that
    rates stay as they were.
    """
    n = len(examples.y)
    if n <= max_rows:
        return examples, found
    taken = (examples.y & examples.is_open).any(axis=1)
    groups = [np.flatnonzero(taken), np.flatnonzero(~taken)]
    wanted = [min(len(groups[0]), max(max_rows // 2, max_rows - len(groups[1])))]
    wanted.append(min(len(groups[1]), max_rows - wanted[0]))
    index, weight = [], examples.weight.copy()
    for group, size in zip(groups, wanted, strict=True):
        if size:
            index.append(random.choice(group, size, replace=False))
            weight[index[-1]] *= weight[group].sum() / weight[index[-1]].sum()
    kept = np.sort(np.concatenate(index))
    return replace(examples, weight=weight).take(kept), np.ascontiguousarray(found[:, kept])
