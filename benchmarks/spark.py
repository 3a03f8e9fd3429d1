"""Scoring on Spark beside Spark's own read of the same rows: `python benchmarks/spark.py [--accounts 200000]`.

A model is trained on a simulated operator; the snapshot of its accounts, copied under new ids, is the input (Parquet).
Timed in one local session, each the best of three after a warm-up and all by the `noop` sink, which takes every row and
keeps none: reading every column, reading those that a decision needs, handing these to Python and no row back, and
deciding (offers). What `score` looks at beforehand (ids that stand twice, the model packed) stands apart, as it is done
once for offers, dispositions and counts. The CPU is that of the whole tree of processes.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

import recommender
import recommender.spark
from recommender.snapshots import build_snapshot

AS_OF, TRAINED = "2026-06-15T00:00+00:00", "2026-05-01T00:00+00:00"
SIMULATED = 2_000
TICKS = os.sysconf("SC_CLK_TCK")


def make(home: Path, accounts: int) -> Path:
    recommender.simulate(home / "data", accounts=SIMULATED, seed=7)
    tables = recommender.read_tables(home / "data")
    rows = build_snapshot(tables, AS_OF)
    copies = -(-accounts // rows.num_rows)
    many = rows.take(pa.array(np.tile(np.arange(rows.num_rows), copies)[:accounts]))
    ids = pa.array([f"N{i:09d}" for i in range(accounts)])
    many = many.set_column(many.schema.get_field_index("account_id"), "account_id", ids)
    (home / "rows").mkdir()
    for part, start in enumerate(range(0, accounts, 50_000)):
        pq.write_table(many.slice(start, 50_000), home / "rows" / f"{part}.parquet", compression="zstd")
    return recommender.save_model(recommender.train(tables, TRAINED), home / "model")


def cpu_of_the_tree() -> float:
    """Return the CPU seconds of this process and of everything below it, ended children included."""
    parents, seconds = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        seconds[int(folder.name)] = sum(map(int, fields[11:15])) / TICKS
    mine = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sum(seconds[one] for one in mine)


def measured(work: Callable[[], Any]) -> tuple[float, float]:
    work()
    best = (float("inf"), float("inf"))
    for _ in range(3):
        started, used = time.perf_counter(), cpu_of_the_tree()
        work()
        best = min(best, (time.perf_counter() - started, cpu_of_the_tree() - used))
    return best


def none_of(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.record_batch({"n": pa.array([batch.num_rows])})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=200_000)
    asked = parser.parse_args()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        model = make(home, asked.accounts)
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        for name, value in (("driver.host", "127.0.0.1"), ("sql.warehouse.dir", str(home / "warehouse"))):
            builder = builder.config(f"spark.{name}", value)
        session = builder.config("spark.driver.memory", "4g").getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        rows = session.read.parquet(str(home / "rows"))
        scored = recommender.spark.score(rows, model, as_of=AS_OF)
        work = {
            "read every column": rows,
            "read what is needed": scored.rows,
            "hand it to Python": scored.rows.mapInArrow(none_of, "n long"),
            "score (offers)": scored.offers,
        }
        figures = {
            name: measured(lambda frame=frame: frame.write.format("noop").mode("overwrite").save())
            for name, frame in work.items()
        }
        figures["score() itself"] = measured(lambda: recommender.spark.score(rows, model, as_of=AS_OF))
        offers = scored.offers.count()
        session.stop()
    floor = figures["read every column"]
    print(
        f"{asked.accounts} accounts x {len(rows.columns)} columns, {len(scored.rows.columns)} needed; {offers} offers"
    )
    for name, (wall, cpu) in figures.items():
        beside = f"{wall / floor[0]:5.2f}x wall {cpu / floor[1]:5.2f}x CPU of reading every column"
        print(f"{name:22s} {wall:7.2f} s wall {cpu:7.2f} s CPU  {beside}")


if __name__ == "__main__":
    main()
