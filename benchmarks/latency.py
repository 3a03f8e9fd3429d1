"""How long one call takes: `python benchmarks/latency.py [--accounts 1000000] [--calls 300]`.

An operator of 2,000 accounts is simulated and a model trained on it. Then, in milliseconds, p50 and p99 of

- `model.decide` for 1, 10 and 1,000 accounts in memory, and of the scorecard alone for one,
- `predict` for one account out of a snapshot file of `--accounts` rows (the operator's, repeated under new ids and
  written in row groups of 16,384), with the model in memory and with the model's folder, which is verified anew by
  each call; beside it stands reading the whole file.

Wall time shows what a caller waits and needs a quiet machine; processor time hardly depends on what else runs.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import recommender
from recommender.files import sealed

UNTIL = datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Berlin"))
GROUP = 16_384


def write_many(rows: pa.Table, path: Path, accounts: int) -> None:
    """Repeat the rows under new ids, sorted, one row group at a time."""
    rng = np.random.default_rng(0)
    place = rows.schema.get_field_index("account_id")
    with (
        sealed(path) as hidden,
        pq.ParquetWriter(
            hidden, rows.schema, compression="zstd", write_page_checksum=True, write_statistics=["account_id"]
        ) as writer,
    ):
        for start in range(0, accounts, GROUP):
            n = min(GROUP, accounts - start)
            ids = pa.array([f"B{i:09d}" for i in range(start, start + n)])
            some = rows.take(pa.array(rng.integers(0, rows.num_rows, n)))
            writer.write_table(some.set_column(place, rows.schema.field(place), ids))


def report(what: str, calls: int, call: Callable[[int], object]) -> None:
    call(0)
    wall, cpu = np.empty(calls), np.empty(calls)
    for i in range(calls):
        started, used = time.perf_counter(), time.process_time()
        call(i)
        wall[i], cpu[i] = time.perf_counter() - started, time.process_time() - used
    figures = [1e3 * float(np.percentile(times, p)) for times in (wall, cpu) for p in (50, 99)]
    print(f"{what:<52}" + "".join(f"{figure:10.3f}" for figure in figures), flush=True)


def main(accounts: int, calls: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        recommender.simulate(home / "data", accounts=2_000, seed=1, until=UNTIL)
        tables = recommender.read_tables(home / "data")
        folder = recommender.save_model(recommender.train(tables, UNTIL), home / "models" / "cross-sell")
        recommender.write_snapshot(tables, UNTIL, home / "few.parquet")
        rows, model = pq.read_table(home / "few.parquet"), recommender.load_model(folder)
        many = home / "many.parquet"
        write_many(rows, many, accounts)
        print(f"{'milliseconds':<52}{'wall p50':>10}{'wall p99':>10}{'cpu p50':>10}{'cpu p99':>10}")
        for n in (1, 10, 1_000):
            starts = np.random.default_rng(n).integers(0, rows.num_rows - n, calls)
            slices = [rows.slice(int(start), n) for start in starts]
            report(
                f"model.decide, {n:,} accounts",
                max(20, calls // (1 if n < 1_000 else 10)),
                lambda i, some=slices: model.decide(some[i], decided_at=UNTIL),
            )
        card = model.scorecard
        held = np.zeros((1, len(card.held_products)), dtype=bool)
        one = [rows.slice(i, 1) for i in range(calls)]
        report("scorecard, 1 account", calls, lambda i: card.propensities(one[i], held))
        asked = [f"B{i:09d}" for i in np.random.default_rng(0).integers(0, accounts, calls)]
        for what, given in (("in memory", model), ("from its folder", folder)):
            report(
                f"predict, 1 of {accounts:,} in a file, model {what}",
                max(20, calls // 5),
                lambda i, given=given: recommender.predict(many, given, accounts=[asked[i]], as_of=UNTIL),
            )
        report(f"read the whole file ({many.stat().st_size / 2**20:.0f} MiB)", 1, lambda _: pq.read_table(many))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=300)
    arguments = parser.parse_args()
    main(arguments.accounts, arguments.calls)
