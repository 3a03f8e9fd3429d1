"""Whether a propensity of 3 % means three in a hundred, by bins."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from recommender.evaluation.statistic import Statistic, ratio

__all__ = ["calibration_error"]

Floats = NDArray[np.float64]


def calibration_error(
    propensity: Floats, taken: NDArray[np.bool_], candidates: NDArray[np.bool_], *, bins: int = 10
) -> Statistic:
    """Return the expected calibration error over the candidates, in bins of equal mass; 0 to 1.

    Parameters
    ----------
    propensity, taken, candidates
        Shape (n_accounts, n_products) each; pairs that are no candidates, or whose propensity is NaN, are left out.

    Notes
    -----
    ECE = sum over bins of (pairs in the bin / pairs) * |take-up rate - mean propensity|; Naeini, Cooper &
    Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, 2015, with the equal-mass bins of
    Nixon et al., Measuring calibration in deep learning, 2019. Equal propensities stay in one bin. Noise alone
    makes it positive, and its bootstrap interval leans upwards.

    Examples
    --------
    >>> propensity = np.array([[0.1], [0.1], [0.5], [0.5]])
    >>> taken = np.array([[False], [False], [True], [False]])
    >>> calibration_error(propensity, taken, np.ones((4, 1), dtype=bool), bins=2).value  # (0.1 + 0) / 2
    0.05
    """
    rows, columns = np.nonzero(candidates & ~np.isnan(propensity))
    p, y = propensity[rows, columns], taken[rows, columns]
    place = (rankdata(p) - 0.5) / max(len(p), 1)
    cells = rows * bins + np.minimum((place * bins).astype(np.int64), bins - 1)
    sums = [_sums(cells, weights, len(propensity), bins) for weights in (p - y, np.ones(len(p)))]
    return Statistic(np.concatenate(sums, axis=1), lambda totals: _error(totals, bins), len(propensity))


def _sums(cells: NDArray[np.int64], weights: Floats, n: int, bins: int) -> Floats:
    return np.bincount(cells, weights=weights, minlength=n * bins).reshape(n, bins).astype(np.float64)


def _error(totals: Floats, bins: int) -> Floats:
    return ratio(np.abs(totals[..., :bins]).sum(axis=-1), totals[..., bins:].sum(axis=-1))
