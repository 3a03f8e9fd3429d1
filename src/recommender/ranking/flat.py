"""All terms in a few arrays, so that one row takes a handful of look-ups however many terms there are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.adding import leading_wide, spread
from recommender.ranking.cells import Cells, cells_of
from recommender.ranking.terms import Term

__all__ = ["FlatTerms", "flatten"]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FlatTerms:
    """Terms joined.

    Attributes
    ----------
    cells
        Of all terms.
    rows : array of shape (n_cells, n_products)
        The points of the first terms, of all products, 0 where a term has none; `row_starts`, shape (n_first_terms,),
        says where the cells of each begin.
    points
        Of the terms after these, product by product.
    terms, starts, products : arrays of shape (n_later,)
        Each later term with each of its products, in the order of the terms: where its points of the product begin.
    """

    cells: Cells
    rows: Floats
    row_starts: Index
    points: Floats
    terms: Index
    starts: Index
    products: Index

    def add(self, intercept: Floats, bins: NDArray[np.int32]) -> Floats:
        """Return what `add_terms` returns, of a few rows."""
        cells = self.cells.find(np.ascontiguousarray(bins.T))
        n, n_first, n_products = len(cells), len(self.row_starts), len(intercept)
        first = np.empty((n_first + 1, n, n_products))
        first[0] = intercept
        self.rows.take((cells[:, :n_first] + self.row_starts).T, axis=0, out=first[1:], mode="clip")
        # accumulate adds from left to right; sum would pair the summands
        total: Floats = np.add.accumulate(first, axis=0)[-1]
        return total if n_first == cells.shape[1] else self._add_later(total, cells)

    def _add_later(self, total: Floats, cells: Index) -> Floats:
        """Add the later terms; bincount adds to each place what comes for it, in turn."""
        points = self.points.take(cells.take(self.terms, axis=1) + self.starts)
        places = np.arange(total.size).reshape(total.shape)
        at = np.concatenate([places, places.take(self.products, axis=1)], axis=1)
        sums = np.bincount(at.ravel(), np.concatenate([total, points], axis=1).ravel())
        return np.asarray(sums.reshape(total.shape))


def flatten(tables: Sequence[Term], n_products: int) -> FlatTerms:
    """Join the terms of a scorecard."""
    n_first = leading_wide(tables, n_products)
    first, later = tables[:n_first], tables[n_first:]
    points = [of_one for term in later for of_one in term.points.T]
    return FlatTerms(
        cells_of(tables),
        np.concatenate([np.zeros((0, n_products)), *(spread(term, n_products) for term in first)]),
        np.cumsum([0, *(len(term.points) for term in first)])[:-1],
        np.concatenate([np.zeros(0), *points]),
        np.repeat(np.arange(n_first, len(tables)), [len(term.products) for term in later]),
        np.cumsum([0, *map(len, points)])[:-1],
        np.concatenate([np.zeros(0, np.int64), *(term.products for term in later)]),
    )
