"""From log-odds to propensities."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Link", "logit", "sigmoid", "softmax"]

Link = Literal["independent", "one_of"]
Floats = NDArray[np.float64]


def logit(rate: Floats) -> Floats:
    """Return log(rate / (1 - rate))."""
    return np.asarray(np.log(rate) - np.log1p(-rate))


def sigmoid(log_odds: Floats) -> Floats:
    """Return 1 / (1 + exp(-log_odds)) without overflow.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    decay = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, decay) / (1.0 + decay)


def softmax(scores: Floats, held: NDArray[np.bool_]) -> Floats:
    """Return the share of each product among those not held; of a held one, its share if it were not held.

    Parameters
    ----------
    scores, held : arrays of shape (n, n_products)

    Examples
    --------
    >>> softmax(np.zeros((1, 3)), np.array([[False, False, True]]))
    array([[0.5       , 0.5       , 0.33333333]])
    """
    open_scores = np.where(held, -np.inf, scores)
    top = open_scores.max(axis=1, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    weight = np.exp(open_scores - top)
    # accumulate adds from left to right whatever the number of rows; sum chooses its order by the shape
    total = np.ascontiguousarray(np.add.accumulate(weight, axis=1)[:, -1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(held, sigmoid(scores - top - np.log(total)), weight / total)
