"""What each term adds, for pairs of a row and a product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.cells import Cells, cells_of
from recommender.ranking.terms import Term

__all__ = ["Apart", "OfProduct", "by_product", "points_by_product"]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

# so many pairs at a time that their cells stay in the cache of a core
_BLOCK: Final = 1024


@dataclass(frozen=True, eq=False)
class OfProduct:
    """The terms that have points for one product.

    Attributes
    ----------
    terms, starts : arrays of shape (n_terms_of_the_product,)
        Which terms, rising, and where the points of each begin.
    cells
        Of these terms.
    points
        Of this product, cell by cell and term after term.
    """

    terms: Index
    starts: Index
    cells: Cells
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
    found: list[list[tuple[int, Term, Floats]]] = [[] for _ in range(n_products)]
    for place, term in enumerate(tables):
        for product, points in zip(term.products.tolist(), np.ascontiguousarray(term.points.T), strict=True):
            found[product].append((place, term, points))
    return tuple(map(_joined, found))


def points_by_product(
    of_product: Sequence[OfProduct],
    bins: NDArray[np.int32],
    rows: NDArray[np.integer],
    products: NDArray[np.integer],
) -> Iterator[Apart]:
    """Give the points of m pairs: product after product, and in each block after block."""
    by_row = np.ascontiguousarray(bins.T)
    order = np.argsort(products, kind="stable")
    asked, starts = np.unique(products[order], return_index=True)
    for product, pairs in zip(asked.tolist(), np.split(order, starts)[1:], strict=True):
        own = of_product[product]
        for start in range(0, len(pairs), _BLOCK):
            some = pairs[start : start + _BLOCK]
            cells = own.cells.find(by_row.take(rows[some], axis=0))
            cells += own.starts
            yield Apart(some, own.terms, own.points.take(cells))


def _joined(terms: Sequence[tuple[int, Term, Floats]]) -> OfProduct:
    ends = np.cumsum([0, *(len(points) for _, _, points in terms)])
    return OfProduct(
        np.array([place for place, _, _ in terms], dtype=np.int64),
        ends[:-1],
        cells_of([term for _, term, _ in terms]),
        np.concatenate([np.empty(0), *(points for _, _, points in terms)]),
    )
