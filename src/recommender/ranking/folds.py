"""Parts of the examples for checking on what was not learnt from."""

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.examples import Examples

__all__ = ["repeat_folds", "split_folds"]

_LEAST_KEYS = 20


def split_folds(
    examples: Examples, features: NDArray[np.int32], n_folds: int, random: np.random.RandomState
) -> NDArray[np.int64]:
    """Return the fold of each row, 0 to n_folds - 1; shape (n,). See `repeat_folds`."""
    (folds,) = repeat_folds(examples, features, n_folds, 1, random)
    return np.asarray(folds)


def repeat_folds(
    examples: Examples, features: NDArray[np.int32], n_folds: int, n_repeats: int, random: np.random.RandomState
) -> NDArray[np.int64]:
    """Return the fold of each row, 0 to n_folds - 1, drawn anew in each repeat; shape (n_repeats, n).

    Rows of one account fall in one fold: what it is like in one month says much of it in the next. So do accounts
    whose rows agree in their features and in all that they held or took up, as those rows do that `hide_one` makes of
    one account whose label is not known.

    Parameters
    ----------
    features : array of shape (n_features, n)
        The bin of each row.
    """
    n_products = len(examples.products)
    holds = examples.held.copy()
    holds[:, :n_products] |= examples.y
    content = np.ascontiguousarray(np.hstack([features.T, holds.astype(np.int32)]))
    row = np.unique(content.view(f"V{content.shape[1] * 4}").ravel(), return_inverse=True)[1].ravel()
    key = np.unique(_of_accounts(row, examples.account), return_inverse=True)[1].ravel()
    if key.max() + 1 < _LEAST_KEYS * n_folds:
        key = np.arange(len(key))
    return np.array([(random.permutation(int(key.max()) + 1) % n_folds)[key] for _ in range(n_repeats)])


def _of_accounts(row: NDArray[np.int64], account: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return per row the sum, over the rows of its account, of a random number for each content of a row.

    It depends neither on how accounts are numbered nor on the order of their rows.
    """
    drawn = np.random.RandomState(0).randint(0, 1 << 63, size=int(row.max()) + 1, dtype=np.uint64)
    total = np.zeros(int(account.max()) + 1, dtype=np.uint64)
    np.add.at(total, account, drawn[row])
    return total[account]
