"""The columns that trees are grown on, in bins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.binning import Bins, CategoryBins, NumericBins

__all__ = ["Columns", "make_columns"]


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

    @cached_property
    def varies(self) -> bool:
        """Whether any column tells rows apart; LightGBM refuses to grow trees where none does."""
        return bool((self.found != self.found[:, :1]).any())

    def values(self) -> NDArray[np.float32]:
        """Return the bins as LightGBM reads them, missing values as NaN; shape (n, n_columns)."""
        values = np.ascontiguousarray(self.found.T.astype(np.float32))
        for i, size in enumerate(self.sizes):
            if self.has_gap[i]:
                values[self.found[i] == size - 1, i] = np.nan
        return values


def make_columns(bins: Sequence[Bins], found: NDArray[np.int32], monotone: Mapping[str, int] | None = None) -> Columns:
    """Return the columns of a scorecard: features, products held, and their number.

    Parameters
    ----------
    found : array of shape (n_columns, n)
    monotone
        Of some features; the others are free.
    """
    n_held = len(found) - len(bins) - 1
    no = [False] * (n_held + 1)
    return Columns(
        found=found,
        sizes=(*(b.size for b in bins), *[2] * n_held, n_held + 1),
        is_category=(*(isinstance(b, CategoryBins) for b in bins), *no),
        has_gap=(*(isinstance(b, NumericBins) for b in bins), *no),
        monotone=(*((monotone or {}).get(b.feature, 0) for b in bins), *[0] * (n_held + 1)),
    )
