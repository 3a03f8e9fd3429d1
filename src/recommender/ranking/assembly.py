"""From raw points per bin to a scorecard whose contributions are centred."""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.binning import Bins
from recommender.ranking.examples import Examples
from recommender.ranking.links import logit
from recommender.ranking.scorecard import FEW_POSITIVES, PRIOR, Scorecard
from recommender.ranking.terms import Term

__all__ = ["assemble", "count_positives", "learn_base_rates", "learn_flags", "pooled_rate", "single_terms"]

Floats = NDArray[np.float64]

_FEW = 20


def assemble(
    examples: Examples, bins: tuple[Bins, ...], found: NDArray[np.int32], tables: Sequence[Term], intercept: Floats
) -> Scorecard:
    """Centre the points of `tables` over the rows, whose bins are `found`, and build the scorecard.

    Bins that no row was in get no points, and neither do products without a take-up; the intercept of these is the
    pooled rate.
    """
    flag_bits, base_rate = learn_flags(examples), learn_base_rates(examples)
    centred, intercept = [], intercept.copy()
    for term in tables:
        visits = np.bincount(term.cells(found), weights=examples.weight, minlength=len(term.points))
        mean = (visits[:, np.newaxis] * term.points).sum(axis=0) / visits.sum()
        intercept[term.products] += mean
        points = np.where(_is_known(term, found)[:, np.newaxis], term.points - mean, 0.0)
        points[:, flag_bits[term.products] & PRIOR > 0] = 0.0
        if points.any():
            centred.append(Term(term.columns, np.ascontiguousarray(points), term.products, term.coarse))
    return Scorecard(
        link=examples.link,
        products=examples.products,
        held_products=examples.held_products,
        bins=bins,
        tables=tuple(centred),
        intercept=_intercepts(examples, intercept, base_rate, flag_bits),
        base_rate=base_rate,
        flag_bits=flag_bits,
    )


def single_terms(points: Floats, sizes: Sequence[int]) -> list[Term]:
    """Return one term per column from the points of all bins, shape (n_bins, n_products)."""
    ends = np.cumsum(sizes)
    products = np.arange(points.shape[1])
    return [
        Term((i,), points[end - size : end].copy(), products)
        for i, (size, end) in enumerate(zip(sizes, ends, strict=True))
    ]


def count_positives(examples: Examples) -> NDArray[np.int64]:
    """Return how many rows took up each product that they lacked; shape (n_products,)."""
    return np.asarray((examples.y & examples.is_open).sum(axis=0))


def pooled_rate(examples: Examples) -> float:
    """Return the share of (row, product) pairs not held that were taken up, drawn a little towards one half."""
    weight = examples.weight[:, np.newaxis]
    taken = float((weight * (examples.y & examples.is_open)).sum())
    return (taken + 0.5) / (float((weight * examples.is_open).sum()) + 1.0)


def learn_base_rates(examples: Examples) -> Floats:
    """Return the share that took up each product among the rows without it; the pooled one where none did."""
    weight = examples.weight[:, np.newaxis]
    taken = (weight * (examples.y & examples.is_open)).sum(axis=0)
    without = (weight * examples.is_open).sum(axis=0)
    return np.where(taken > 0, taken / np.where(taken > 0, without, 1.0), pooled_rate(examples))


def learn_flags(examples: Examples) -> NDArray[np.uint8]:
    """Return the flag bits of each product; shape (n_products,)."""
    positives = count_positives(examples)
    return (np.where(positives == 0, PRIOR, 0) + np.where(positives < _FEW, FEW_POSITIVES, 0)).astype(np.uint8)


def _is_known(term: Term, found: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether rows were seen in the bin, or in each of the bins, of each cell; shape (n_cells,)."""
    groups = term.coarse or (np.arange(len(term.points)),)
    seen = [
        np.bincount(group[found[column]], minlength=int(group.max()) + 1) > 0
        for group, column in zip(groups, term.columns, strict=True)
    ]
    return np.asarray(reduce(np.logical_and.outer, seen).ravel())


def _intercepts(examples: Examples, intercept: Floats, base_rate: Floats, flag_bits: NDArray[np.uint8]) -> Floats:
    is_prior = flag_bits & PRIOR > 0
    if examples.link == "one_of":
        known = intercept[~is_prior]
        intercept = intercept - np.logaddexp.reduce(known)
    intercept = intercept.copy()
    intercept[is_prior] = logit(base_rate[is_prior])
    return intercept
