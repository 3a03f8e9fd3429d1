"""One term of a scorecard: a table of points."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Term"]


@dataclass(frozen=True, eq=False)
class Term:
    """Points by the bin of one column, or by the cell that the bins of two or three columns make.

    Attributes
    ----------
    columns
        One to three positions among the columns of the scorecard.
    points : array of shape (n_cells, n_products_of_the_term)
        What each cell adds to the log-odds.
    products : array of shape (n_products_of_the_term,)
        Positions of the products that the term has points for, rising.
    coarse
        Of several columns, for each, the group that each bin falls in; the cell of a pair is
        `group of the first * number of groups of the second + group of the second`, and so on. Empty for one column.
    """

    columns: tuple[int, ...]
    points: NDArray[np.float64]
    products: NDArray[np.int64]
    coarse: tuple[NDArray[np.int64], ...] = ()

    @cached_property
    def steps(self) -> tuple[NDArray[np.int64], ...]:
        """The `coarse` groups, each times the number of cells that a step of it goes on."""
        widths = [int(groups.max()) + 1 for groups in self.coarse]
        return tuple(groups * int(np.prod(widths[i + 1 :])) for i, groups in enumerate(self.coarse))

    def cells(self, bins: NDArray[np.integer]) -> NDArray[np.integer]:
        """Return the cell of each row from the bins of all columns; shape (n,)."""
        if not self.coarse:
            return np.asarray(bins[self.columns[0]])
        parts = (step.take(bins[column], mode="clip") for step, column in zip(self.steps, self.columns, strict=True))
        cell: NDArray[np.integer] = next(parts)
        for part in parts:
            cell += part
        return cell
