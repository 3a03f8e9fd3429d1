"""Rates for the products of which no take-up was seen."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from recommender.errors import ModelError
from recommender.ranking.links import logit
from recommender.ranking.scorecard import PRIOR, Scorecard

__all__ = ["with_priors"]


def with_priors(scorecard: Scorecard, rates: Mapping[str, float]) -> Scorecard:
    """Give the products flagged `prior` the rates named, for example of their category; the others stay.

    Raises
    ------
    ModelError
        If a rate does not lie between 0 and 1, both excluded.

    Examples
    --------
    >>> card = Scorecard("independent", ("a",), ("a",), (), (), np.zeros(1), np.array([0.5]),
    ...                  np.array([PRIOR], np.uint8))
    >>> with_priors(card, {"a": 0.25}).base_rate
    array([0.25])
    """
    if wrong := sorted((product, rate) for product, rate in rates.items() if not 0 < rate < 1):
        raise ModelError(f"A prior rate must lie between 0 and 1, but these came: {wrong[:5]}.")
    new = np.array([rates.get(product, np.nan) for product in scorecard.products])
    applies = np.isfinite(new) & (scorecard.flag_bits & PRIOR > 0)
    base_rate = np.where(applies, new, scorecard.base_rate)
    intercept = scorecard.intercept.copy()
    intercept[applies] += logit(base_rate[applies]) - logit(scorecard.base_rate[applies])
    return replace(scorecard, intercept=intercept, base_rate=base_rate)
