"""The cells of several terms at once, so that it takes a handful of look-ups however many terms there are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.terms import Term

__all__ = ["Cells", "cells_of"]

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cells:
    """How the cells of `n_terms` terms are found.

    Attributes
    ----------
    columns : array of shape (n_terms,)
        The first column of each term; of a term with one column, its bin is the cell.
    several : array of shape (n_several,)
        Which terms are of several columns.
    columns_of_several : array of shape (depth, n_several)
        Their columns, the first in the place of those that a term lacks; depth is 2, or 3 where a term has 3.
    steps
        What each bin of each of these adds to the cell (see `Term.steps`), one after the other.
    starts : array of shape (depth, n_several)
        Where those of a term's column begin.
    """

    columns: Index
    several: Index
    columns_of_several: Index
    steps: Index
    starts: Index

    def find(self, bins: NDArray[np.int32]) -> Index:
        """Return the cells of rows with these bins, shape (n, n_columns); the result has shape (n, n_terms)."""
        found: Index = bins.take(self.columns, axis=1).astype(np.int64)
        if not len(self.several):
            return found
        steps = self.steps.take(bins.take(self.columns_of_several, axis=1) + self.starts)
        # added one by one, as a sum over an axis takes twice as long where there is one row
        cells = steps[:, 0] + steps[:, 1]
        for further in range(2, steps.shape[1]):
            cells += steps[:, further]
        found[:, self.several] = cells
        return found


def cells_of(terms: Sequence[Term]) -> Cells:
    """Join the steps of `terms`."""
    several = [term for term in terms if len(term.columns) > 1]
    depth = max(2, *(len(term.columns) for term in several), 0)
    columns = [(*term.columns, *[term.columns[0]] * depth)[:depth] for term in several]
    steps = [step for term in several for step in _padded(term, depth)]
    ends = np.cumsum([0, *map(len, steps)])
    return Cells(
        np.array([term.columns[0] for term in terms], dtype=np.int64),
        np.flatnonzero([len(term.columns) > 1 for term in terms]),
        np.array(columns, dtype=np.int64).reshape(-1, depth).T,
        np.concatenate([np.empty(0, np.int64), *steps]),
        np.ascontiguousarray(ends[:-1].reshape(-1, depth).T),
    )


def _padded(term: Term, depth: int) -> list[Index]:
    return [*term.steps, *[np.zeros_like(term.steps[0])] * (depth - len(term.steps))]
