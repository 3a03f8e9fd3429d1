"""How many of the take-ups stand among the best k."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["hit_at_k", "precision_at_k", "recall_at_k", "taken_among_best"]

Floats = NDArray[np.float64]


def hit_at_k(ranks: NDArray[np.int64], taken: NDArray[np.bool_], k: int) -> Floats:
    """Return 1 where any product taken up stands among the best k, else 0; NaN for an account without take-up.

    Parameters
    ----------
    ranks
        Shape (n_accounts, n_products); 1 is best, 0 is not ranked (see `ranks`).
    taken
        Take-ups, same shape. A product taken up that is not ranked counts as missed.
    k
        At least 1.

    Returns
    -------
    Shape (n_accounts,).

    Notes
    -----
    hit@k = [taken and best k meet]; Deshpande & Karypis, Item-based top-N recommendation algorithms, 2004.

    Examples
    --------
    >>> hit_at_k(np.array([[1, 2, 3]]), np.array([[False, False, True]]), k=2)
    array([0.])
    """
    return _where_taken((taken_among_best(ranks, taken, k) > 0).astype(np.float64), taken)


def recall_at_k(ranks: NDArray[np.int64], taken: NDArray[np.bool_], k: int) -> Floats:
    """Return |taken among the best k| / |taken|; NaN for an account without take-up (see `hit_at_k`)."""
    return _where_taken(taken_among_best(ranks, taken, k) / np.maximum(taken.sum(axis=1), 1), taken)


def precision_at_k(ranks: NDArray[np.int64], taken: NDArray[np.bool_], k: int) -> Floats:
    """Return |taken among the best k| / k; NaN for an account without take-up (see `hit_at_k`).

    The divisor is k where fewer are ranked, too: a place left empty is not a place well used.
    """
    return _where_taken(taken_among_best(ranks, taken, k) / k, taken)


def taken_among_best(ranks: NDArray[np.int64], taken: NDArray[np.bool_], k: int) -> NDArray[np.int64]:
    """Count the products taken up among the best k; shape (n_accounts,)."""
    return np.asarray(((ranks >= 1) & (ranks <= k) & taken).sum(axis=1))


def _where_taken(values: Floats, taken: NDArray[np.bool_]) -> Floats:
    return np.where(taken.any(axis=1), values, np.nan)
