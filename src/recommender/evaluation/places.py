"""How high the take-ups stand."""

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.statistic import ratio

__all__ = ["average_precision_at_k", "ndcg_at_k", "reciprocal_rank"]

Floats = NDArray[np.float64]


def average_precision_at_k(ranks: NDArray[np.int64], taken: NDArray[np.bool_], k: int) -> Floats:
    """Return the average precision among the best k; NaN for an account without take-up.

    Parameters and shape as in `hit_at_k`.

    Notes
    -----
    AP@k = sum over the taken products at a rank r <= k of (taken products at ranks up to r) / r, divided by
    min(k, |taken|); its mean over accounts is MAP@k. Manning, Raghavan & Schuetze, Introduction to Information
    Retrieval, 2008, section 8.4.

    Examples
    --------
    >>> average_precision_at_k(np.array([[1, 2, 3]]), np.array([[True, False, True]]), k=3)  # (1/1 + 2/3) / 2
    array([0.83333333])
    """
    hits = _by_rank(ranks, taken, k)
    precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    return ratio((precision * hits).sum(axis=1), np.minimum(taken.sum(axis=1), k))


def ndcg_at_k(ranks: NDArray[np.int64], taken: NDArray[np.bool_], k: int) -> Floats:
    """Return the normalised discounted cumulative gain of the best k; NaN for an account without take-up.

    Parameters and shape as in `hit_at_k`.

    Notes
    -----
    DCG@k = sum over the taken products at a rank r <= k of 1 / log2(r + 1), divided by that of the ideal order.
    Jaervelin & Kekaelaeinen, Cumulated gain-based evaluation of IR techniques, 2002.

    Examples
    --------
    >>> ndcg_at_k(np.array([[1, 2, 3]]), np.array([[False, False, True]]), k=3)  # 1 / log2(4)
    array([0.5])
    """
    hits = _by_rank(ranks, taken, k)
    discounts = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discounts)])
    return ratio((hits * discounts).sum(axis=1), ideal[np.minimum(taken.sum(axis=1), len(discounts))])


def reciprocal_rank(ranks: NDArray[np.int64], taken: NDArray[np.bool_]) -> Floats:
    """Return 1 / the rank of the best-placed product taken up, 0 where none is ranked; NaN without take-up.

    Parameters and shape as in `hit_at_k`. Its mean over accounts is MRR: Voorhees, The TREC-8 question answering
    track report, 1999.

    Examples
    --------
    >>> reciprocal_rank(np.array([[1, 2, 3]]), np.array([[False, True, True]]))
    array([0.5])
    """
    best = np.where(taken & (ranks >= 1), ranks, np.inf).min(axis=1, initial=np.inf)
    return np.where(taken.any(axis=1), 1 / best, np.nan)


def _by_rank(ranks: NDArray[np.int64], taken: NDArray[np.bool_], k: int) -> Floats:
    depth = min(k, ranks.shape[1])
    hits = np.zeros((len(ranks), depth + 1))
    within = np.where(taken & (ranks >= 1) & (ranks <= depth), ranks, 0)
    np.put_along_axis(hits, within, 1.0, axis=1)
    return hits[:, 1:]
