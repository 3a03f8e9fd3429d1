"""What is offered besides how well it fits: how much of the catalogue, to whom nothing, and nothing but hits."""

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.statistic import Statistic, quotient, ratio

__all__ = ["abstains", "coverage", "novelty", "product_share"]

Floats = NDArray[np.float64]


def coverage(ranks: NDArray[np.int64], k: int) -> Statistic:
    """Return the share of the products that stand among the best k of any account, 0 to 1.

    Notes
    -----
    Catalogue coverage of Ge, Delgado-Battenfeld & Jannach, Beyond accuracy, 2010. Its bootstrap interval leans
    downwards, as a resample never holds an account that the sample lacks.

    Examples
    --------
    >>> coverage(np.array([[1, 2, 0], [1, 2, 3]]), k=1).value
    0.3333333333333333
    """
    shown = _shown(ranks, k).astype(np.float64)
    n_products = max(ranks.shape[1], 1)
    return Statistic(shown, lambda sums: np.asarray((sums > 0).sum(axis=-1) / n_products), len(ranks))


def product_share(ranks: NDArray[np.int64], k: int, product: int) -> Statistic:
    """Return the share of the product at this column in all places among the best k; NaN where none is filled.

    Examples
    --------
    >>> product_share(np.array([[1, 2, 0], [1, 0, 0]]), k=3, product=0).value
    0.6666666666666666
    """
    shown = _shown(ranks, k)
    terms = np.stack([shown[:, product], shown.sum(axis=1)], axis=1).astype(np.float64)
    return Statistic(terms, quotient, len(ranks))


def novelty(ranks: NDArray[np.int64], held: NDArray[np.bool_], k: int) -> Floats:
    """Return the mean self-information of the best k of each account, in bits; NaN where none is ranked.

    Notes
    -----
    Mean of -log2(share of accounts that hold the product); Zhou et al., Solving the apparent diversity-accuracy
    dilemma of recommender systems, 2010. One holder more and one account more are counted, so that a product that
    nobody holds is not infinitely novel.

    Examples
    --------
    >>> held = np.array([[True, False], [True, False], [True, False]])
    >>> novelty(np.array([[0, 1], [0, 1], [1, 0]]), held, k=1)  # -log2(1 / 4), -log2(1 / 4), -log2(4 / 4)
    array([2., 2., 0.])
    """
    bits = np.log2(len(held) + 1) - np.log2(held.sum(axis=0) + 1)
    shown = _shown(ranks, k)
    return ratio((shown * bits).sum(axis=1), shown.sum(axis=1))


def abstains(ranks: NDArray[np.int64]) -> Floats:
    """Return 1 where nothing is ranked for an account, else 0; its mean is the abstention rate."""
    return np.where((ranks >= 1).any(axis=1), 0.0, 1.0)


def _shown(ranks: NDArray[np.int64], k: int) -> NDArray[np.bool_]:
    return np.asarray((ranks >= 1) & (ranks <= k))
