"""What a training costs: `python benchmarks/training.py [--accounts 200000] [--base 25000] [--threads 2]`.

The rows are those of a simulated operator of `--base` accounts at each of six cut-offs, repeated with their amounts
moved a little each time until there are as many accounts as asked for: as many rows, columns, products and take-ups as
an operator of that size has, without simulating one. The copies of an account count as one account, so that none of
them is learnt from where another one is what a fold is checked on: trees would then hardly ever stop. The last cut-off
is kept for the calibration, as in `train`. Printed are the seconds of the fit, by the clock and of processors, those of
the calibration, and the most memory held.
"""

import argparse
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recommender.config import Training
from recommender.evaluation import Examples, TimeSplit, examples_at, stack
from recommender.ranking import ScorecardRanker, calibrate
from recommender.simulation import simulate
from recommender.tables import read_tables

UNTIL = pd.Timestamp("2026-07-01", tz="Europe/Berlin").to_pydatetime()


def main() -> None:
    asked = _parser().parse_args()
    examples = _grown(_operator(asked.base, asked.cut_offs), asked.accounts)
    *earlier, last = examples.cut_offs
    first, later = examples.at(earlier), examples.at([last])
    n_products = len(examples.products)
    del examples
    columns = first.X.shape[1] + first.held.shape[1] + 1
    print(f"{len(first):,} rows, {columns} columns, {n_products} products, {first.taken.sum():,} take-ups", flush=True)
    started, worked = perf_counter(), process_time()
    account = pd.Index(first.account_id)
    parts = (part.set_axis(account) for part in (first.X, first.y, first.held))
    card = ScorecardRanker(n_jobs=asked.threads).fit(*parts).compile()
    print(f"fit: {perf_counter() - started:.0f} s, {process_time() - worked:.0f} s of processors", flush=True)
    started = perf_counter()
    calibrate(card, later.X, later.y, later.held)
    print(f"calibration on {len(later):,} rows: {perf_counter() - started:.0f} s; {len(card.terms)} terms")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB on {sys.platform}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--base", type=int, default=25_000)
    parser.add_argument("--cut-offs", type=int, default=6)
    parser.add_argument("--threads", type=int, default=2)
    return parser


def _operator(accounts: int, cut_offs: int) -> Examples:
    split = TimeSplit.before(UNTIL, Training(cut_offs=cut_offs))
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder) / "operator", accounts=accounts, months=cut_offs + 3)
        tables = read_tables(Path(folder) / "operator")
        return examples_at(tables, split.cut_offs, horizon_days=split.horizon_days)


def _grown(examples: Examples, accounts: int) -> Examples:
    copies = max(round(accounts / examples.account_id.nunique()), 1)
    random = np.random.default_rng(0)
    return stack([examples, *(_moved(examples, random) for _ in range(copies - 1))])


def _moved(examples: Examples, random: np.random.Generator) -> Examples:
    moved = {name: _times(column, random) for name, column in examples.X.select_dtypes("floating").items()}
    return Examples(examples.X.assign(**moved), examples.y, examples.held, examples.account_id, examples.cut_off)


def _times(column: "pd.Series[float]", random: np.random.Generator) -> "pd.Series[float]":
    factor = pa.array(random.lognormal(sigma=0.05, size=len(column)))
    amounts = pc.multiply(pa.chunked_array(pa.array(column)).combine_chunks(), factor)
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([amounts])), index=column.index)


if __name__ == "__main__":
    main()
