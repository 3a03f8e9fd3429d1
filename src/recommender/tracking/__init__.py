"""Runs, models and their versions in MLflow; the only room that imports it, and only when it is asked for something."""

from recommender.tracking.download import champion, downloaded, load_version
from recommender.tracking.recording import Recorded, record
from recommender.tracking.registry import CHAMPION, champion_version, promote, promote_over, rollback
from recommender.tracking.store import DEFAULT_URI, Store

__all__ = [
    "CHAMPION",
    "DEFAULT_URI",
    "Recorded",
    "Store",
    "champion",
    "champion_version",
    "downloaded",
    "load_version",
    "promote",
    "promote_over",
    "record",
    "rollback",
]
