"""Where a number falls among edges, by a table of equal cells in place of a search."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Grid", "make_grid"]

Floats = NDArray[np.float64]

_MOST_CELLS = 1 << 12
_BLOCK = 1 << 13


@dataclass(frozen=True, eq=False)
class Grid:
    """Equal cells from the first edge to the last, no cell with two edges.

    A cell is found by arithmetic that never falls where the number rises, so that edges in cells further down are
    below the number whatever the rounding, and one comparison settles the edge in its own cell.

    Attributes
    ----------
    low, high, scale
        The first and the last edge, and cells per unit.
    below : array of shape (n_cells,)
        How many edges lie in the cells further down.
    edge : array of shape (n_cells,)
        The edge in each cell; infinite where there is none.
    """

    low: float
    high: float
    scale: float
    below: NDArray[np.int32]
    edge: Floats

    def find(self, values: Floats) -> NDArray[np.int32]:
        """Return how many edges lie below each value, shape (n,); a NaN counts for the lowest number."""
        found = np.empty(len(values), dtype=np.int32)
        for start in range(0, len(values), _BLOCK):
            part = values[start : start + _BLOCK]
            cell = _cells(part, self.low, self.high, self.scale)
            np.add(
                self.below.take(cell, mode="clip"),
                part > self.edge.take(cell, mode="clip"),
                out=found[start : start + _BLOCK],
            )
        return found


def make_grid(edges: Floats) -> Grid | None:
    """Return the grid of edges that are finite and rise strictly; None where they lie too close for one.

    Examples
    --------
    >>> make_grid(np.array([0.0, 1.0, 10.0])).find(np.array([-5.0, 0.0, 0.5, 10.0, 10.5, np.inf]))
    array([0, 0, 1, 2, 3, 3], dtype=int32)
    """
    if not len(edges) or not np.isfinite(float(edges[-1]) - float(edges[0])):
        return None
    low, high = float(edges[0]), float(edges[-1])
    n = 1 << len(edges).bit_length()
    while n <= _MOST_CELLS:
        scale = min(n / (high - low), np.finfo(np.float64).max) if high > low else 0.0
        cell = _cells(edges, low, high, scale)
        if len(np.unique(cell)) == len(edges):
            edge = np.full(n + 1, np.inf)
            edge[cell] = edges
            return Grid(low, high, scale, np.searchsorted(cell, np.arange(n + 1)).astype(np.int32), edge)
        n *= 2
    return None


def _cells(values: Floats, low: float, high: float, scale: float) -> NDArray[np.intp]:
    inside = np.fmax(values, low)
    np.fmin(inside, high, out=inside)
    inside -= low
    inside *= scale
    return inside.astype(np.intp)
