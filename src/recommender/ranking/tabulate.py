"""From tables per product to the terms of a scorecard."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.terms import Term
from recommender.ranking.trees import Tables

__all__ = ["make_terms"]

Floats = NDArray[np.float64]

_ROUNDS = 5


def make_terms(tables: Sequence[Tables], found: NDArray[np.int32], weight: Floats) -> list[Term]:
    """Return one term per column, pair or triple that any product has points for, columns first.

    What a joint table says about one of its columns alone, over the rows, is moved to that column: the sum stays, and
    a joint table keeps only what its columns do not say by themselves.

    Parameters
    ----------
    tables
        Of each product.
    found : array of shape (n_columns, n)
        The bin of each row.
    weight : array of shape (n,)
    """
    keys = sorted({key for of_one in tables for key in of_one.boxes}, key=lambda key: (len(key), key))
    joints = [_joint(key, tables, found, weight) for key in keys]
    singles = _singles(tables)
    for joint, moved in joints:
        for column, points, groups in zip(joint.columns, moved, joint.coarse, strict=True):
            base = singles.setdefault(column, np.zeros((len(groups), len(tables))))
            base[:, joint.products] += points[groups]
    everything = np.arange(len(tables))
    return [Term((column,), points, everything) for column, points in sorted(singles.items())] + [
        joint for joint, _ in joints
    ]


def _singles(tables: Sequence[Tables]) -> dict[int, Floats]:
    singles: dict[int, Floats] = {}
    for product, of_one in enumerate(tables):
        for column, table in of_one.singles.items():
            points = singles.setdefault(column, np.zeros((len(table), len(tables))))
            points[:, product] += table
    return singles


def _joint(
    columns: tuple[int, ...], tables: Sequence[Tables], found: NDArray[np.int32], weight: Floats
) -> tuple[Term, list[Floats]]:
    """Return the term of several columns and what was taken from it for each of them."""
    products = np.array([p for p, of_one in enumerate(tables) if columns in of_one.boxes])
    boxes = [tables[p].boxes[columns] for p in products]
    coarse = tuple(_groups([box.masks[axis] for of_one in boxes for box in of_one]) for axis in range(len(columns)))
    points = np.zeros([*(int(groups.max()) + 1 for groups in coarse), len(products)])
    # the mask of a box is the same for all bins of a group: that of its first bin
    firsts = [np.unique(groups, return_index=True)[1] for groups in coarse]
    for product, of_one in enumerate(boxes):
        own = points[..., product]
        for box in of_one:
            cells = np.ix_(*(np.flatnonzero(mask[first]) for mask, first in zip(box.masks, firsts, strict=True)))
            own[cells] += box.value
    term = Term(columns, points.reshape(-1, len(products)), products, coarse)
    visits = np.bincount(term.cells(found), weights=weight, minlength=len(term.points)).astype(np.float64)
    pure, moved = _purify(points, visits.reshape(points.shape[:-1]))
    return Term(columns, pure.reshape(-1, len(products)), products, coarse), moved


def _groups(masks: Sequence[NDArray[np.bool_]]) -> NDArray[np.int64]:
    """Return which bins no mask tells apart: the group of each; shape (n_bins,)."""
    group = np.unique(np.stack(masks), axis=1, return_inverse=True)[1]
    return np.asarray(group.ravel(), dtype=np.int64)


def _purify(points: Floats, visits: Floats) -> tuple[Floats, list[Floats]]:
    """Take the means by each axis but the last, products, out of `points` in turn; return what is left and they."""
    pure, exposure, axes = points.copy(), visits[..., np.newaxis], range(visits.ndim)
    moved = [np.zeros((size, points.shape[-1])) for size in visits.shape]
    for _ in range(_ROUNDS):
        for axis in axes:
            others = tuple(other for other in axes if other != axis)
            mean = (exposure * pure).sum(axis=others) / np.maximum(exposure.sum(axis=others), 1e-300)
            pure -= np.expand_dims(mean, others)
            moved[axis] += mean
    return pure, moved
