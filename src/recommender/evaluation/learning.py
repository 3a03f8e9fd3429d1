"""Learn from past cut-offs as a training run would: the latest of them is kept for the calibration."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
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
    training; a ranker that does not, or with a single cut-off to learn from, is fitted on all of them as it is. As in
    training, rows say which account they are of.
    """
    *earlier, latest = examples.cut_offs
    if not earlier or not hasattr(ranker, "compile"):
        return _as_it_is(_fitted(ranker, examples))
    fitted, later = _fitted(ranker, examples.at(earlier)), examples.at([latest])
    scorecard = calibrate(fitted.compile(), later.X, later.y, later.held)
    columns = list(examples.products)
    return lambda other: predict(scorecard, other.X, other.held, fitted.products_)[columns].to_numpy(dtype=np.float64)


def _fitted(ranker: Any, examples: Examples) -> Any:
    """Fit a clone to rows that say by their index which account they are of."""
    account = pd.Index(examples.account_id)
    return clone(ranker).fit(*(part.set_axis(account) for part in (examples.X, examples.y, examples.held)))


def _as_it_is(fitted: Any) -> Says:
    return lambda other: np.asarray(
        fitted.predict_proba(other.X, other.held)[list(other.products)].to_numpy(dtype=np.float64)
    )
