"""The figures of one ranker, or of one frame of offers, on one set of examples."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.auc import auc, auc_by_product
from recommender.evaluation.brier import brier_score, brier_skill
from recommender.evaluation.calibration import calibration_error
from recommender.evaluation.hits import hit_at_k, precision_at_k, recall_at_k
from recommender.evaluation.places import average_precision_at_k, ndcg_at_k, reciprocal_rank
from recommender.evaluation.recalibration import calibration_intercept, calibration_slope
from recommender.evaluation.statistic import Statistic, mean_of
from recommender.evaluation.variety import abstains, coverage, novelty

__all__ = ["pooled_figures", "propensity_figures", "ranking_figures"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_AT_K = {
    "hit": hit_at_k,
    "recall": recall_at_k,
    "precision": precision_at_k,
    "map": average_precision_at_k,
    "ndcg": ndcg_at_k,
}
_OF_PROPENSITY = {
    "ece": calibration_error,
    "slope": calibration_slope,
    "intercept": calibration_intercept,
    "brier": brier_score,
    "brier_skill": brier_skill,
    "auc": auc,
}


def ranking_figures(
    ranks: NDArray[np.int64], taken: Flags, held: Flags, *, ks: tuple[int, ...] = (1, 3)
) -> Mapping[str, Statistic]:
    """Return hit, recall, precision, MAP, NDCG, coverage and novelty at each k, MRR and the abstention rate.

    Parameters
    ----------
    ranks
        Shape (n_accounts, n_products); 1 is best, 0 is not ranked: from `ranks` before the policy, from
        `ranks_of_offers` after it.
    taken, held
        Same shape. The figures of fit are over the accounts with a take-up, whether or not it was ranked, so that
        before and after the policy are over the same accounts; coverage, novelty and abstention are over all.
    """
    fit = {f"{name}@{k}": mean_of(metric(ranks, taken, k)) for name, metric in _AT_K.items() for k in ks}
    breadth = {f"coverage@{k}": coverage(ranks, k) for k in ks}
    bits = {f"novelty@{k}": mean_of(novelty(ranks, held, k)) for k in ks}
    whole = {"mrr": mean_of(reciprocal_rank(ranks, taken)), "abstention": mean_of(abstains(ranks))}
    return fit | whole | breadth | bits


def propensity_figures(propensity: Floats, taken: Flags, candidates: Flags) -> Mapping[str, Statistic]:
    """Return calibration error, slope and intercept, Brier score and skill, and AUC; shapes as in `auc`."""
    return {name: metric(propensity, taken, candidates) for name, metric in _OF_PROPENSITY.items()}


def pooled_figures(propensity: Floats, taken: Flags, candidates: Flags) -> Mapping[str, Statistic]:
    """Return `propensity_figures` and the mean of the products' own AUC."""
    return {
        **propensity_figures(propensity, taken, candidates),
        "auc_by_product": auc_by_product(propensity, taken, candidates),
    }
