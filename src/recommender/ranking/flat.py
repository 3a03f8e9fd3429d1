"""All terms in a few arrays, so that one row takes a handful of look-ups however many terms there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.adding import is_wide, spread
from recommender.ranking.terms import Term

__all__ = ["FlatTerms", "flatten"]

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FlatTerms:
    """Terms joined.

    Attributes
    ----------
    columns : array of shape (depth, n_terms)
        Which columns a term is of, the first in the place of those that it lacks; depth is 2, or 3 where a term has 3.
    several
        Which terms are of several columns; the cells of the others are the bins of their column.
    groups
        The group of each bin of each column of each term, times the number of cells that a step of it goes on.
    group_starts : array of shape (depth, n_terms)
        Where the groups of a term's column begin.
    rows : array of shape (n_cells, n_products)
        The points of the first terms, of all products, 0 where a term has none; `row_starts`, shape (n_first_terms,),
        says where the cells of each begin.
    points
        Of the terms after these, and a 0 at the end.
    terms, bases, steps : arrays of shape (n_places, n_products)
        The later terms of each product in their order, where its points of that term begin, and how far apart they
        are; beyond its last term the 0.
    """

    columns: Index
    several: Index
    groups: Index
    group_starts: Index
    rows: NDArray[np.float64]
    row_starts: Index
    points: NDArray[np.float64]
    terms: Index
    bases: Index
    steps: Index

    def cells(self, bins: NDArray[np.int32]) -> Index:
        """Return the cell of each term in each row; shape (n_terms, n)."""
        found: Index = bins[self.columns[0]].astype(np.int64)
        if not len(self.several):
            return found
        starts, columns = self.group_starts[:, self.several], self.columns[:, self.several]
        groups = self.groups.take(starts[:, :, np.newaxis] + bins[columns])
        # added one by one, as a sum over an axis takes twice as long where there is one row
        cells = groups[0] + groups[1]
        for further in groups[2:]:
            cells += further
        found[self.several] = cells
        return found

    def summands(self, bins: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the points of each product's terms, in their order; shape (n_summands, n, n_products)."""
        cells, n_first = self.cells(bins), len(self.row_starts)
        first = self.rows.take(self.row_starts[:, np.newaxis] + cells[:n_first], axis=0)
        if n_first == len(cells):
            return np.asarray(first)
        later = cells[self.terms].transpose(0, 2, 1) * self.steps[:, np.newaxis]
        later += self.bases[:, np.newaxis]
        return np.concatenate([first, self.points.take(later)])


def flatten(tables: Sequence[Term], sizes: Sequence[int], n_products: int) -> FlatTerms:
    """Join the terms of a scorecard whose columns have `sizes` bins."""
    depth = max(2, *(len(term.columns) for term in tables), 0)
    groups = [_groups(term, sizes, depth) for term in tables]
    ends = np.cumsum([0, *(len(part) for of_one in groups for part in of_one)])
    first = list(takewhile(lambda term: is_wide(term, n_products), tables))
    later = tables[len(first) :]
    points = np.concatenate([*(term.points.ravel() for term in later), np.zeros(1)])
    rows = [np.zeros((0, n_products)), *(spread(term, n_products) for term in first)]
    return FlatTerms(
        np.array([(*term.columns, *[term.columns[0]] * depth)[:depth] for term in tables]).T,
        np.flatnonzero([len(term.columns) > 1 for term in tables]),
        np.concatenate([part for of_one in groups for part in of_one]),
        np.ascontiguousarray(ends[:-1].reshape(-1, depth).T),
        np.concatenate(rows),
        np.cumsum([0, *(len(term.points) for term in first)])[:-1],
        points,
        *_places(later, len(first), n_products, len(points) - 1),
    )


def _groups(term: Term, sizes: Sequence[int], depth: int) -> list[Index]:
    size = sizes[term.columns[0]]
    own = term.coarse or (np.arange(size),)
    widths = [int(groups.max()) + 1 for groups in own]
    steps = [int(np.prod(widths[i + 1 :])) for i in range(len(own))]
    none = [np.zeros(size, dtype=np.int64)] * (depth - len(own))
    return [groups * step for groups, step in zip(own, steps, strict=True)] + none


def _places(tables: Sequence[Term], n_before: int, n_products: int, nothing: int) -> tuple[Index, Index, Index]:
    products = [np.empty(0, np.int64), *(term.products for term in tables)]
    depth = np.bincount(np.concatenate(products), minlength=n_products)
    shape = (int(depth.max()), n_products)
    terms, steps, bases = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.full(shape, nothing)
    filled, start = np.zeros(n_products, dtype=np.int64), 0
    for t, term in enumerate(tables):
        place = (filled[term.products], term.products)
        terms[place], steps[place] = n_before + t, len(term.products)
        bases[place] = start + np.arange(len(term.products))
        filled[term.products] += 1
        start += term.points.size
    return terms, bases, steps
