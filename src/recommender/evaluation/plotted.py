"""What the pictures of a backtest show: take-up by tenths of the propensity, and what the best pairs hold of it."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from recommender.evaluation.judged import Judged, Judging, pool
from recommender.evaluation.statistic import Statistic, bootstrap, intervals, quotient

__all__ = ["diagrams", "gains", "tenths"]

Floats = NDArray[np.float64]

_SHARES: Final = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def diagrams(said: Mapping[str, tuple[Judged, ...]], judging: Judging | None = None) -> dict[str, Any]:
    """Return `tenths` and `gains` of each ranker over all its test cut-offs, in JSON's own types."""
    pooled = {name: pool(judged) for name, judged in said.items()}
    return {
        "tenths": {name: tenths(judged, judging) for name, judged in pooled.items()},
        "gains": {name: gains(judged) for name, judged in pooled.items()},
    }


def tenths(judged: Judged, judging: Judging | None = None) -> list[dict[str, float]]:
    """Return, for each tenth of the candidates by propensity, lowest first, what was said and what came.

    Returns
    -------
    A record per tenth that holds any pair: pairs, propensity (their mean, 0 to 1), rate (the share that was taken up),
    and low and high, its percentile interval by account. Equal propensities stay in one tenth.
    """
    how = judging or Judging()
    rows, p, taken = _candidates(judged)
    tenth = np.minimum(((rankdata(p) - 0.5) / max(len(p), 1) * 10).astype(np.int64), 9)
    filled = np.unique(tenth)
    rates = [_rate_of(rows[tenth == i], taken[tenth == i], len(judged.examples)) for i in filled]
    groups = judged.examples.account_id.to_numpy(dtype=object)
    drawn = bootstrap(rates, groups, resamples=how.resamples, random_state=how.random_state)
    return [
        {
            "pairs": rate.n,
            "propensity": float(p[tenth == i].mean()),
            "rate": rate.value,
            "low": float(low),
            "high": float(high),
        }
        for i, rate, (low, high) in zip(filled, rates, intervals(drawn, level=how.level), strict=True)
    ]


def gains(judged: Judged) -> list[dict[str, float]]:
    """Return which share of all take-ups stands among the best share of the candidates, by propensity; 0 to 1 both.

    A tie is shared out evenly. The lift of a share is found / share. Where nothing was taken up, nothing is returned.

    Notes
    -----
    The cumulative gains of Berry & Linoff, Data Mining Techniques, 1997.
    """
    _, p, taken = _candidates(judged)
    if not taken.any():
        return []
    _, tie = np.unique(-p, return_inverse=True)
    called = np.append(0.0, np.cumsum(np.bincount(tie))) / len(p)
    found = np.append(0.0, np.cumsum(np.bincount(tie, weights=taken))) / taken.sum()
    return [{"share": share, "found": float(np.interp(share, called, found))} for share in _SHARES]


def _candidates(judged: Judged) -> tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]:
    rows, columns = np.nonzero(judged.examples.candidates & ~np.isnan(judged.propensity))
    return rows, judged.propensity[rows, columns], judged.examples.taken[rows, columns]


def _rate_of(rows: NDArray[np.int64], taken: NDArray[np.bool_], n: int) -> Statistic:
    sums = [np.bincount(rows, weights=weights, minlength=n) for weights in (taken, np.ones(len(rows)))]
    return Statistic(np.stack(sums, axis=1).astype(np.float64), quotient, len(rows))
