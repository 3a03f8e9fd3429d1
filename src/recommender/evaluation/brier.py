"""How far propensities are from what happened."""

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.statistic import Statistic, quotient, ratio

__all__ = ["brier_score", "brier_skill"]

Floats = NDArray[np.float64]


def brier_score(propensity: Floats, taken: NDArray[np.bool_], candidates: NDArray[np.bool_]) -> Statistic:
    """Return the mean of (propensity - take-up)^2 over the candidates, 0 to 1; Brier, 1950.

    Parameters
    ----------
    propensity, taken, candidates
        Shape (n_accounts, n_products) each; pairs that are no candidates, or whose propensity is NaN, are left out.
    """
    judged = candidates & ~np.isnan(propensity)
    terms = np.stack([_squares(propensity, taken, judged).sum(axis=1), judged.sum(axis=1)], axis=1)
    return Statistic(terms, quotient, len(propensity))


def brier_skill(propensity: Floats, taken: NDArray[np.bool_], candidates: NDArray[np.bool_]) -> Statistic:
    """Return 1 - Brier score / Brier score of each product's own take-up rate; 1 is perfect, 0 no better than rates.

    Notes
    -----
    The reference is the rate of each product among the same candidates and not one rate for all: knowing which
    product sells more is no skill in telling accounts apart. Hamill & Juras, Measuring forecast skill: is it real
    skill or is it the varying climatology?, 2006.
    """
    judged = candidates & ~np.isnan(propensity)
    n_products = propensity.shape[1]
    squares = _squares(propensity, taken, judged).sum(axis=1, keepdims=True)
    terms = np.concatenate([squares, taken & judged, judged], axis=1, dtype=np.float64)
    return Statistic(terms, lambda sums: _skill(sums, n_products), len(propensity))


def _squares(propensity: Floats, taken: NDArray[np.bool_], judged: NDArray[np.bool_]) -> Floats:
    return np.where(judged, np.square(propensity - taken), 0.0)


def _skill(sums: Floats, n_products: int) -> Floats:
    positives, pairs = sums[..., 1 : 1 + n_products], sums[..., 1 + n_products :]
    reference = (positives * (1 - np.nan_to_num(ratio(positives, pairs)))).sum(axis=-1)
    return 1 - ratio(sums[..., 0], reference)
