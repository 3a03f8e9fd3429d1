"""Which ranker a training keeps, and what it costs that it can be explained."""

from collections.abc import Mapping
from typing import Any, Final

from recommender.evaluation import Judged, Judging, compare, pool
from recommender.ranking import DEFAULT, RANKERS, REFERENCE

__all__ = ["AUTO", "choose"]

AUTO: Final = "auto"
_METRIC: Final = "ndcg@3"


def choose(said: Mapping[str, tuple[Judged, ...]], judging: Judging) -> tuple[str, dict[str, Any]]:
    """Return the ranker to keep and an account of the choice, in JSON's own types.

    The default is kept unless another that compiles to a scorecard is better beyond the interval of the difference;
    of several, the one that is better by most.

    Parameters
    ----------
    said
        What each ranker said at the test cut-offs, the default among them. The reference cannot be kept: by how much
        it is better than what is kept is what explainability costs.
    """
    pooled = {name: pool(judged) for name, judged in said.items()}
    against = {name: _difference(pooled, name, DEFAULT, judging) for name in pooled if name != DEFAULT}
    better = [name for name, found in against.items() if name in RANKERS and found["low"] > 0]
    kept = max(better, key=lambda name: (against[name]["difference"], name), default=DEFAULT)
    account: dict[str, Any] = {"metric": _METRIC, "kept": kept, "against_default": against}
    if REFERENCE in pooled:
        account["explainability_cost"] = _difference(pooled, REFERENCE, kept, judging)
    return kept, account


def _difference(pooled: Mapping[str, Judged], one: str, other: str, judging: Judging) -> dict[str, float]:
    difference, low, high = compare(pooled[one], pooled[other], _METRIC, judging)
    return {"difference": difference, "low": low, "high": high}
