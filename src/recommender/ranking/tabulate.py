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
    """Return one term per column or pair that any product has a table for, columns first.

    What a pair says about either of its columns alone, over the rows, is moved to that column: the sum stays, and
    a pair keeps only what the columns do not say by themselves.

    Parameters
    ----------
    tables
        Of each product.
    found : array of shape (n_columns, n)
        The bin of each row.
    weight : array of shape (n,)
    """
    pairs = [
        _pair(columns, tables, found, weight)
        for columns in sorted({key for of_one in tables for key in of_one})
        if len(columns) == 2
    ]
    singles = _singles(tables)
    for pair, rows, columns in pairs:
        for column, moved, groups in zip(pair.columns, (rows, columns), pair.coarse, strict=True):
            base = singles.setdefault(column, np.zeros((len(groups), len(tables))))
            base[:, pair.products] += moved[groups]
    everything = np.arange(len(tables))
    return [Term((column,), points, everything) for column, points in sorted(singles.items())] + [
        p for p, _, _ in pairs
    ]


def _singles(tables: Sequence[Tables]) -> dict[int, Floats]:
    singles: dict[int, Floats] = {}
    for product, of_one in enumerate(tables):
        for columns, table in of_one.items():
            if len(columns) == 1:
                points = singles.setdefault(columns[0], np.zeros((len(table), len(tables))))
                points[:, product] += table
    return singles


def _pair(
    columns: tuple[int, ...], tables: Sequence[Tables], found: NDArray[np.int32], weight: Floats
) -> tuple[Term, Floats, Floats]:
    """Return the term of a pair and what was taken from it for its first and for its second column."""
    products = np.array([p for p, of_one in enumerate(tables) if columns in of_one])
    table = np.stack([tables[p][columns] for p in products], axis=-1)
    first, groups_of_first = _group(table)
    second, groups_of_second = _group(first.swapaxes(0, 1))
    points = second.swapaxes(0, 1)
    coarse = groups_of_first, groups_of_second
    term = Term(columns, points.reshape(-1, len(products)), products, coarse)
    visits = np.bincount(term.cells(found), weights=weight, minlength=len(term.points)).astype(np.float64)
    pure, rows, cols = _purify(points, visits.reshape(points.shape[:2]))
    return Term(columns, pure.reshape(-1, len(products)), products, coarse), rows, cols


def _group(table: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the distinct rows of a table, and which of them each row is."""
    distinct, group = np.unique(table.reshape(len(table), -1), axis=0, return_inverse=True)
    return distinct.reshape(-1, *table.shape[1:]), np.asarray(group.ravel(), dtype=np.int64)


def _purify(points: Floats, visits: Floats) -> tuple[Floats, Floats, Floats]:
    """Take the means of rows and columns out of each table of shape (n_rows, n_columns, n_products) in turn."""
    pure, exposure = points.copy(), visits[:, :, np.newaxis]
    rows, columns = np.zeros_like(points[:, 0]), np.zeros_like(points[0])
    by_row, by_column = np.maximum(exposure.sum(axis=1), 1e-300), np.maximum(exposure.sum(axis=0), 1e-300)
    for _ in range(_ROUNDS):
        mean = (exposure * pure).sum(axis=1) / by_row
        pure -= mean[:, np.newaxis]
        rows += mean
        mean = (exposure * pure).sum(axis=0) / by_column
        pure -= mean[np.newaxis]
        columns += mean
    return pure, rows, columns
