"""The sum of the terms of many rows, each product's terms in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.terms import Term

__all__ = ["Run", "add_terms", "is_wide", "runs_of", "spread"]

Floats = NDArray[np.float64]

# so many rows at a time that what is added to stays in the cache of a core
_WIDE_BLOCK: Final = 1024
_NARROW_BLOCK: Final = 8192
# to add a row of points to all products costs about as much as to add a point to each of so many
_WIDE: Final = 10


@dataclass(frozen=True, eq=False)
class Run:
    """Terms that follow one another and are added in the same way.

    `points` holds, per term, the points of all products, shape (n_cells, n_products), where the run `is_wide`, and
    otherwise those of the products of the term, shape (n_products_of_the_term, n_cells).
    """

    is_wide: bool
    terms: tuple[Term, ...]
    points: tuple[Floats, ...]


def runs_of(tables: Sequence[Term], n_products: int) -> tuple[Run, ...]:
    """Part the terms of a scorecard into runs."""
    return tuple(
        _run(wide, tuple(terms), n_products)
        for wide, terms in groupby(tables, key=lambda term: is_wide(term, n_products))
    )


def is_wide(term: Term, n_products: int) -> bool:
    """Whether it is quicker to add the term to all products than to its own alone."""
    return len(term.products) >= min(_WIDE, n_products)


def spread(term: Term, n_products: int) -> Floats:
    """Return the points of all products, 0 where the term has none; shape (n_cells, n_products)."""
    points = np.zeros((len(term.points), n_products))
    points[:, term.products] = term.points
    return points


def add_terms(runs: Sequence[Run], intercept: Floats, bins: NDArray[np.int32]) -> Floats:
    """Return the log-odds of rows with these bins, shape (n_columns, n); the result has shape (n, n_products)."""
    total = np.repeat(intercept[np.newaxis], bins.shape[1], axis=0)
    for run in runs:
        add, length = (_add_rows, _WIDE_BLOCK) if run.is_wide else (_add_points, _NARROW_BLOCK)
        for start in range(0, bins.shape[1], length):
            block = slice(start, start + length)
            add(run, total[block], bins[:, block])
    return total


def _run(wide: bool, terms: tuple[Term, ...], n_products: int) -> Run:  # noqa: FBT001  groupby's key
    points = (spread(term, n_products) if wide else np.ascontiguousarray(term.points.T) for term in terms)
    return Run(wide, terms, tuple(points))


def _add_rows(run: Run, total: Floats, bins: NDArray[np.int32]) -> None:
    found = np.empty(total.shape)
    for term, points in zip(run.terms, run.points, strict=True):
        total += points.take(term.cells(bins), axis=0, out=found, mode="clip")


def _add_points(run: Run, total: Floats, bins: NDArray[np.int32]) -> None:
    by_product, found = np.ascontiguousarray(total.T), np.empty(len(total))
    for term, points in zip(run.terms, run.points, strict=True):
        cells = term.cells(bins)
        for product, of_one in zip(term.products.tolist(), points, strict=True):
            by_product[product] += of_one.take(cells, out=found, mode="clip")
    total[:] = by_product.T
