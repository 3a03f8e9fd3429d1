"""Shards in several processes at once; joblib stands here, so it is imported only when it is needed."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from recommender.errors import OutputError
from recommender.scoring.shards import Finished, Work, work_on

__all__ = ["work_on_all"]


def work_on_all(work: Work, shards: Iterable[tuple[int, pa.Table]]) -> Iterator[Finished]:
    """Work on `shards` in `work.options.workers` processes and give each when it is finished, in any order.

    Raises
    ------
    OutputError
        If a process was killed.
    """
    # No more shards are read ahead than there are workers, so that memory stays flat.
    pool = Parallel(
        n_jobs=work.options.workers,
        return_as="generator_unordered",
        pre_dispatch="n_jobs",
        batch_size=1,
        max_nbytes=None,  # the arrays of a model go by themselves: a file of them would outlive a worker that is killed
    )
    try:
        yield from pool(delayed(_one)(work, number, rows) for number, rows in shards)
    except TerminatedWorkerError as error:
        raise OutputError(
            f"{work.folder}: a worker was killed, perhaps for want of memory; run the job again, and it goes on where "
            "it was."
        ) from error


def _one(work: Work, number: int, rows: pa.Table) -> Finished:
    pa.set_cpu_count(1)
    return work_on(work, number, rows)
