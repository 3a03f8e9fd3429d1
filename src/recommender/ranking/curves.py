"""A calibration curve per product, drawn towards the pooled one as far as the product's take-ups are few."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.links import Link
from recommender.ranking.minimum import find_minimum
from recommender.ranking.one_thread import one_blas_thread

__all__ = ["fit_curves"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_ROUNDS = 8
_LEAST_SPREAD = 1e-3
_SHIFT_SPREAD = 5.0
_SLOPE_SPREAD = 3.0


def fit_curves(scores: Floats, target: Floats, is_open: Flags, weight: Floats, link: Link) -> tuple[Floats, Floats]:
    """Return shift and slope of each product, so that `shift + slope * scores` are calibrated log-odds.

    Platt's curve with partial pooling: the shift at a product's mean score and the logarithm of its slope are
    normal around the pooled curve, and the two variances are estimated from the products themselves
    (empirical Bayes: expectation-maximisation on Laplace approximations). So a product with many take-ups has a
    curve of its own, one without any has the pooled curve, and a slope is never negative.

    Parameters
    ----------
    scores, target, is_open : arrays of shape (n, n_products)
        Log-odds as they are; what was taken up, 0 to 1; which pairs are examples.
    weight : array of shape (n,)

    Returns
    -------
    shift, slope : arrays of shape (n_products,)
    """
    exposure = weight[:, np.newaxis] * is_open
    centre = (exposure * scores).sum(axis=0) / np.maximum(exposure.sum(axis=0), 1e-12)
    curves = _Curves(scores - centre, centre, target, is_open, exposure, link)
    spread, parameters = np.array([1.0, 0.5]), np.zeros(2 * len(centre) + 2)
    with one_blas_thread():
        for _ in range(_ROUNDS):
            parameters = find_minimum(partial(curves.loss, spread=spread), parameters)
            next_spread = curves.spread(parameters, spread)
            parameters[2:] *= np.repeat(spread / next_spread, len(centre))
            spread = next_spread
    shift, slope = curves.unfold(parameters, spread)
    return shift - slope * centre, slope


class _Curves:
    """The likelihood of all curves; parameters are the pooled shift and log-slope, then deviations in spreads."""

    def __init__(
        self, deviation: Floats, centre: Floats, target: Floats, is_open: Flags, exposure: Floats, link: Link
    ) -> None:
        self.deviation, self.centre, self.target = deviation, centre, target
        self.is_open, self.exposure, self.link = is_open, exposure, link

    def unfold(self, parameters: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Return the log-odds at the mean score and the slope of each product."""
        shift, slope = parameters[2:].reshape(2, -1) * spread[:, np.newaxis]
        return parameters[0] + np.exp(parameters[1]) * self.centre + shift, np.exp(parameters[1] + slope)

    def loss(self, parameters: Floats, spread: Floats) -> tuple[float, Floats]:
        """Return the penalised negative log-likelihood and its gradient."""
        at_mean, slope = self.unfold(parameters, spread)
        likelihood, residual = self._residual(at_mean + slope * self.deviation)
        by_shift = residual.sum(axis=0)
        by_slope = (residual * self.deviation).sum(axis=0) * slope
        pooled_slope = np.exp(parameters[1])
        gradient = np.concatenate(
            [
                [by_shift.sum() + parameters[0] / _SHIFT_SPREAD**2],
                [by_slope.sum() + (by_shift * self.centre).sum() * pooled_slope + parameters[1] / _SLOPE_SPREAD**2],
                by_shift * spread[0] + parameters[2 : 2 + len(slope)],
                by_slope * spread[1] + parameters[2 + len(slope) :],
            ]
        )
        penalty = parameters[0] ** 2 / _SHIFT_SPREAD**2 + parameters[1] ** 2 / _SLOPE_SPREAD**2
        return float(likelihood + (penalty + np.sum(parameters[2:] ** 2)) / 2), gradient

    def spread(self, parameters: Floats, spread: Floats) -> Floats:
        """Return the standard deviations of shift and log-slope between products."""
        at_mean, slope = self.unfold(parameters, spread)
        share = self._share(at_mean + slope * self.deviation)
        information = self.exposure * share * (1 - share)
        precision = np.stack([information.sum(axis=0), (information * (slope * self.deviation) ** 2).sum(axis=0)])
        deviation = parameters[2:].reshape(2, -1) * spread[:, np.newaxis]
        variance = deviation**2 + 1 / (precision + 1 / spread[:, np.newaxis] ** 2)
        return np.asarray(np.maximum(np.sqrt(variance.mean(axis=1)), _LEAST_SPREAD))

    def _residual(self, log_odds: Floats) -> tuple[float, Floats]:
        residual = self.exposure * (self._share(log_odds) - self.target)
        if self.link == "independent":
            fit = np.logaddexp(0.0, log_odds) - self.target * log_odds
            return float((self.exposure * fit).sum()), residual
        total = np.logaddexp.reduce(np.where(self.is_open, log_odds, -np.inf), axis=1, keepdims=True)
        return float((self.exposure * self.target * (total - log_odds)).sum()), residual

    def _share(self, log_odds: Floats) -> Floats:
        if self.link == "independent":
            return 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
        scores = np.where(self.is_open, log_odds, -np.inf)
        weight = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))
