"""What a batch job needs in memory: `python benchmarks/memory.py [--accounts 100000 1000000] [--workers 1 2]`.

An operator of 2,000 accounts is simulated and a model trained on it. Its snapshot, repeated under new ids in groups of
rows of `--group`, is a file of each number of accounts; each is scored in a process of its own. Printed is the most
memory that this process and its workers held at any moment (the sum of their `Pss`, by which a page that several share
counts once, looked at five times a second), the peak of the process itself (`VmHWM`), the processor seconds where one
worker did all, and what is on disk. With `--dispositions counts` no dispositions are written.
"""

import argparse
import contextlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import recommender
from recommender.files import sealed

UNTIL = datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Berlin"))
JOB = """
import sys
import recommender

source, model, out, as_of, dispositions, workers = sys.argv[1:]
options = recommender.BatchOptions(dispositions=dispositions, workers=int(workers))
offers = recommender.score(source, model, out, as_of=as_of, options=options)["offers"]
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(offers, peak)
"""


def write_many(rows: pa.Table, path: Path, accounts: int, group: int) -> None:
    """Repeat the rows under new ids that rise, one group of rows at a time."""
    place, rng = rows.schema.get_field_index("account_id"), np.random.default_rng(0)
    with (
        sealed(path) as hidden,
        pq.ParquetWriter(hidden, rows.schema, compression="zstd", write_page_checksum=True) as writer,
    ):
        for start in range(0, accounts, group):
            n = min(group, accounts - start)
            some = rows.take(pa.array(rng.integers(0, rows.num_rows, n)))
            ids = pa.array([f"B{i:010d}" for i in range(start, start + n)])
            writer.write_table(some.set_column(place, rows.schema.field(place), ids), row_group_size=group)


def below(process: int) -> set[int]:
    """Return the process and all that it started."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def memory_of(processes: set[int]) -> int:
    """Return the bytes that processes hold together."""
    total = 0
    for process in processes:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return total


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def size_of(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


def score(source: Path, model: Path, out: Path, dispositions: str, workers: int) -> str:
    command = [sys.executable, "-c", JOB, source, model, out, UNTIL.isoformat(), dispositions, str(workers)]
    started, used, most = time.monotonic(), cpu_of_children(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  the job above
        while process.poll() is None:
            most = max(most, memory_of(below(process.pid)))
            time.sleep(0.2)
        assert process.returncode == 0
        assert process.stdout
        offers, peak = process.stdout.read().split()
    seconds, wall, written = cpu_of_children() - used, time.monotonic() - started, size_of(out)
    return (
        f"{most / 2**20:8.0f}{int(peak) / 2**10:10.0f}{seconds:10.1f}{wall:9.1f}{int(offers):12,}"
        f"{source.stat().st_size / 2**20:10.0f}{written / 2**20:10.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1])
    parser.add_argument("--group", type=int, default=65_536, help="rows per group of the file (default: %(default)s)")
    parser.add_argument("--dispositions", choices=("all", "sample", "counts"), default="all")
    parser.add_argument("--folder", help="where the files go and are removed again (default: that of temporary files)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as scratch:
        home = Path(scratch)
        recommender.simulate(home / "data", accounts=2_000, seed=1, until=UNTIL)
        tables = recommender.read_tables(home / "data")
        model = recommender.save_model(recommender.train(tables, UNTIL), home / "models" / "cross-sell")
        recommender.write_snapshot(tables, UNTIL, home / "few.parquet")
        rows = pq.read_table(home / "few.parquet")
        print(
            f"{rows.num_columns} columns, {len(recommender.load_model(model).scorecard.products)} products, "
            f"dispositions: {asked.dispositions}; {os.cpu_count()} cores"
        )
        print("  accounts workers  MiB all  MiB main  cpu sec  wall sec      offers    MiB in   MiB out")
        for accounts in asked.accounts:
            write_many(rows, home / "many.parquet", accounts, asked.group)
            for workers in asked.workers:
                said = score(home / "many.parquet", model, home / "out", asked.dispositions, workers)
                print(f"{accounts:10,}{workers:8}{said}", flush=True)
                shutil.rmtree(home / "out")


if __name__ == "__main__":
    main()
