"""Decisions for many accounts: `predict` for programs, the batch job for files, `explain` for one account."""

from recommender.scoring.dispositions import read_dispositions
from recommender.scoring.explanation import Explanation, explain
from recommender.scoring.faces import Recommendation, predict, recommend
from recommender.scoring.job import score
from recommender.scoring.options import BatchOptions, Kept
from recommender.scoring.rechecking import recheck, write_recheck
from recommender.scoring.showing import Shown, show

__all__ = [
    "BatchOptions",
    "Explanation",
    "Kept",
    "Recommendation",
    "Shown",
    "explain",
    "predict",
    "read_dispositions",
    "recheck",
    "recommend",
    "score",
    "show",
    "write_recheck",
]
