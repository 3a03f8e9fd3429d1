"""Ranks of values where equal values share the mean of their places."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["midranks"]


def midranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the places of `values` in ascending order, from 1; equal values share the mean of theirs.

    Examples
    --------
    >>> midranks(np.array([0.3, 0.1, 0.3]))
    array([2.5, 1. , 2.5])
    """
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[codes], dtype=np.float64)
