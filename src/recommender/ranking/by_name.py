"""The rankers by the names under which they are asked for."""

from collections.abc import Callable
from typing import Any, Final

from recommender.config import Training
from recommender.errors import ConfigError
from recommender.ranking.boosted_ranker import BoostedRanker
from recommender.ranking.co_holding import CoHoldingRanker
from recommender.ranking.logistic import LogisticRanker
from recommender.ranking.popularity import PopularityRanker
from recommender.ranking.scorecard_ranker import ScorecardRanker

__all__ = ["BASELINES", "DEFAULT", "RANKERS", "REFERENCE", "check_ranker", "make_ranker"]

RANKERS: Final[dict[str, Callable[[Training], Any]]] = {
    "popularity": lambda _training: PopularityRanker(),
    "co-holding": lambda _training: CoHoldingRanker(),
    "logistic": lambda training: LogisticRanker(random_state=training.seed, n_jobs=training.workers),
    "scorecard": lambda training: ScorecardRanker(random_state=training.seed, n_jobs=training.workers),
}
BASELINES: Final = ("popularity", "co-holding")
DEFAULT: Final = "scorecard"
# what explainability costs is told against it; it does not compile to a scorecard
REFERENCE: Final = "boosted"
_REFERENCES: Final[dict[str, Callable[[Training], Any]]] = {
    REFERENCE: lambda training: BoostedRanker(random_state=training.seed, n_jobs=training.workers)
}


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
    """Make the ranker of this name, or the `REFERENCE`, unfitted; see `check_ranker`."""
    if name != REFERENCE:
        check_ranker(name)
    return (RANKERS | _REFERENCES)[name](training)
