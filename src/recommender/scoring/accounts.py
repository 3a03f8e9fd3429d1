"""The rows that a batch job decides: sorted by account, known by a digest, given shard by shard."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from recommender.errors import DataError
from recommender.files import check_seal, sha256_of
from recommender.schema import ACCOUNT
from recommender.scoring.digests import sha256_of_rows
from recommender.scoring.ids import in_order, plain_ids, with_plain_ids
from recommender.scoring.snapshot_file import read_accounts, read_runs
from recommender.scoring.sorting import sorted_runs

__all__ = ["Accounts", "of_file", "of_table"]

_RUN: Final = 65_536


@dataclass(frozen=True)
class Accounts:
    """The rows of a job.

    `shards(n_rows)` gives them sorted by account, `n_rows` at a time, and `ids()` their ids in any order; both can be
    called again. `first` holds the first row, where there is one.
    """

    n: int
    digest: str
    first: pa.Table
    shards: Callable[[int], Iterator[pa.Table]]
    ids: Callable[[], Iterator[Any]]


def of_table(rows: pa.Table) -> Accounts:
    """Take rows that are in memory, in whatever order."""
    ordered = in_order(rows)
    return Accounts(
        n=ordered.num_rows,
        digest=sha256_of_rows(ordered),
        first=ordered.slice(0, 1),
        shards=partial(_slices, ordered),
        ids=lambda: iter([ordered.column(ACCOUNT)]),
    )


def of_file(path: Path, columns: Collection[str] | None, scratch: Path) -> Accounts:
    """Take the rows of a snapshot file; where they are not sorted, they are put in order in the folder `scratch`.

    Raises
    ------
    DataError
        If the file is damaged, or an account stands in several rows.
    """
    before = _stamp(path)
    digest = check_seal(path)
    total, is_sorted = _look_through(path)
    in_turn = partial(_sorted_file, path, columns)
    first = next(read_runs(path, columns, 1), None)
    return Accounts(
        n=total,
        digest=digest,
        first=read_accounts(path, columns, None) if first is None else first,
        shards=lambda n_rows: _while_unchanged(
            path, digest, before, in_turn(n_rows) if is_sorted else sorted_runs(path, columns, n_rows, total, scratch)
        ),
        ids=lambda: (plain_ids(run) for run in read_runs(path, {ACCOUNT}, _RUN)),
    )


def _slices(rows: pa.Table, n_rows: int) -> Iterator[pa.Table]:
    for start in range(0, rows.num_rows, n_rows):
        yield rows.slice(start, n_rows)


def _while_unchanged(path: Path, digest: str, before: tuple[int, ...], runs: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Give `runs` as long as the file is the one whose digest was taken: what is written is known by that digest.

    A copy may keep the time of the last change, but no program sets the time at which the system saw one. That moves
    for a new link or other rights, too, and then the digest tells.
    """
    for run in runs:
        if (now := _stamp(path)) != before and (not now or sha256_of(path) != digest):
            raise DataError(f"{path}: it was changed while it was read; run the job again, in another folder.")
        before = now
        yield run


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _sorted_file(path: Path, columns: Collection[str] | None, n_rows: int) -> Iterator[pa.Table]:
    for run in read_runs(path, columns, n_rows):
        yield with_plain_ids(run)


def _look_through(path: Path) -> tuple[int, bool]:
    """Return how many rows there are, and whether their ids rise.

    Raises
    ------
    DataError
        If the ids are sorted and some stand twice; where they are not sorted, that shows later.
    """
    total, twice, is_sorted, last = 0, 0, True, pa.array([], pa.string())
    for run in read_runs(path, {ACCOUNT}, _RUN):
        ids = pa.concat_arrays([last, plain_ids(run).combine_chunks()])
        is_sorted = is_sorted and not pc.any(pc.greater(ids[:-1], ids[1:])).as_py()
        twice += pc.equal(ids[:-1], ids[1:]).true_count
        total, last = total + run.num_rows, ids[-1:]
    if is_sorted and twice:
        raise DataError(f"{path}: a snapshot has one row per account, but {twice} rows repeat an account.")
    return total, is_sorted
