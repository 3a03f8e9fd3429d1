"""Whether propensities are too extreme or too tame, and too high or too low on the whole."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.statistic import Statistic, ratio

__all__ = ["calibration_intercept", "calibration_slope"]

Floats = NDArray[np.float64]
_SMALLEST = 1e-12
_STEPS = 100
_LONGEST = 2.0
_CLOSE = 1e-10
_FLAT = 700.0


def calibration_slope(propensity: Floats, taken: NDArray[np.bool_], candidates: NDArray[np.bool_]) -> Statistic:
    """Return b of logit P(take-up) = a + b logit(propensity); 1 is right, below 1 is too extreme.

    Parameters
    ----------
    propensity, taken, candidates
        Shape (n_accounts, n_products) each; pairs that are no candidates, or whose propensity is NaN, are left out.

    Returns
    -------
    NaN where all propensities are equal, or where all or none were taken up, or where they part both perfectly.

    Notes
    -----
    Maximum likelihood; Cox, Two further applications of a model for binary regression, 1958. On resamples it is
    the single Newton step from the estimate on all rows (Davidson & MacKinnon, Bootstrap testing in nonlinear
    models, 1999), which needs sums alone.
    """
    z, y, rows = _log_odds(propensity, taken, candidates)
    x = z - z.mean() if len(z) else z
    estimate = _estimate(x, y, np.zeros(len(z)), _line)
    terms = _by_row(rows, _gradients(x, y, np.zeros(len(z)), estimate), len(propensity))
    return Statistic(terms, lambda sums: (estimate + _line(sums))[..., 1], len(propensity))


def calibration_intercept(propensity: Floats, taken: NDArray[np.bool_], candidates: NDArray[np.bool_]) -> Statistic:
    """Return a of logit P(take-up) = a + logit(propensity); 0 is right, below 0 is propensities too high.

    Notes
    -----
    Calibration in the large: Van Calster et al., Calibration: the Achilles heel of predictive analytics, 2019. The
    rest as in `calibration_slope`.
    """
    z, y, rows = _log_odds(propensity, taken, candidates)
    estimate = _estimate(np.zeros(len(z)), y, z, _level)
    terms = _by_row(rows, _gradients(np.zeros(len(z)), y, z, estimate), len(propensity))
    return Statistic(terms, lambda sums: (estimate + _level(sums))[..., 0], len(propensity))


def _log_odds(
    propensity: Floats, taken: NDArray[np.bool_], candidates: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    rows, columns = np.nonzero(candidates & ~np.isnan(propensity))
    p = np.clip(propensity[rows, columns], _SMALLEST, 1 - _SMALLEST)
    return np.log(p) - np.log1p(-p), taken[rows, columns].astype(np.float64), rows


def _estimate(x: Floats, y: Floats, offset: Floats, step: Callable[[Floats], Floats]) -> Floats:
    estimate = np.zeros(2)
    for _ in range(_STEPS if 0 < y.sum() < len(y) else 0):
        move = step(_gradients(x, y, offset, estimate).sum(axis=0))
        move = move * min(1.0, _LONGEST / max(float(np.abs(move).max()), _LONGEST))
        estimate = estimate + move
        if not np.abs(move).max() >= _CLOSE:
            return estimate
    return np.full(2, np.nan)


def _gradients(x: Floats, y: Floats, offset: Floats, estimate: Floats) -> Floats:
    fitted = 1 / (1 + np.exp(-np.clip(offset + estimate[0] + estimate[-1] * x, -_FLAT, _FLAT)))
    weight = fitted * (1 - fitted)
    return np.stack([y - fitted, (y - fitted) * x, weight, weight * x, weight * x * x], axis=1)


def _by_row(rows: NDArray[np.int64], pairs: Floats, n: int) -> Floats:
    return np.stack([np.bincount(rows, weights=column, minlength=n) for column in pairs.T], axis=1).astype(np.float64)


def _line(sums: Floats) -> Floats:
    g0, g1, h00, h01, h11 = np.moveaxis(sums, -1, 0)
    determinant = np.where(h11 > _CLOSE * h00, h00 * h11 - h01 * h01, 0.0)
    return np.stack([ratio(h11 * g0 - h01 * g1, determinant), ratio(h00 * g1 - h01 * g0, determinant)], axis=-1)


def _level(sums: Floats) -> Floats:
    move = ratio(sums[..., 0], sums[..., 2])
    return np.stack([move, np.zeros_like(move)], axis=-1)
