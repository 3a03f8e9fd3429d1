"""A candidate and the champion on the same backtest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd
from sklearn.base import BaseEstimator

from recommender.evaluation import TimeSplit, compare, judge, knows_starts, pool
from recommender.model import Model
from recommender.ranking import Scorecard, make_ranker
from recommender.ranking.frames import predict
from recommender.tables import Tables

__all__ = ["METRIC", "Contest", "contest"]

METRIC: Final = "ndcg@3"


@dataclass(frozen=True)
class Contest:
    """By how much the candidate is ahead of the champion in `metric`, and the 95 % interval of that.

    `learnt_anew` says that the champion has seen the months of the test, so that its ranker learnt anew in each of
    them, as the candidate's did.
    """

    ahead: float
    low: float
    high: float
    learnt_anew: bool
    metric: str = METRIC

    @property
    def is_not_worse(self) -> bool:
        """Whether the candidate may take the champion's place."""
        return self.ahead >= 0


def contest(tables: Tables, as_of: datetime | str, candidate: Model, champion: Model, *, tests: int = 3) -> Contest:
    """Judge both on the last `tests` cut-offs by `as_of`, on the same rows.

    The candidate's ranker learns from the cut-offs before each test. The champion says what its scorecard says, where
    it was trained before the first test; a champion that was trained later knows the answers, and so its ranker learns
    anew, with its own settings, from what the candidate's learns from.

    Raises
    ------
    NotEnoughDataError
        If there is too little history to learn from and judge on.
    """
    moment = tables.config.moment(as_of)
    training = tables.config.training
    learnt_anew = _has_seen(champion, tables, moment, tests)
    rankers: dict[str, Any] = {
        "candidate": make_ranker(candidate.training["ranker"], training),
        "champion": make_ranker(champion.training["ranker"], champion.config.training)
        if learnt_anew
        else _Standing(champion.scorecard),
    }
    said = {name: pool(judged) for name, judged in judge(tables, moment, rankers=rankers, tests=tests).items()}
    return Contest(*compare(said["candidate"], said["champion"], METRIC), learnt_anew)


def _has_seen(champion: Model, tables: Tables, as_of: datetime, tests: int) -> bool:
    """Tell whether the champion learnt from what the tests ask; hidden products are asked of the accounts it knows."""
    first = TimeSplit.before(as_of, tables.config.training).cut_offs[-tests:][0]
    return datetime.fromisoformat(champion.training["as_of"]) > first or not knows_starts(tables.cut(as_of))


class _Standing(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A ranker that has learnt; products that it does not know come last."""

    def __init__(self, scorecard: Scorecard) -> None:
        self.scorecard = scorecard

    def fit(self, X: pd.DataFrame, y: pd.DataFrame, held: Any = None) -> "_Standing":  # noqa: ARG002, N803
        self.products_ = list(y.columns)
        return self

    def predict_proba(self, X: pd.DataFrame, held: Any = None) -> pd.DataFrame:  # noqa: N803
        said = predict(self.scorecard, X, held, pd.Index(self.scorecard.products))
        return said.reindex(columns=self.products_, fill_value=0.0)
