"""From propensities and suppressions to offers: rank, cut to k, and say what became of every candidate."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender import schema

__all__ = ["Choice", "choose"]

_OFFERED, _OUTRANKED, _NOT_RELEVANT, _SUPPRESSED = (
    np.uint8(schema.DISPOSITIONS.index(name)) for name in ("offered", "outranked", "not_relevant", "suppressed")
)
_NOTHING: Final = -np.inf


@dataclass(frozen=True, eq=False)
class Choice:
    """What became of every candidate.

    `disposition` is an index into `schema.DISPOSITIONS`, `rank` is 1 for the best offer and 0 for no offer, and
    `excluded_by_offer` marks what gave way to a better offer that it may not be combined with; all (n, P).
    """

    disposition: NDArray[np.uint8]
    rank: NDArray[np.uint8]
    excluded_by_offer: NDArray[np.bool_]


def choose(
    propensity: NDArray[np.floating],
    lift: NDArray[np.floating],
    suppressed: NDArray[np.bool_],
    excludes: NDArray[np.bool_],
    *,
    k: int,
    min_propensity: float,
    min_lift: float,
) -> Choice:
    """Choose at most `k` offers per account, best first.

    Down the list of an account's relevant and unsuppressed candidates, by propensity and among equals by position,
    each is offered until there are `k`; one that may not be combined with a better offer gives way. A candidate is
    relevant if its propensity and its lift both reach their limits; what is not a number never does.

    Parameters
    ----------
    propensity, lift
        Per account and product; (n, P).
    suppressed
        Whether a rule forbids the pair; (n, P).
    excludes
        Whether two products may not be held together; symmetric; (P, P).
    k
        How many offers at most; an account with fewer candidates gets fewer.
    min_propensity, min_lift
        The limits of relevance, inclusive.

    Examples
    --------
    The second product may not be combined with the first, the last one is below the average account:

    >>> excludes = np.zeros((4, 4), dtype=bool)
    >>> excludes[0, 1] = excludes[1, 0] = True
    >>> choice = choose(
    ...     np.array([[0.4, 0.3, 0.2, 0.1]]), np.array([[4.0, 3.0, 2.0, 0.5]]), np.zeros((1, 4), dtype=bool), excludes,
    ...     k=3, min_propensity=0.0, min_lift=1.0,
    ... )
    >>> choice.rank.tolist(), choice.excluded_by_offer.tolist()
    ([[1, 0, 2, 0]], [[False, True, False, False]])
    >>> [schema.DISPOSITIONS[i] for i in choice.disposition[0]]
    ['offered', 'suppressed', 'offered', 'not_relevant']
    """
    relevant = (propensity >= min_propensity) & (lift >= min_lift) & ~suppressed
    rank = _ranks(np.where(relevant, propensity, _NOTHING), excludes, k)
    gave_way = relevant & (rank == 0) & _reached(propensity, rank, k)
    disposition = np.full(rank.shape, _NOT_RELEVANT)
    disposition[relevant] = _OUTRANKED
    disposition[rank > 0] = _OFFERED
    disposition[suppressed | gave_way] = _SUPPRESSED
    return Choice(disposition, rank, gave_way)


def _ranks(left: NDArray[np.floating], excludes: NDArray[np.bool_], k: int) -> NDArray[np.uint8]:
    """Take the best `k` times, each time striking it out with what it excludes; `left` is used up."""
    ranks = np.zeros(left.shape, dtype=np.uint8)
    if not left.shape[1]:
        return ranks
    struck = excludes | np.eye(len(excludes), dtype=bool)
    accounts = np.arange(len(left))
    for rank in range(1, k + 1):
        best = left.argmax(axis=1)
        found = left[accounts, best] > _NOTHING
        ranks[accounts[found], best[found]] = rank
        left[struck[best]] = _NOTHING
    return ranks


def _reached(propensity: NDArray[np.floating], rank: NDArray[np.uint8], k: int) -> NDArray[np.bool_]:
    """Mark what had its turn: what stands before the k-th offer, and everything where there is no k-th."""
    if k == 0:
        return np.zeros(rank.shape, dtype=bool)
    reached = np.ones(rank.shape, dtype=bool)
    full, last = np.nonzero(rank == k)
    ahead, level = propensity[full], propensity[full, last][:, None]
    reached[full] = (ahead > level) | ((ahead == level) & (np.arange(rank.shape[1]) < last[:, None]))
    return reached
