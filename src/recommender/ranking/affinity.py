"""How much an account is like those that hold a product: what a take-up can lean on where take-ups are few."""

from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from recommender.ranking.co_holding import ease_weights
from recommender.ranking.columns import Columns
from recommender.ranking.examples import Examples
from recommender.ranking.links import logit
from recommender.ranking.one_thread import one_blas_thread
from recommender.ranking.ridge import Basis, Leads, fit_logistic, make_basis
from recommender.ranking.sampling import at_most

__all__ = ["Affinity", "learn_affinity"]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

_EASE_PENALTY = 100.0
_HOLDERS, _OTHERS = 2_000, 4_000
_TAKERS = 500
_LEAST_HOLDERS = 20
# per column and holder, as for take-ups (see `additive`)
_PER_COLUMN = 50.0
_STRENGTH = 10.0


@dataclass(frozen=True, eq=False)
class Affinity:
    """Two scores of an account for a product, both sums of points over its columns.

    Attributes
    ----------
    points : array of shape (2, 2, n_bins, n_products)
        For either half of the accounts, learnt on the other: by what accounts with the same holdings hold (EASE), and
        by what holders look like (a logistic regression of the holding on all else), for the bins of all columns in
        turn.
    sizes
        How many bins each column has.
    slopes : array of shape (2,)
        What each score counts for in the log-odds of a take-up, over all products.
    """

    points: Floats
    sizes: tuple[int, ...]
    slopes: Floats

    def leads(self, found: NDArray[np.int32], half: Index, product: int) -> Leads:
        """Return the scores for the product at this position of rows to learn from.

        Parameters
        ----------
        found : array of shape (n_columns, n)
            Their bins.
        half : array of shape (n,)
            Which half of the accounts each belongs to.
        """
        return Leads(_scores(self.points[..., product], self.sizes, found, half), self.slopes, _STRENGTH)

    def tables(self, slopes: Floats, product: int) -> dict[int, Floats]:
        """Return the points per column of the scores times `slopes`, the mean over both halves."""
        mean = self.points[..., product].mean(axis=0)
        points = np.split((slopes[:, np.newaxis] * mean).sum(axis=0), np.cumsum(self.sizes)[:-1])
        return {column: part for column, part in enumerate(points) if part.any()}


def learn_affinity(examples: Examples, columns: Columns, half: Index, n_jobs: int | None, seed: int) -> Affinity | None:
    """Learn both scores from what is held; None where nothing is.

    Take-ups of a month are few, but what an account holds was once taken up as well. What holders look like is learnt
    on either half of the accounts for the other: in the months after a take-up the account itself is among the holders,
    and would tell the answer. Columns that must be monotone have no points.
    """
    n_products = len(examples.products)
    if not examples.held[:, :n_products].any():
        return None
    basis = make_basis(columns.sizes, columns.has_gap)
    with one_blas_thread():
        profiles = Parallel(n_jobs=n_jobs, prefer="threads")(
            delayed(_profile)(examples, columns, basis, np.flatnonzero(half != own), product, seed + product)
            for own in (0, 1)
            for product in range(n_products)
        )
        co_holding, looks = _co_holding(examples, basis), np.stack(profiles).reshape(2, n_products, -1)
        points = np.stack([[co_holding, of_half.T] for of_half in looks])
        affinity = Affinity(points, columns.sizes, np.zeros(2))
        return replace(affinity, slopes=_pooled_slopes(affinity, examples, columns, half, seed))


def _co_holding(examples: Examples, basis: Basis) -> Floats:
    weights = ease_weights(examples.held, examples.weight, _EASE_PENALTY, len(examples.products))
    points = np.zeros((int(basis.starts[-1]), weights.shape[1]))
    n_columns, n_held = len(basis.starts) - 1, len(weights)
    points[basis.starts[n_columns - 1 - n_held : n_columns - 1] + 1] = weights
    return points


def _profile(examples: Examples, columns: Columns, basis: Basis, known: Index, product: int, seed: int) -> Floats:
    """Return the points of the regression, on the rows `known`, of holding a product on all columns but its own."""
    holds, random = examples.held[known, product], np.random.RandomState(seed)
    if holds.sum() < _LEAST_HOLDERS or holds.all():
        return np.zeros(int(basis.starts[-1]))
    rows = np.sort(np.concatenate([at_most(known[holds], _HOLDERS, random), at_most(known[~holds], _OTHERS, random)]))
    found, own = columns.found[:, rows], len(columns.sizes) - 1 - examples.held.shape[1] + product
    found[-1] -= found[own]
    found[[own, *_bound(columns)]] = 0
    y, weight = examples.held[rows, product], examples.weight[rows]
    penalty = 1.0 + _PER_COLUMN * len(found) / y.sum()
    points = fit_logistic(basis.one_hot(found), basis, y, weight, penalty, float(logit(y.mean()))).points
    for column in (own, *_bound(columns)):
        points[basis.starts[column] : basis.starts[column + 1]] = 0.0
    return points


def _pooled_slopes(affinity: Affinity, examples: Examples, columns: Columns, half: Index, seed: int) -> Floats:
    """Return what the scores count for in the log-odds of take-ups, one slope for all products each; shape (2,)."""
    parts = [_sample(affinity, examples, columns, half, p, seed + p) for p in range(len(examples.products))]
    scores, y, weight = (np.concatenate(same) for same in zip(*parts, strict=True))
    if y.all() or not y.any():
        return np.zeros(2)
    product = np.repeat(np.arange(len(parts)), [len(part[1]) for part in parts]).astype(np.int32)
    basis = make_basis([len(parts)], [False])
    leads = Leads(scores, np.zeros(2), _STRENGTH)
    found = basis.one_hot(product[np.newaxis])
    return fit_logistic(found, basis, y, weight, 0.1, float(logit(y.mean())), leads).slopes


def _sample(
    affinity: Affinity, examples: Examples, columns: Columns, half: Index, product: int, seed: int
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    random, is_open = np.random.RandomState(seed), ~examples.held[:, product]
    taken = is_open & examples.y[:, product]
    takers = at_most(np.flatnonzero(taken), _TAKERS, random)
    others = at_most(np.flatnonzero(is_open & ~taken), 5 * len(takers), random)
    rows = np.sort(np.concatenate([takers, others]))
    return (
        _scores(affinity.points[..., product], columns.sizes, columns.found[:, rows], half[rows]),
        examples.y[rows, product],
        examples.weight[rows],
    )


def _scores(points: Floats, sizes: tuple[int, ...], found: NDArray[np.int32], half: Index) -> Floats:
    """Return the sums of points of shape (2, 2, n_bins) over the columns, each row by its half; shape (n_rows, 2)."""
    total, start = np.zeros((found.shape[1], 2)), 0
    for bins, size in zip(found, sizes, strict=True):
        own = points[:, :, start : start + size]
        if own.any():
            total += own.swapaxes(1, 2).reshape(-1, 2).take(half * size + bins, axis=0)
        start += size
    return total


def _bound(columns: Columns) -> list[int]:
    return [column for column, direction in enumerate(columns.monotone) if direction]
