"""How much of the oracle could be reached at all: `python benchmarks/ranking/ceiling.py [--seed 0]`.

LightGBM learns the *true probabilities* of take-up of a simulated operator, so that no chance of single take-ups is in
what it learns: once from the features that an operator sees, once from the latent needs and traits besides (as they are
at the end). Printed is what its ranking of the next month is worth as a share of the oracle's. What the first lacks of
1, a learner like it cannot have from these features of so many accounts, however it ranks; what the second lacks, it
lacks itself.
"""

import argparse
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
from job import Job
from operator_table import folder_of, months_of

from recommender.evaluation import Examples, Judged, Judging, measure, stack
from recommender.evaluation.regret import true_probabilities

BUILD = Path(__file__).parents[2] / "build" / "ranking"
ROUNDS = 120
SHOWN = ("ndcg@3_of_oracle", "take_ups@3_of_oracle")
SETTINGS = {
    "objective": "cross_entropy",
    "num_leaves": 24,
    "learning_rate": 0.15,
    "feature_fraction": 0.5,
    "max_bin": 63,
    "num_threads": 1,
    "verbosity": -1,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    seed, job = parser.parse_args().seed, Job(BUILD, quick=False, asks=True)
    train, test, truth = months_of(seed, job)
    latent = pd.read_parquet(folder_of(seed, job) / "operator" / "truth" / "latent.parquet").set_index("account_id")
    print(f"seed {seed}: {test.account_id.nunique():,} accounts, {len(train):,} rows to learn from")
    for name, known in (("features", latent[[]]), ("features and latent needs and traits", latent)):
        said = learnt(train, test, truth, known)
        judged = measure(Judged(name, test, said), Judging(resamples=2, truth=truth), by_product=False)
        values = judged.set_index("metric")["value"]
        print(name, ", ".join(f"{metric} {values[metric]:.3f}" for metric in SHOWN), flush=True)


def learnt(train: Examples, test: Examples, truth: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
    """Return what trees on the true probabilities say of the next month; shape (n, n_products)."""
    wanted, both = true_probabilities(truth, train), matrix(stack([train, test]), known)
    x, asked = both[: len(train)], both[len(train) :]
    said = np.zeros((len(test), len(test.products)))
    for product, target in enumerate(wanted.T):
        rows = train.candidates[:, product] & ~np.isnan(target)
        booster = lgb.train(SETTINGS, lgb.Dataset(x[rows], target[rows]), ROUNDS)
        said[:, product] = booster.predict(asked, num_threads=1)
    return said


def matrix(examples: Examples, known: pd.DataFrame) -> np.ndarray:
    numbers = [number(column) for _, column in examples.X.items()]
    return np.column_stack([*numbers, examples.held.to_numpy(float), known.loc[examples.account_id].to_numpy(float)])


def number(column: "pd.Series") -> np.ndarray:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return column.astype("float64").to_numpy()
    levels = sorted(column.dropna().unique())
    return column.map({level: place for place, level in enumerate(levels)}).astype("float64").to_numpy()


if __name__ == "__main__":
    main()
