"""The rows of an unsorted snapshot file in the order of their ids, with the memory of a few shards."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.schema import ACCOUNT
from recommender.scoring.ids import in_order, plain_ids
from recommender.scoring.snapshot_file import read_runs

__all__ = ["SCRATCH", "sorted_runs"]

SCRATCH: Final = ".sorting-"
_RUN: Final = 65_536
_SAMPLE: Final = 100_000


def sorted_runs(path: Path, columns: Collection[str] | None, n_rows: int, total: int, scratch: Path) -> Iterator[Any]:
    """Give the rows sorted by account, `n_rows` at a time, by way of files in `scratch`: one for each range of ids.

    Raises
    ------
    DataError
        If the file is damaged, or an account stands in several rows.
    """
    borders = _borders(path, max(1, total // max(n_rows, _RUN)), total)
    with TemporaryDirectory(prefix=SCRATCH, dir=scratch) as folder:
        buckets = _spread(path, columns, borders, Path(folder))
        yield from _cut((in_order(_read(bucket)) for bucket in buckets), n_rows)


def _borders(path: Path, n_buckets: int, total: int) -> NDArray[Any]:
    """Return ids that part the rows into buckets of about the same size, from a sample of them."""
    every = max(1, total // _SAMPLE)
    sample = [id_ for run in read_runs(path, {ACCOUNT}, _RUN) for id_ in plain_ids(run).to_pylist()[::every]]
    ordered = np.array(sorted(sample), dtype=object)
    return ordered[np.arange(1, n_buckets) * len(ordered) // n_buckets]


def _spread(path: Path, columns: Collection[str] | None, borders: NDArray[Any], folder: Path) -> list[Path]:
    files = [folder / f"{bucket:05d}.arrow" for bucket in range(len(borders) + 1)]
    with ExitStack() as stack:
        writers: list[Any] = []
        for run in read_runs(path, columns, _RUN):
            if not writers:
                writers += [stack.enter_context(pa.ipc.new_file(str(file), run.schema)) for file in files]
            place = np.searchsorted(borders, plain_ids(run).to_numpy(), side="right")
            for bucket in np.unique(place):
                writers[bucket].write_table(run.filter(pa.array(place == bucket)).combine_chunks())
    return files


def _read(bucket: Path) -> pa.Table:
    with pa.ipc.open_file(str(bucket)) as file:
        return file.read_all()


def _cut(tables: Iterator[pa.Table], n_rows: int) -> Iterator[pa.Table]:
    """Give the rows of `tables` in runs of `n_rows`; the last run may be shorter."""
    left: list[pa.Table] = []
    for table in tables:
        left.append(table)
        ready = pa.concat_tables(left)
        whole = ready.num_rows // n_rows * n_rows
        for start in range(0, whole, n_rows):
            yield ready.slice(start, n_rows).combine_chunks()
        left = [ready.slice(whole)]
    if left and left[0].num_rows:
        yield left[0].combine_chunks()
