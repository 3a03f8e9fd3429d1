"""One additive model per product, or one softmax over all of them."""

from collections.abc import Sequence

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from recommender.ranking.assembly import count_positives, pooled_rate
from recommender.ranking.examples import Examples
from recommender.ranking.links import logit
from recommender.ranking.one_thread import one_blas_thread
from recommender.ranking.ridge import Basis, Leads, Logistic, fit_logistic, fit_softmax, make_basis
from recommender.ranking.sampling import fewer_negatives

__all__ = ["fit_points", "fit_product", "targets"]

Floats = NDArray[np.float64]

# with so many take-ups of a product per column, the penalty is twice the one asked for; with fewer it grows
_PER_COLUMN = 50.0


def fit_points(
    examples: Examples,
    found: NDArray[np.int32],
    sizes: Sequence[int],
    is_ordered: Sequence[bool],
    *,
    penalty: float,
    n_jobs: int | None,
    seed: int | None = None,
) -> tuple[Floats, Floats]:
    """Return points per bin of all columns and product, shape (n_bins, n_products), and intercepts.

    Parameters
    ----------
    found : array of shape (n_columns, n)
        The bin of each row in each column; the columns have `sizes` bins.
    penalty
        Of a product with many take-ups per column; it grows for one with few, as noise then outweighs what they tell.
    seed
        Of the sampling of rows without take-up, for independent products (see `fewer_negatives`); None takes all.
    """
    basis = make_basis(sizes, is_ordered)
    penalties = _penalties(examples, len(found), penalty)
    # the vectors are short: more threads of BLAS cost time, and make sums depend on their number
    with one_blas_thread():
        if examples.link == "independent":
            return _independent(examples, found, basis, penalties, n_jobs, seed)
        one_hot = basis.one_hot(found)
        return fit_softmax(one_hot, basis, targets(examples), examples.is_open, examples.weight, penalties)


def fit_product(
    examples: Examples,
    found: NDArray[np.int32],
    sizes: Sequence[int],
    is_ordered: Sequence[bool],
    *,
    penalty: float,
    leads: Leads | None,
    near: Logistic | None,
) -> Logistic:
    """Fit one product; the parameters are those of `fit_points`, for examples of it alone, and of `fit_logistic`."""
    basis, weight = make_basis(sizes, is_ordered), examples.weight * examples.is_open[:, 0]
    prior, penalties = float(logit(np.array(pooled_rate(examples)))), _penalties(examples, len(found), penalty)
    with one_blas_thread():
        return fit_logistic(basis.one_hot(found), basis, examples.y[:, 0], weight, penalties[0], prior, leads, near)


def targets(examples: Examples) -> Floats:
    """Return what the softmax is to say: the products taken up of those not held, in equal shares."""
    taken = examples.y & examples.is_open
    return np.asarray(taken / np.maximum(taken.sum(axis=1, keepdims=True), 1))


def _penalties(examples: Examples, n_columns: int, penalty: float) -> Floats:
    return np.asarray(penalty * (1.0 + _PER_COLUMN * n_columns / np.maximum(count_positives(examples), 1)))


def _independent(
    examples: Examples, found: NDArray[np.int32], basis: Basis, penalties: Floats, n_jobs: int | None, seed: int | None
) -> tuple[Floats, Floats]:
    one_hot, prior = basis.one_hot(found), float(logit(np.array(pooled_rate(examples))))
    weight = examples.weight[:, np.newaxis] * examples.is_open

    def fit(p: int) -> Logistic:
        y, own = examples.y[:, p], weight[:, p]
        if seed is None:
            return fit_logistic(one_hot, basis, y, own, penalties[p], prior)
        rows, own = fewer_negatives(y, own, np.random.RandomState(seed + p))
        return fit_logistic(one_hot[rows], basis, y[rows], own, penalties[p], prior)

    fits = Parallel(n_jobs=n_jobs, prefer="threads")(delayed(fit)(p) for p in range(len(examples.products)))
    return np.column_stack([fit.points for fit in fits]), np.array([fit.intercept for fit in fits])
