"""Parts of the examples for checking on what was not learnt from."""

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.examples import Examples

__all__ = ["split_folds"]

_LEAST_KEYS = 20


def split_folds(
    examples: Examples, features: NDArray[np.int32], n_folds: int, random: np.random.RandomState
) -> NDArray[np.int64]:
    """Return the fold of each row, 0 to n_folds - 1; shape (n,).

    Rows that agree in their features and in all that they held or took up, as those that `hide_one` makes of one
    account do, fall in one fold.

    Parameters
    ----------
    features : array of shape (n_features, n)
        The bin of each row.
    """
    n_products = len(examples.products)
    holds = examples.held.copy()
    holds[:, :n_products] |= examples.y
    content = np.ascontiguousarray(np.hstack([features.T, holds.astype(np.int32)]))
    key = np.unique(content.view(f"V{content.shape[1] * 4}").ravel(), return_inverse=True)[1].ravel()
    if key.max() + 1 < _LEAST_KEYS * n_folds:
        key = np.arange(len(key))
    return np.asarray((random.permutation(int(key.max()) + 1) % n_folds)[key])
