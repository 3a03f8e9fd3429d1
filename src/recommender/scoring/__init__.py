"""Decisions for many accounts: `predict` for programs, the batch job for files, `explain` for one account."""

from recommender.scoring.dispositions import read_dispositions
from recommender.scoring.explanation import Explanation, explain
from recommender.scoring.faces import Recommendation, predict, recommend
from recommender.scoring.job import score
from recommender.scoring.options import BatchOptions, Kept
from recommender.scoring.rechecking import recheck, write_recheck

__all__ = [
    "BatchOptions",
    "Explanation",
    "Kept",
    "Recommendation",
    "explain",
    "predict",
    "read_dispositions",
    "recheck",
    "recommend",
    "score",
    "write_recheck",
]
