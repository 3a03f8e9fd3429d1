"""The rankers by the names under which they are asked for."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from recommender.config import Training
from recommender.errors import ConfigError
from recommender.ranking.co_holding import CoHoldingRanker
from recommender.ranking.logistic import LogisticRanker
from recommender.ranking.popularity import PopularityRanker
from recommender.ranking.scorecard_ranker import ScorecardRanker

__all__ = ["BASELINES", "RANKERS", "check_ranker", "make_ranker"]

RANKERS: Final[Mapping[str, Callable[[Training], Any]]] = {
    "popularity": lambda _training: PopularityRanker(),
    "co-holding": lambda _training: CoHoldingRanker(),
    "logistic": lambda training: LogisticRanker(random_state=training.seed, n_jobs=training.workers),
    "scorecard": lambda training: ScorecardRanker(random_state=training.seed, n_jobs=training.workers),
}
BASELINES: Final = ("popularity", "co-holding")


def check_ranker(name: str) -> None:
    """Refuse a name that no ranker has.

    Raises
    ------
    ConfigError
        If there is none of this name.
    """
    if name not in RANKERS:
        raise ConfigError(f"ranker: one of {', '.join(RANKERS)} was needed, {name!r} came.")


def make_ranker(name: str, training: Training) -> Any:
    """Make the ranker of this name, unfitted; see `check_ranker`."""
    check_ranker(name)
    return RANKERS[name](training)
