"""The judge's face: rankers against the baselines, on the history where there is one."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import pandas as pd

from recommender.config import Config
from recommender.evaluation.backtest import roll, summarise
from recommender.evaluation.blind import blind_snapshot
from recommender.evaluation.examples import feature_frame, held_frame
from recommender.evaluation.hidden import hidden_one
from recommender.evaluation.judged import Judged, Judging
from recommender.evaluation.time_split import TimeSplit
from recommender.ranking import BASELINES, DEFAULT, make_ranker
from recommender.tables import Tables, catalogue, fetch, read_tables

__all__ = ["HEADLINES", "evaluate", "headlines", "judge", "knows_starts", "monthly"]

HEADLINES: Final = ("hit@1", "hit@3", "mrr", "ndcg@3", "auc", "ece", "slope", "brier_skill")

Progress = Callable[[int, int], None]


def evaluate(
    source: Any,
    as_of: datetime | str,
    *,
    rankers: Mapping[str, Any] | None = None,
    tests: int = 3,
    judging: Judging | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Judge rankers by what was known by `as_of`.

    Where holdings have a start, by a rolling backtest over the last `tests` cut-offs (see `backtest`); where none
    has, by hiding one product of three in ten accounts (see `hidden_one`).

    Parameters
    ----------
    source
        `Tables`, or what `read_tables` reads.
    as_of
        The label window of the last test cut-off ends here.
    rankers
        By name; popularity, co-holding and the scorecard without it.
    tests
        At most; fewer where the cut-offs of [training] do not allow for as many.
    config
        The settings, where `source` does not bring its own.

    Returns
    -------
    The frame of `measure`: ranker, cut_off, product_id, metric, value, low, high, n.

    Raises
    ------
    NotEnoughDataError
        If there is too little history to learn from and judge on.
    """
    tables = read_tables(source, config)
    return summarise(judge(tables, as_of, rankers=rankers, tests=tests, progress=progress), judging)


def judge(
    tables: Tables,
    as_of: datetime | str,
    *,
    rankers: Mapping[str, Any] | None = None,
    tests: int = 3,
    progress: Progress | None = None,
) -> dict[str, tuple[Judged, ...]]:
    """Return what each ranker says of examples that it did not learn from, for `summarise` or `compare`."""
    training = tables.config.training
    moment = tables.config.moment(as_of)
    known, asked = (
        tables.cut(moment),
        rankers or {name: make_ranker(name, training) for name in (*BASELINES, DEFAULT)},
    )
    if knows_starts(known):
        split = TimeSplit.before(moment, training)
        possible = sum(bool(split.fold(cut_off).train) for cut_off in split.cut_offs)
        return roll(known, asked, split, tests=min(tests, max(possible, 1)), progress=progress)
    rows = blind_snapshot(known, moment)
    held = held_frame(rows, catalogue(known).ids)
    return hidden_one(feature_frame(rows), held, asked, random_state=training.seed)


def headlines(figures: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the figures that a person looks at first, over all test cut-offs and products, in JSON's own types."""
    pooled = figures[figures["cut_off"].isna() & figures["product_id"].isna() & figures["metric"].isin(HEADLINES)]
    columns = ["ranker", "metric", "value", "low", "high"]
    records = pooled[columns].astype(object).where(pooled[columns].notna(), None).to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in records]


def monthly(figures: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the headline figures of each test cut-off, oldest first, in JSON's own types."""
    found = figures[figures["cut_off"].notna() & figures["product_id"].isna() & figures["metric"].isin(HEADLINES)]
    records: list[dict[Any, Any]] = found.sort_values("cut_off", kind="stable").to_dict("records")
    return [
        {
            "cut_off": one["cut_off"].isoformat(),
            "ranker": one["ranker"],
            "metric": one["metric"],
            "value": None if pd.isna(one["value"]) else float(one["value"]),
        }
        for one in records
    ]


def knows_starts(tables: Tables) -> bool:
    """Tell whether any holding has a start, so that past take-ups can be learnt from."""
    holdings = tables["holdings"]
    starts = holdings.aggregate(started=holdings.started_at.count(), ordered=holdings.ordered_at.count())
    return any(count > 0 for count in fetch(starts, "holdings").to_pylist()[0].values())
