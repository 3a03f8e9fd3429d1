"""The sum of the terms of many rows, each product's terms in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.terms import Term

__all__ = ["Sums", "add_terms", "leading_wide", "spread", "sums_of"]

Floats = NDArray[np.float64]

# so many rows at a time that what is added to stays in the cache of a core
_WIDE_BLOCK: Final = 1024
_NARROW_BLOCK: Final = 4096
# to add a row of points to all products costs about as much as to add a point to each of this share of them
_WIDE: Final = 0.4


@dataclass(frozen=True, eq=False)
class Sums:
    """The terms of a scorecard as they are added: the first ones row by row, those after them product by product.

    `rows` holds the points of all products, shape (n_cells, n_products), for each term of `first`; `points` those of
    the term's own products, shape (n_products_of_the_term, n_cells), for each term of `later`.
    """

    first: tuple[Term, ...]
    rows: tuple[Floats, ...]
    later: tuple[Term, ...]
    points: tuple[Floats, ...]


def sums_of(tables: Sequence[Term], n_products: int) -> Sums:
    """Lay the points of a scorecard out for `add_terms`."""
    n_first = leading_wide(tables, n_products)
    first, later = tuple(tables[:n_first]), tuple(tables[n_first:])
    return Sums(
        first,
        tuple(spread(term, n_products) for term in first),
        later,
        tuple(np.ascontiguousarray(term.points.T) for term in later),
    )


def leading_wide(tables: Sequence[Term], n_products: int) -> int:
    """Return how many terms, from the first on, are quicker added to all products than to their own alone."""
    return sum(1 for _ in takewhile(lambda term: len(term.products) >= _WIDE * n_products, tables))


def spread(term: Term, n_products: int) -> Floats:
    """Return the points of all products, 0 where the term has none; shape (n_cells, n_products)."""
    points = np.zeros((len(term.points), n_products))
    points[:, term.products] = term.points
    return points


def add_terms(sums: Sums, intercept: Floats, bins: NDArray[np.int32]) -> Floats:
    """Return the log-odds of rows with these bins, shape (n_columns, n); the result has shape (n, n_products)."""
    total = np.repeat(intercept[np.newaxis], bins.shape[1], axis=0)
    for block in _blocks(len(total), _WIDE_BLOCK):
        _add_rows(sums, total[block], bins[:, block])
    for block in _blocks(len(total) if sums.later else 0, _NARROW_BLOCK):
        _add_points(sums, total[block], bins[:, block].astype(np.intp))
    return total


def _blocks(n: int, length: int) -> list[slice]:
    return [slice(start, start + length) for start in range(0, n, length)]


def _add_rows(sums: Sums, total: Floats, bins: NDArray[np.int32]) -> None:
    found = np.empty(total.shape)
    for term, points in zip(sums.first, sums.rows, strict=True):
        total += points.take(term.cells(bins), axis=0, out=found, mode="clip")


def _add_points(sums: Sums, total: Floats, bins: NDArray[np.intp]) -> None:
    by_product, found = np.ascontiguousarray(total.T), np.empty(len(total))
    for term, points in zip(sums.later, sums.points, strict=True):
        cells = term.cells(bins)
        for product, of_one in zip(term.products.tolist(), points, strict=True):
            by_product[product] += of_one.take(cells, out=found, mode="clip")
    total[:] = by_product.T
