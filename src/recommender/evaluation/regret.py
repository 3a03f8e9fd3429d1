"""How much of what could be won is won, where the true probabilities are known (a simulated operator)."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import DataError
from recommender.evaluation.examples import Examples
from recommender.evaluation.places import ndcg_at_k
from recommender.evaluation.ranks import ranks
from recommender.evaluation.statistic import Statistic, quotient
from recommender.schema import ACCOUNT, AS_OF, PRODUCT

__all__ = ["regret_figures", "true_probabilities"]

Floats = NDArray[np.float64]
_PROBABILITY = "probability"


def true_probabilities(truth: pd.DataFrame, examples: Examples) -> Floats:
    """Lay the true take-up probabilities out beside `examples`; shape (n, P), NaN where the truth is silent.

    Parameters
    ----------
    truth
        Long (account_id, product_id, probability) or wide (account_id and a column per product). With a column
        `as_of` it speaks of those cut-offs alone, else of every one.

    Raises
    ------
    DataError
        If it speaks of none of the pairs.
    """
    wide = _widened(truth)
    keys = [name for name in (ACCOUNT, AS_OF) if name in wide.columns]
    rows = pd.DataFrame({ACCOUNT: examples.account_id.astype(object), AS_OF: _utc(examples.cut_off)})[keys]
    laid = rows.merge(wide, how="left", on=keys, validate="many_to_one").reindex(columns=list(examples.products))
    values = laid.to_numpy(dtype=np.float64, na_value=np.nan)
    if len(examples) and np.isnan(values).all():
        raise DataError("truth: true probabilities of the accounts, products and cut-offs judged were needed.")
    return values


def regret_figures(
    ranks_: NDArray[np.int64], truth: Floats, taken: NDArray[np.bool_], candidates: NDArray[np.bool_], *, k: int = 3
) -> dict[str, Statistic]:
    """Return NDCG@k and the expected take-ups of the best k, each as a share of the oracle's; 1 is no regret.

    The oracle ranks the same candidates by their true probabilities. A candidate of which the truth is silent has
    probability 0; an account of which it is silent altogether is left out.

    Parameters
    ----------
    ranks_, truth, taken, candidates
        Shape (n_accounts, n_products) each.
    """
    known = np.asarray(~np.isnan(truth).all(axis=1))
    sure = np.nan_to_num(truth[known])
    own, best = ranks_[known], ranks(sure, candidates[known])
    gains = [_gain(places, sure, k) for places in (own, best)]
    fit = [np.nan_to_num(ndcg_at_k(places, taken[known], k)) for places in (own, best)]
    return {
        f"ndcg@{k}_of_oracle": _share(fit, known),
        f"take_ups@{k}_of_oracle": _share(gains, known),
    }


def _widened(truth: pd.DataFrame) -> pd.DataFrame:
    wide = truth
    if _PROBABILITY in truth.columns:
        keys = [name for name in (ACCOUNT, AS_OF) if name in truth.columns]
        wide = truth.pivot(index=keys, columns=PRODUCT, values=_PROBABILITY).reset_index()  # noqa: PD010 (a pair standing twice is refused)
    wide = wide.assign(**{ACCOUNT: wide[ACCOUNT].astype(object)})
    return wide.assign(**{AS_OF: _utc(wide[AS_OF])}) if AS_OF in wide.columns else wide


def _utc(times: "pd.Series[pd.Timestamp]") -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime(times, utc=True).astype("datetime64[us, UTC]")


def _gain(places: NDArray[np.int64], truth: Floats, k: int) -> Floats:
    return np.asarray(np.where((places >= 1) & (places <= k), truth, 0.0).sum(axis=1))


def _share(own_and_best: list[Floats], known: NDArray[np.bool_]) -> Statistic:
    terms = np.zeros((len(known), 2))
    terms[known] = np.stack(own_and_best, axis=1)
    return Statistic(terms, quotient, int(known.sum()))
