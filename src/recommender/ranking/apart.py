"""What each term adds, for pairs of a row and a product."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.flat import FlatTerms
from recommender.ranking.terms import Term

__all__ = ["ByProduct", "by_product", "points_of_few", "points_of_many"]

Floats = NDArray[np.float64]
ByProduct = tuple[tuple[tuple[int, Floats], ...], ...]


def by_product(tables: Sequence[Term], n_products: int) -> ByProduct:
    """Return, per product, the places of its terms and their points of that product, shape (n_cells,)."""
    found: list[list[tuple[int, Floats]]] = [[] for _ in range(n_products)]
    for place, term in enumerate(tables):
        for product, points in zip(term.products.tolist(), np.ascontiguousarray(term.points.T), strict=True):
            found[product].append((place, points))
    return tuple(tuple(terms) for terms in found)


def points_of_many(
    tables: Sequence[Term],
    of_product: ByProduct,
    bins: NDArray[np.int32],
    rows: NDArray[np.integer],
    products: NDArray[np.integer],
) -> Floats:
    """Return the points of m pairs, product after product; shape (n_terms, m)."""
    found = np.zeros((len(tables), len(rows)))
    for product in np.unique(products).tolist():
        here = np.flatnonzero(products == product)
        asked = bins[:, rows[here]]
        for place, points in of_product[product]:
            found[place, here] = points.take(tables[place].cells(asked), mode="clip")
    return found


def points_of_few(
    flat: FlatTerms, bins: NDArray[np.int32], rows: NDArray[np.integer], products: NDArray[np.integer]
) -> Floats:
    """Return the same for a few rows, from the summands of all their products."""
    n_first, n_terms = len(flat.row_starts), flat.columns.shape[1]
    summands = flat.summands(bins)[:, rows, products]
    found = np.zeros((n_terms + 1, len(rows)))
    found[:n_first] = summands[:n_first]
    is_none = flat.bases[:, products] == len(flat.points) - 1
    found[np.where(is_none, n_terms, flat.terms[:, products]), np.arange(len(rows))] = summands[n_first:]
    return found[:n_terms]
