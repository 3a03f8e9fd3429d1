"""Rankers: estimators that learn, and the scorecard that each additive one compiles to.

The scorecard needs numpy and pyarrow alone; what learns (pandas, scikit-learn, LightGBM) is imported when first named.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from recommender.ranking.binning import CategoryBins, NumericBins
from recommender.ranking.links import Link
from recommender.ranking.priors import with_priors
from recommender.ranking.scorecard import FEW_POSITIVES, HELD_COUNT, PRIOR, Scorecard
from recommender.ranking.terms import Term

if TYPE_CHECKING:
    from recommender.ranking.boosted_ranker import BoostedRanker
    from recommender.ranking.by_name import BASELINES, DEFAULT, RANKERS, REFERENCE, check_ranker, make_ranker
    from recommender.ranking.calibration import calibrate
    from recommender.ranking.classifier_ranker import ClassifierRanker
    from recommender.ranking.co_holding import CoHoldingRanker
    from recommender.ranking.hiding import hide_one
    from recommender.ranking.logistic import LogisticRanker
    from recommender.ranking.popularity import PopularityRanker
    from recommender.ranking.scorecard_ranker import ScorecardRanker

__all__ = [
    "BASELINES",
    "DEFAULT",
    "FEW_POSITIVES",
    "HELD_COUNT",
    "PRIOR",
    "RANKERS",
    "REFERENCE",
    "BoostedRanker",
    "CategoryBins",
    "ClassifierRanker",
    "CoHoldingRanker",
    "Link",
    "LogisticRanker",
    "NumericBins",
    "PopularityRanker",
    "Scorecard",
    "ScorecardRanker",
    "Term",
    "calibrate",
    "check_ranker",
    "hide_one",
    "make_ranker",
    "with_priors",
]

_LEARNS = {
    "BASELINES": "by_name",
    "BoostedRanker": "boosted_ranker",
    "ClassifierRanker": "classifier_ranker",
    "CoHoldingRanker": "co_holding",
    "DEFAULT": "by_name",
    "LogisticRanker": "logistic",
    "PopularityRanker": "popularity",
    "RANKERS": "by_name",
    "REFERENCE": "by_name",
    "ScorecardRanker": "scorecard_ranker",
    "calibrate": "calibration",
    "check_ranker": "by_name",
    "hide_one": "hiding",
    "make_ranker": "by_name",
}


def __getattr__(name: str) -> Any:
    if name not in _LEARNS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LEARNS[name]}"), name)
