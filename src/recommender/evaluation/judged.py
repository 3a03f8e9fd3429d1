"""What a ranker said of examples that it did not learn from, and its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import DataError
from recommender.evaluation.examples import Examples, stack
from recommender.evaluation.figures import pooled_figures, propensity_figures, ranking_figures
from recommender.evaluation.ranks import ranks
from recommender.evaluation.regret import regret_figures, true_probabilities
from recommender.evaluation.statistic import Statistic, bootstrap, intervals
from recommender.evaluation.variety import product_share
from recommender.schema import PRODUCT

__all__ = ["COLUMNS", "Judged", "Judging", "compare", "measure", "pool"]

COLUMNS: Final = ("ranker", "cut_off", PRODUCT, "metric", "value", "low", "high", "n")


@dataclass(frozen=True, eq=False)
class Judged:
    """The propensities, shape (n, P), that the ranker of this name gave to the pairs of `examples`."""

    ranker: str
    examples: Examples
    propensity: NDArray[np.float64]

    @cached_property
    def ranks(self) -> NDArray[np.int64]:
        """The ranks of the candidates; shape (n, P), 0 is no candidate."""
        return ranks(self.propensity, self.examples.candidates)


@dataclass(frozen=True, eq=False)
class Judging:
    """How it is judged: the k of the ranking metrics, and the bootstrap (see `statistic.bootstrap`).

    `truth` are true take-up probabilities, where they are known (see `regret.true_probabilities`).
    """

    ks: tuple[int, ...] = (1, 3)
    resamples: int = 1000
    level: float = 0.95
    random_state: int = 0
    truth: pd.DataFrame | None = None


def measure(judged: Judged, judging: Judging | None = None, *, by_product: bool = True) -> pd.DataFrame:
    """Return the figures of one ranker over all rows of its examples, with intervals.

    Returns
    -------
    One row per figure: ranker, cut_off (NaT where the rows are of several), product_id (None for all products),
    metric, value, low and high (percentile bootstrap by account) and n, the number of rows that the figure is about:
    for metrics of fit those with a take-up, for the rest all.
    """
    how, accounts = judging or Judging(), _accounts(judged)
    rows = _rows(None, _figures(judged, how), accounts, how)
    if by_product:
        rows += [row for p in judged.examples.products for row in _rows(p, _of_product(judged, p, how), accounts, how)]
    frame = pd.DataFrame(rows).assign(ranker=judged.ranker, cut_off=_only(judged.examples.cut_offs, len(rows)))
    return frame[list(COLUMNS)]


def compare(one: Judged, other: Judged, metric: str, judging: Judging | None = None) -> tuple[float, float, float]:
    """Return by how much `one` exceeds `other` in `metric`, and the interval of that difference.

    Both are judged on the same rows, and resampled with the same accounts: what the two have in common cancels.

    Raises
    ------
    DataError
        If they were judged on different accounts, or there is no such metric.
    """
    how = judging or Judging()
    if not one.examples.account_id.equals(other.examples.account_id):
        raise DataError("compare: two rankers judged on the same rows were needed.")
    pair = [_figures(judged, how) for judged in (one, other)]
    if metric not in pair[0]:
        raise DataError(f"compare: one of the metrics {sorted(pair[0])} was needed, {metric!r} came.")
    drawn = _replicates([figures[metric] for figures in pair], _accounts(one), how)
    low, high = intervals(drawn[:, [0]] - drawn[:, [1]], level=how.level)[0]
    return pair[0][metric].value - pair[1][metric].value, float(low), float(high)


def pool(judged: Sequence[Judged]) -> Judged:
    """Return what one ranker said at several cut-offs, one below the other."""
    propensity = np.concatenate([one.propensity for one in judged])
    return Judged(judged[0].ranker, stack([one.examples for one in judged]), propensity)


def _figures(judged: Judged, how: Judging) -> Mapping[str, Statistic]:
    examples, places = judged.examples, judged.ranks
    taken, candidates = examples.taken, examples.candidates
    figures = {
        **ranking_figures(places, taken, ~candidates, ks=how.ks),
        **pooled_figures(judged.propensity, taken, candidates),
    }
    if how.truth is None:
        return figures
    truth = true_probabilities(how.truth, examples)
    return figures | regret_figures(places, truth, taken, candidates, k=max(how.ks))


def _of_product(judged: Judged, product_id: str, how: Judging) -> Mapping[str, Statistic]:
    k, examples, p = max(how.ks), judged.examples, judged.examples.products.index(product_id)
    pairs = (judged.propensity[:, [p]], examples.taken[:, [p]], examples.candidates[:, [p]])
    return {f"share@{k}": product_share(judged.ranks, k, p), **propensity_figures(*pairs)}


def _accounts(judged: Judged) -> NDArray[np.intp]:
    return np.unique(judged.examples.account_id.to_numpy(dtype=object), return_inverse=True)[1]


def _replicates(statistics: Sequence[Statistic], accounts: NDArray[np.intp], how: Judging) -> NDArray[np.float64]:
    return bootstrap(statistics, accounts, resamples=how.resamples, random_state=how.random_state)


def _rows(
    product_id: str | None, figures: Mapping[str, Statistic], accounts: NDArray[np.intp], how: Judging
) -> list[dict[str, Any]]:
    bounds = intervals(_replicates(list(figures.values()), accounts, how), level=how.level)
    return [
        {PRODUCT: product_id, "metric": metric, "value": figure.value, "low": low, "high": high, "n": figure.n}
        for (metric, figure), (low, high) in zip(figures.items(), bounds, strict=True)
    ]


def _only(cut_offs: tuple[datetime, ...], n: int) -> "pd.Series[pd.Timestamp]":
    moment = cut_offs[0] if len(cut_offs) == 1 else None
    return pd.Series([moment] * n, dtype="datetime64[us, UTC]")
