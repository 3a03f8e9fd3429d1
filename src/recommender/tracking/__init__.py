"""Runs, models and their versions in MLflow; the only room that imports it, and only when it is asked for something."""

from recommender.tracking.download import champion, downloaded
from recommender.tracking.recording import Recorded, record
from recommender.tracking.registry import CHAMPION, promote, rollback
from recommender.tracking.store import DEFAULT_URI, Store

__all__ = [
    "CHAMPION",
    "DEFAULT_URI",
    "Recorded",
    "Store",
    "champion",
    "downloaded",
    "promote",
    "record",
    "rollback",
]
