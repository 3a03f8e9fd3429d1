"""One hidden service per account of the Telco table: hit@1, hit@3 and MRR beside popularity and co-holding.

    python benchmarks/telco_hidden.py path/to/Telco-Customer-Churn.csv --seeds 5

Of 70 % of the accounts, each service held is hidden in turn and learnt from; of each of the other accounts one service,
each equally likely, is hidden, and all services that it does not hold besides are ranked. The charges contain the
price of the hidden service, so the figures are given without them, and with them to show how much they give away.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import pandas as pd

from recommender.datasets import TELCO, telco
from recommender.evaluation import Judging, blind_snapshot, feature_frame, held_frame, hidden_one, summarise
from recommender.ranking import CoHoldingRanker, LogisticRanker, PopularityRanker
from recommender.tables import Tables

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
CHARGES = ("monthly_charges", "total_charges")
METRICS = ("hit@1", "hit@3", "mrr")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", help="the CSV file, or the folder that holds it")
    parser.add_argument("--seeds", type=int, default=1, help="how many splits, seeds 0, 1, ... (default: %(default)s)")
    asked = parser.parse_args(arguments)
    tables = telco(asked.path)
    figures = [
        one.assign(charges=charges)
        for charges, known in (("without", tables), ("with", with_charges(tables)))
        for one in judge(known, range(asked.seeds))
    ]
    print(table(pd.concat(figures)).to_string(index=False))


def with_charges(tables: Tables) -> Tables:
    features = tables.config.features
    kept = tuple(name for name in features.exclude if name not in CHARGES)
    return replace(tables, config=replace(tables.config, features=replace(features, exclude=kept)))


def judge(tables: Tables, seeds: Sequence[int]) -> list[pd.DataFrame]:
    rows = blind_snapshot(tables, AS_OF)
    features, held = feature_frame(rows), held_frame(rows, TELCO.ids)
    return [timed(features, held, name, ranker, seed) for seed in seeds for name, ranker in rankers(seed).items()]


def rankers(seed: int) -> Mapping[str, Any]:
    return {
        "popularity": PopularityRanker(),
        "co-holding": CoHoldingRanker(),
        "logistic": LogisticRanker(random_state=seed),
    }


def timed(features: pd.DataFrame, held: pd.DataFrame, name: str, ranker: Any, seed: int) -> pd.DataFrame:
    start = perf_counter()
    said = hidden_one(features, held, {name: ranker}, random_state=seed)
    seconds = perf_counter() - start
    return summarise(said, Judging(resamples=200)).assign(seed=seed, seconds=seconds)


def table(figures: pd.DataFrame) -> pd.DataFrame:
    """Give the mean over seeds, the spread between them (or, for one seed, half the interval), and seconds."""
    wanted = figures[figures["metric"].isin(METRICS) & figures["product_id"].isna()]
    return pd.DataFrame([line(*found) for found in wanted.groupby(["charges", "ranker"], sort=False)])


def line(key: tuple[Any, ...], figures: pd.DataFrame) -> dict[str, Any]:
    by_metric = figures.groupby("metric")
    value, half = by_metric["value"].mean(), ((figures["high"] - figures["low"]) / 2).groupby(figures["metric"]).mean()
    spread = by_metric["value"].std().fillna(half)
    said = {metric: f"{value[metric]:.4f} ± {spread[metric]:.4f}" for metric in METRICS}
    counted = {"accounts": int(figures["n"].iloc[0]), "seconds": f"{figures['seconds'].mean():.2f}"}
    return {"charges": key[0], "ranker": key[1], **said, **counted}


if __name__ == "__main__":
    main()
