"""The judge: time splits, metrics with their intervals, backtests, and hidden products where there is no history."""

from recommender.evaluation.auc import auc, auc_by_product
from recommender.evaluation.backtest import backtest, roll, summarise
from recommender.evaluation.blind import blind_snapshot
from recommender.evaluation.brier import brier_score, brier_skill
from recommender.evaluation.calibration import calibration_error
from recommender.evaluation.examples import Examples, examples_at, examples_of, feature_frame, held_frame, stack
from recommender.evaluation.figures import pooled_figures, propensity_figures, ranking_figures
from recommender.evaluation.hidden import hidden_one, hide_one_each
from recommender.evaluation.hits import hit_at_k, precision_at_k, recall_at_k
from recommender.evaluation.judged import Judged, Judging, compare, measure, pool
from recommender.evaluation.judgement import HEADLINES, evaluate, headlines, judge, knows_starts, monthly
from recommender.evaluation.learning import learn
from recommender.evaluation.offered import AFTER, BEFORE, evaluate_offers, judge_offers
from recommender.evaluation.places import average_precision_at_k, ndcg_at_k, reciprocal_rank
from recommender.evaluation.plotted import diagrams, gains, tenths
from recommender.evaluation.ranks import ranks, ranks_of_offers
from recommender.evaluation.recalibration import calibration_intercept, calibration_slope
from recommender.evaluation.regret import regret_figures, true_probabilities
from recommender.evaluation.statistic import Statistic, bootstrap, intervals, mean_of
from recommender.evaluation.time_split import Fold, TimeSplit
from recommender.evaluation.variety import abstains, coverage, novelty, product_share

__all__ = [
    "AFTER",
    "BEFORE",
    "HEADLINES",
    "Examples",
    "Fold",
    "Judged",
    "Judging",
    "Statistic",
    "TimeSplit",
    "abstains",
    "auc",
    "auc_by_product",
    "average_precision_at_k",
    "backtest",
    "blind_snapshot",
    "bootstrap",
    "brier_score",
    "brier_skill",
    "calibration_error",
    "calibration_intercept",
    "calibration_slope",
    "compare",
    "coverage",
    "diagrams",
    "evaluate",
    "evaluate_offers",
    "examples_at",
    "examples_of",
    "feature_frame",
    "gains",
    "headlines",
    "held_frame",
    "hidden_one",
    "hide_one_each",
    "hit_at_k",
    "intervals",
    "judge",
    "judge_offers",
    "knows_starts",
    "learn",
    "mean_of",
    "measure",
    "monthly",
    "ndcg_at_k",
    "novelty",
    "pool",
    "pooled_figures",
    "precision_at_k",
    "product_share",
    "propensity_figures",
    "ranking_figures",
    "ranks",
    "ranks_of_offers",
    "recall_at_k",
    "reciprocal_rank",
    "regret_figures",
    "roll",
    "stack",
    "summarise",
    "tenths",
    "true_probabilities",
]
