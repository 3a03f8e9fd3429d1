"""One term of a scorecard: a table of points."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Term"]


@dataclass(frozen=True, eq=False)
class Term:
    """Points by the bin of one column, or by the cell that the bins of two columns make.

    Attributes
    ----------
    columns
        One or two positions among the columns of the scorecard.
    points : array of shape (n_cells, n_products_of_the_term)
        What each cell adds to the log-odds.
    products : array of shape (n_products_of_the_term,)
        Positions of the products that the term has points for, rising.
    coarse
        Of a pair, for either column, the group that each bin falls in; the cell is
        `group of the first * number of groups of the second + group of the second`. Empty for one column.
    """

    columns: tuple[int, ...]
    points: NDArray[np.float64]
    products: NDArray[np.int64]
    coarse: tuple[NDArray[np.int64], ...] = ()

    def cells(self, bins: NDArray[np.integer]) -> NDArray[np.integer]:
        """Return the cell of each row from the bins of all columns; shape (n,)."""
        if not self.coarse:
            return np.asarray(bins[self.columns[0]])
        left, right = (
            steps.take(bins[column], mode="clip") for steps, column in zip(self._steps, self.columns, strict=True)
        )
        return np.asarray(left + right)

    @cached_property
    def _steps(self) -> tuple[NDArray[np.intp], ...]:
        first, second = self.coarse
        return (first * (int(second.max()) + 1)).astype(np.intp), second.astype(np.intp)
