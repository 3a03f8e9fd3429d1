"""The columns that trees are grown on, in bins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Columns"]


@dataclass(frozen=True, eq=False)
class Columns:
    """What the trees are grown on.

    Attributes
    ----------
    found : array of shape (n_columns, n)
        The bin of each row.
    sizes
        How many bins each column has.
    is_category
        Columns that are split by sets of bins.
    has_gap
        Columns whose last bin is the missing value.
    monotone
        Per column 1 (points must not fall), -1 (must not rise) or 0.
    """

    found: NDArray[np.int32]
    sizes: tuple[int, ...]
    is_category: tuple[bool, ...]
    has_gap: tuple[bool, ...]
    monotone: tuple[int, ...]
