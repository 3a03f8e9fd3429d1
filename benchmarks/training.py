"""What a training costs: `python benchmarks/training.py [--accounts 200000] [--cut-offs 6] [--threads 2]`.

The rows are those of a simulated operator of a few thousand accounts at each cut-off, repeated with their amounts
moved a little each time until there are as many accounts as asked for: as many rows, columns, products and take-ups as
an operator of that size has, without simulating one. The last cut-off is kept for the calibration, as in `train`.
Printed are the seconds of the fit and of the calibration by the clock and of processors, and the most memory held.
"""

import argparse
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pandas as pd

from recommender.config import Training
from recommender.evaluation import Examples, TimeSplit, examples_at, stack
from recommender.ranking import ScorecardRanker, calibrate
from recommender.simulation import simulate
from recommender.tables import read_tables

BASE = 4_000
UNTIL = pd.Timestamp("2026-07-01", tz="Europe/Berlin").to_pydatetime()


def main() -> None:
    asked = _parser().parse_args()
    examples = _grown(_operator(asked.cut_offs), asked.accounts)
    *earlier, last = examples.cut_offs
    first, later = examples.at(earlier), examples.at([last])
    n_products = len(examples.products)
    del examples
    columns = first.X.shape[1] + first.held.shape[1] + 1
    print(f"{len(first):,} rows, {columns} columns, {n_products} products, {first.taken.sum():,} take-ups")
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
    parser.add_argument("--cut-offs", type=int, default=6)
    parser.add_argument("--threads", type=int, default=2)
    return parser


def _operator(cut_offs: int) -> Examples:
    split = TimeSplit.before(UNTIL, Training(cut_offs=cut_offs))
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder) / "operator", accounts=BASE, months=cut_offs + 3)
        tables = read_tables(Path(folder) / "operator")
        return examples_at(tables, split.cut_offs, horizon_days=split.horizon_days)


def _grown(examples: Examples, accounts: int) -> Examples:
    copies = max(round(accounts / examples.account_id.nunique()), 1)
    random = np.random.default_rng(0)
    return stack([_moved(examples, i, random) for i in range(copies)])


def _moved(examples: Examples, copy: int, random: np.random.Generator) -> Examples:
    amounts = list(examples.X.select_dtypes("floating").columns)
    factor = random.lognormal(sigma=0.05, size=(len(examples), len(amounts)))
    moved = examples.X.assign(**dict(zip(amounts, (examples.X[amounts] * factor).T.to_numpy(), strict=True)))
    return Examples(moved, examples.y, examples.held, examples.account_id + f"-{copy}", examples.cut_off)


if __name__ == "__main__":
    main()
