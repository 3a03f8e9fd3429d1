"""Learn from past cut-offs as a training run would: the latest of them is kept for the calibration."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.evaluation.examples import Examples
from recommender.ranking import calibrate
from recommender.ranking.frames import predict

__all__ = ["learn"]

Says = Callable[[Examples], NDArray[np.float64]]


def learn(ranker: Any, examples: Examples) -> Says:
    """Fit a clone of `ranker` and return what it says of other examples: propensities, shape (n, P).

    A ranker that compiles is fitted on all cut-offs but the latest and calibrated on that one, as is done in
    training; a ranker that does not, or with a single cut-off to learn from, is fitted on all of them as it is.
    """
    *earlier, latest = examples.cut_offs
    if not earlier or not hasattr(ranker, "compile"):
        return _as_it_is(clone(ranker).fit(examples.X, examples.y, examples.held))
    first, later = examples.at(earlier), examples.at([latest])
    fitted = clone(ranker).fit(first.X, first.y, first.held)
    scorecard = calibrate(fitted.compile(), later.X, later.y, later.held)
    columns = list(examples.products)
    return lambda other: predict(scorecard, other.X, other.held, fitted.products_)[columns].to_numpy(dtype=np.float64)


def _as_it_is(fitted: Any) -> Says:
    return lambda other: np.asarray(
        fitted.predict_proba(other.X, other.held)[list(other.products)].to_numpy(dtype=np.float64)
    )
