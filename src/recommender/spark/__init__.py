"""Snapshots and decisions on Spark: the same expressions and the same decision, so the same rows."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.spark.scoring import Scored, score
    from recommender.spark.taking import snapshot

__all__ = ["Scored", "score", "snapshot"]

# Resolved when first used, so that a worker, which only decides, imports neither Ibis nor an engine.
_HOME = {"Scored": "scoring", "score": "scoring", "snapshot": "taking"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'recommender.spark' has no attribute {name!r}")
    return getattr(import_module(f"recommender.spark.{_HOME[name]}"), name)
