"""How well propensities part those who took up from those who did not."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from recommender.evaluation.statistic import Statistic, ratio

__all__ = ["auc", "auc_by_product"]

Floats = NDArray[np.float64]


def auc(propensity: Floats, taken: NDArray[np.bool_], candidates: NDArray[np.bool_]) -> Statistic:
    """Return the probability that a pair taken up has the higher propensity than one that was not; ties count half.

    All candidates are compared with one another, across products: knowing which product sells more counts.

    Parameters
    ----------
    propensity, taken, candidates
        Shape (n_accounts, n_products) each; pairs that are no candidates, or whose propensity is NaN, are left out.

    Returns
    -------
    0 to 1; NaN where all or none were taken up.

    Notes
    -----
    Mann & Whitney, 1947. On resamples it is the mean of the placements of those taken up and of those not
    (DeLong, DeLong & Clarke-Pearson, 1988; by account as in Obuchowski, 1997), which needs sums alone; where few
    took up, this straight line may leave 0 to 1 and is cut there.
    """
    terms = _placements(propensity, taken, candidates & ~np.isnan(propensity))
    return Statistic(terms, _linear(terms.sum(axis=0)), len(propensity))


def auc_by_product(propensity: Floats, taken: NDArray[np.bool_], candidates: NDArray[np.bool_]) -> Statistic:
    """Return the mean of the `auc` of each product by itself, over the products where it is defined.

    On resamples it is the mean plus the influence of the accounts drawn: to first order the same as in `auc`.
    """
    judged = candidates & ~np.isnan(propensity)
    influence, areas = np.zeros((len(propensity), 1)), []
    for p in range(propensity.shape[1]):
        terms = _placements(propensity[:, [p]], taken[:, [p]], judged[:, [p]])
        n_taken, n_others = terms[:, 1].sum(), terms[:, 3].sum()
        if n_taken and n_others:
            areas.append(terms[:, 0].sum() / n_taken)
            above = np.array([1, -areas[-1], 0, 0]) / n_taken + np.array([0, 0, 1, -areas[-1]]) / n_others
            influence[:, 0] += terms @ above
    mean = np.mean(areas) if areas else np.nan
    return Statistic(influence / max(len(areas), 1), lambda sums: np.clip(mean + sums[..., 0], 0, 1), len(propensity))


def _placements(propensity: Floats, taken: NDArray[np.bool_], judged: NDArray[np.bool_]) -> Floats:
    """Per account: placements of its pairs taken up, their number, placements of the others, their number."""
    rows, columns = np.nonzero(judged)
    p, y = propensity[rows, columns], taken[rows, columns]
    below = np.empty(len(p))
    below[y] = rankdata(p)[y] - rankdata(p[y])
    below[~y] = rankdata(p)[~y] - rankdata(p[~y])
    positives, negatives = max(int(y.sum()), 1), max(int((~y).sum()), 1)
    placement = np.where(y, below / negatives, 1 - below / positives)
    parts = [placement * y, y, placement * ~y, ~y]
    return np.stack([np.bincount(rows, weights=part, minlength=len(propensity)) for part in parts], axis=1)


def _linear(totals: Floats) -> Callable[[Floats], Floats]:
    whole = ratio(totals[0], totals[1])

    def of(sums: Floats) -> Floats:
        return np.clip(ratio(sums[..., 0], sums[..., 1]) + ratio(sums[..., 2], sums[..., 3]) - whole, 0, 1)

    return of
