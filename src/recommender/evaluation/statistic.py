"""A figure as a function of sums over accounts, and its bootstrap interval by account."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Statistic", "bootstrap", "intervals", "mean_of", "quotient", "ratio"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Statistic:
    """A figure that depends on the rows through sums alone.

    `terms` has shape (n_rows, m). `of` maps sums of rows, shape (..., m), to the figure, shape (...); a figure that
    is not defined is NaN. `n` is the number of rows that the figure is about. A resample of the accounts then needs
    new sums and no second look at the pairs.
    """

    terms: Floats
    of: Callable[[Floats], Floats]
    n: int

    @property
    def value(self) -> float:
        """The figure over all rows."""
        return float(self.of(self.terms.sum(axis=0)))


def mean_of(values: Floats) -> Statistic:
    """Return the mean of `values`, shape (n,), over the rows where it is not NaN.

    Examples
    --------
    >>> mean_of(np.array([1.0, np.nan, 0.0])).value
    0.5
    """
    known = ~np.isnan(values)
    terms = np.stack([np.where(known, values, 0.0), known.astype(np.float64)], axis=1)
    return Statistic(terms, quotient, int(known.sum()))


def quotient(sums: Floats) -> Floats:
    """Divide the first sum by the second."""
    return ratio(sums[..., 0], sums[..., 1])


def ratio(above: NDArray[Any] | float, below: NDArray[Any] | float) -> Floats:
    """Divide; NaN where `below` is 0."""
    above, below = np.broadcast_arrays(np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64))
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0))


def bootstrap(
    statistics: Sequence[Statistic], groups: NDArray[np.generic], *, resamples: int = 1000, random_state: int = 0
) -> Floats:
    """Return each statistic on `resamples` resamples of the accounts; shape (resamples, n_statistics).

    Parameters
    ----------
    statistics
        All over the same rows.
    groups
        The account of each row, shape (n_rows,). The rows of an account (its months) are drawn together, as they
        are no independent witnesses (Davison & Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
    random_state
        Equal seeds draw equal accounts, whatever the statistics: columns of two calls over the same accounts are
        paired.
    """
    if not statistics:
        return np.empty((resamples, 0))
    _, codes = np.unique(groups, return_inverse=True)
    sums = np.concatenate([_by_group(statistic.terms, codes) for statistic in statistics], axis=1)
    totals = _resampled(sums, resamples, np.random.default_rng(random_state))
    ends = np.cumsum([statistic.terms.shape[1] for statistic in statistics])
    parts = np.split(totals, ends[:-1], axis=1)
    return np.stack([statistic.of(part) for statistic, part in zip(statistics, parts, strict=True)], axis=1)


def intervals(replicates: Floats, *, level: float = 0.95) -> Floats:
    """Return the percentile interval of each column of `replicates`; shape (n_statistics, 2), NaN where undefined."""
    bounds = np.full((replicates.shape[1], 2), np.nan)
    defined = ~np.isnan(replicates).all(axis=0)
    tails = [(1 - level) / 2, (1 + level) / 2]
    bounds[defined] = np.nanquantile(replicates[:, defined], tails, axis=0).T
    return bounds


def _by_group(terms: Floats, codes: NDArray[np.intp]) -> Floats:
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return np.asarray(np.add.reduceat(terms[order], starts, axis=0)) if len(order) else terms


def _resampled(sums: Floats, resamples: int, random: np.random.Generator, chunk: int = 50) -> Floats:
    n = len(sums)
    totals = np.zeros((resamples, sums.shape[1]))
    for start in range(0, resamples if n else 0, chunk):
        rows = range(start, min(start + chunk, resamples))
        drawn = [np.bincount(random.integers(n, size=n), minlength=n) for _ in rows]
        totals[start : rows.stop] = np.array(drawn, dtype=np.float64) @ sums
    return totals
