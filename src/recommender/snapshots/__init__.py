"""One row per account as known at a moment: what the ranker and the policy read."""

from recommender.snapshots.build import build_snapshot
from recommender.snapshots.face import snapshot, write_snapshot
from recommender.snapshots.leakage import check_leakage

__all__ = ["build_snapshot", "check_leakage", "snapshot", "write_snapshot"]
