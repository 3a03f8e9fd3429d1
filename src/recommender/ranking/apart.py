"""What each term adds, for pairs of a row and a product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.flat import FlatTerms
from recommender.ranking.terms import Term

__all__ = ["Apart", "OfProduct", "by_product", "points_by_product"]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

# so many pairs at a time that their cells stay in the cache of a core
_BLOCK: Final = 8_192


@dataclass(frozen=True, eq=False)
class OfProduct:
    """The terms that have points for one product.

    Attributes
    ----------
    terms, starts : arrays of shape (n_terms_of_the_product,)
        Which terms, rising, and where the points of each begin.
    points
        Of this product, cell by cell and term after term.
    """

    terms: Index
    starts: Index
    points: Floats


@dataclass(frozen=True, eq=False)
class Apart:
    """What each term of a product adds to m pairs of a row and that product.

    Attributes
    ----------
    pairs : array of shape (m,)
        Which pairs.
    terms : array of shape (n_terms_of_the_product,)
        The terms that have points for the product; all others add 0.
    adds : array of shape (m, n_terms_of_the_product)
    """

    pairs: Index
    terms: Index
    adds: Floats


def by_product(tables: Sequence[Term], n_products: int) -> tuple[OfProduct, ...]:
    """Sort the points of a scorecard by product."""
    found: list[list[tuple[int, Floats]]] = [[] for _ in range(n_products)]
    for place, term in enumerate(tables):
        for product, points in zip(term.products.tolist(), np.ascontiguousarray(term.points.T), strict=True):
            found[product].append((place, points))
    return tuple(map(_joined, found))


def points_by_product(
    flat: FlatTerms,
    of_product: Sequence[OfProduct],
    bins: NDArray[np.int32],
    rows: NDArray[np.integer],
    products: NDArray[np.integer],
) -> Iterator[Apart]:
    """Give the points of m pairs: block after block, and in each product after product."""
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        needed, row = np.unique(rows[block], return_inverse=True)
        cells = np.ascontiguousarray(flat.cells(bins[:, needed]).T)
        for product in np.unique(products[block]).tolist():
            here, own = np.flatnonzero(products[block] == product), of_product[product]
            places = cells[row[here]].take(own.terms, axis=1)
            places += own.starts
            yield Apart(start + here, own.terms, own.points.take(places))


def _joined(terms: Sequence[tuple[int, Floats]]) -> OfProduct:
    ends = np.cumsum([0, *(len(points) for _, points in terms)])
    places = np.array([place for place, _ in terms], dtype=np.int64)
    return OfProduct(places, ends[:-1], np.concatenate([np.empty(0), *(points for _, points in terms)]))
