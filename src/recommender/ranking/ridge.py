"""Additive log-odds by penalised maximum likelihood, on columns that fall into bins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.minimum import find_minimum

__all__ = ["Basis", "fit_logistic", "fit_softmax", "make_basis"]

Floats = NDArray[np.float64]

# how far, in log-odds, an intercept may lie from the pooled one before the data must speak for it
_INTERCEPT_SPREAD = 5.0
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


def make_basis(sizes: Sequence[int], is_ordered: Sequence[bool]) -> Basis:
    """Return the basis for columns with so many bins each.

    The bins of an ordered column, its last one (missing) aside, get cosine waves whose scale falls with their
    frequency: the eigenvectors of a random walk over the bins, so that a ridge penalty favours neighbours of equal
    points. Every other bin gets a parameter of its own.
    """
    blocks = [
        _waves(size) if ordered else sparse.eye_array(size) for size, ordered in zip(sizes, is_ordered, strict=True)
    ]
    mixing = sparse.block_diag(blocks, format="csr") if blocks else sparse.csr_array((0, 0))
    return Basis(np.cumsum([0, *sizes]), sparse.csr_array(mixing))


def fit_logistic(
    one_hot: sparse.csr_array, basis: Basis, y: NDArray[np.bool_], weight: Floats, penalty: float, prior: float
) -> tuple[Floats, float]:
    """Return the points per bin, shape (n_bins,), and the intercept of one logistic regression.

    Parameters
    ----------
    weight : array of shape (n,)
        0 leaves a row out.
    penalty
        Half of it times the squared parameters is added to the negative log-likelihood.
    prior
        The log-odds that the intercept is drawn to, so weakly that it matters only where y is all alike.
    """
    width = basis.mixing.shape[1]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        theta, intercept = parameters[:width], parameters[width]
        score = one_hot @ (basis.mixing @ theta) + intercept
        residual = weight * (_sigmoid(score) - y)
        likelihood = np.sum(weight * (np.logaddexp(0.0, score) - y * score))
        slope = basis.mixing.T @ (one_hot.T @ residual)
        away = (intercept - prior) / _INTERCEPT_SPREAD**2
        value = likelihood + penalty / 2 * np.sum(theta**2) + away * (intercept - prior) / 2
        return float(value), np.append(slope + penalty * theta, np.sum(residual) + away)

    found = find_minimum(loss, np.append(np.zeros(width), prior))
    return basis.mixing @ found[:width], float(found[width])


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
    """Cosine waves over all bins but the last, which has a parameter of its own; shape (size, size - 1)."""
    ordered = size - 1
    frequency = np.arange(1, ordered)
    phase = np.pi * (np.arange(ordered)[:, np.newaxis] + 0.5) * frequency / ordered
    scale = np.sin(np.pi / 2 / ordered) / np.sin(np.pi * frequency / 2 / ordered)
    block = np.zeros((size, ordered))
    block[:ordered, : ordered - 1] = np.cos(phase) * scale
    block[ordered, ordered - 1] = 1.0
    return sparse.coo_array(block)
