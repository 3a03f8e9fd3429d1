"""Additive log-odds by penalised maximum likelihood, on columns that fall into bins."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.minimum import find_minimum

__all__ = ["Basis", "Leads", "Logistic", "fit_logistic", "fit_softmax", "make_basis"]

Floats = NDArray[np.float64]

# how far, in log-odds, an intercept may lie from the pooled one before the data must speak for it
_INTERCEPT_SPREAD = 5.0
# higher frequencies are so scaled down that they hardly move the points
_MOST_WAVES = 15
# a score whose exponential is 0, yet finite, so that 0 times it is 0
_NEVER = -1e30


@dataclass(frozen=True, eq=False)
class Basis:
    """How parameters become points per bin.

    Attributes
    ----------
    starts
        Where the bins of each column stand among all bins; one more than there are columns.
    mixing : sparse matrix of shape (n_bins, n_parameters)
    """

    starts: NDArray[np.int64]
    mixing: sparse.csr_array

    def one_hot(self, bins: NDArray[np.int32]) -> sparse.csr_array:
        """Return the rows of `bins`, of shape (n_columns, n), as a sparse matrix of shape (n, n_bins)."""
        n_columns, n = bins.shape
        indices = (bins + self.starts[:-1, np.newaxis].astype(np.int32)).T.ravel()
        indptr = np.arange(0, n * n_columns + 1, n_columns) if n_columns else np.zeros(n + 1, dtype=np.int64)
        return sparse.csr_array((np.ones(n * n_columns), indices, indptr), shape=(n, int(self.starts[-1])))


@dataclass(frozen=True, eq=False)
class Leads:
    """Scores known beforehand that the log-odds may lean on.

    Attributes
    ----------
    scores : array of shape (n, n_leads)
    slopes : array of shape (n_leads,)
        What they are expected to count for.
    strength
        How many squared standard deviations of a lead a step of 1 away from these slopes costs.
    """

    scores: Floats
    slopes: Floats
    strength: float

    @property
    def penalty(self) -> Floats:
        """What a step of 1 away from the slopes costs; shape (n_leads,)."""
        return np.asarray(self.strength * self.scores.var(axis=0) + 1e-6 if len(self.scores) else self.slopes + 1.0)


@dataclass(frozen=True, eq=False)
class Logistic:
    """One logistic regression: points per bin, shape (n_bins,), and slopes of the leads, shape (n_leads,).

    `parameters` are where another fit on nearly the same rows may set out from.
    """

    points: Floats
    slopes: Floats
    intercept: float
    parameters: Floats


def make_basis(sizes: Sequence[int], is_ordered: Sequence[bool]) -> Basis:
    """Return the basis for columns with so many bins each.

    The bins of an ordered column, its last one (missing) aside, get cosine waves whose scale falls with their
    frequency: the eigenvectors of a random walk over the bins, so that a ridge penalty favours neighbours of equal
    points. Every other bin gets a parameter of its own.
    """
    return _basis(tuple(sizes), tuple(is_ordered))


# one for all products and folds of a training
@lru_cache(maxsize=8)
def _basis(sizes: tuple[int, ...], is_ordered: tuple[bool, ...]) -> Basis:
    blocks = [
        _waves(size) if ordered else sparse.eye_array(size) for size, ordered in zip(sizes, is_ordered, strict=True)
    ]
    mixing = sparse.block_diag(blocks, format="csr") if blocks else sparse.csr_array((0, 0))
    return Basis(np.cumsum([0, *sizes]), sparse.csr_array(mixing))


def fit_logistic(
    one_hot: sparse.csr_array,
    basis: Basis,
    y: NDArray[np.bool_],
    weight: Floats,
    penalty: float,
    prior: float,
    leads: Leads | None = None,
    near: Logistic | None = None,
) -> Logistic:
    """Fit one logistic regression.

    Parameters
    ----------
    weight : array of shape (n,)
        0 leaves a row out.
    penalty
        Half of it times the squared parameters is added to the negative log-likelihood.
    prior
        The log-odds that the mean row is drawn to, so weakly that it matters only where y is all alike.
    leads
        Scores that come without points per bin.
    near
        A fit to set out from.
    """
    leads = leads or Leads(np.empty((len(y), 0)), np.empty(0), 0.0)
    width = basis.mixing.shape[1]
    penalties = np.concatenate([np.full(width, penalty), leads.penalty, [1 / _INTERCEPT_SPREAD**2]])
    at_mean = leads.scores.mean(axis=0) @ leads.slopes if len(y) else 0.0
    centre = np.concatenate([np.zeros(width), leads.slopes, [prior - at_mean]])
    columns, mixed, target = one_hot.T.tocsr(), basis.mixing.T.tocsr(), y.astype(np.float64)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        theta, slopes, intercept = parameters[:width], parameters[width:-1], parameters[-1]
        score = one_hot @ (basis.mixing @ theta) + leads.scores @ slopes + intercept
        residual = weight * (_sigmoid(score) - target)
        likelihood = np.sum(weight * (np.logaddexp(0.0, score) - target * score))
        gradient = np.concatenate([mixed @ (columns @ residual), leads.scores.T @ residual, [np.sum(residual)]])
        away = parameters - centre
        return float(likelihood + np.sum(penalties * away**2) / 2), gradient + penalties * away

    found = find_minimum(loss, centre if near is None else near.parameters)
    return Logistic(basis.mixing @ found[:width], found[width:-1], float(found[-1]), found)


def fit_softmax(
    one_hot: sparse.csr_array,
    basis: Basis,
    target: Floats,
    is_open: NDArray[np.bool_],
    weight: Floats,
    penalty: Floats,
) -> tuple[Floats, Floats]:
    """Return the points per bin and product, shape (n_bins, n_products), and the intercepts of one softmax.

    Parameters
    ----------
    target : array of shape (n, n_products)
        Shares that sum to 1 in each row.
    is_open : array of shape (n, n_products)
        Which products the softmax of a row goes over.
    penalty : array of shape (n_products,)
    """
    shape = (basis.mixing.shape[1], target.shape[1])
    size = shape[0] * shape[1]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        theta, intercept = parameters[:size].reshape(shape), parameters[size:]
        score = np.where(is_open, one_hot @ (basis.mixing @ theta) + intercept, _NEVER)
        top = score.max(axis=1, keepdims=True)
        share = np.exp(score - top)
        total = share.sum(axis=1, keepdims=True)
        residual = weight[:, np.newaxis] * (share / total - target)
        fit = target * (score - top - np.log(total))
        slope = basis.mixing.T @ (one_hot.T @ residual) + penalty * theta
        value = np.sum(penalty / 2 * theta**2) - np.sum(weight * fit.sum(axis=1))
        value += np.sum(intercept**2) / 2 / _INTERCEPT_SPREAD**2
        return float(value), np.append(slope.ravel(), residual.sum(axis=0) + intercept / _INTERCEPT_SPREAD**2)

    found = find_minimum(loss, np.zeros(size + shape[1]))
    return basis.mixing @ found[:size].reshape(shape), found[size:]


def _sigmoid(score: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(score, -700.0, 700.0)))


def _waves(size: int) -> sparse.coo_array:
    """Slow cosine waves over all bins but the last, which has a parameter of its own; shape (size, n_parameters)."""
    ordered = size - 1
    frequency = np.arange(1, min(ordered, _MOST_WAVES + 1))
    phase = np.pi * (np.arange(ordered)[:, np.newaxis] + 0.5) * frequency / ordered
    scale = np.sin(np.pi / 2 / ordered) / np.sin(np.pi * frequency / 2 / ordered)
    block = np.zeros((size, len(frequency) + 1))
    block[:ordered, :-1] = np.cos(phase) * scale
    block[ordered, -1] = 1.0
    return sparse.coo_array(block)
