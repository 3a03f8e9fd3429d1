"""How a batch job goes about its work."""

from dataclasses import dataclass
from typing import get_args

from recommender.errors import ConfigError
from recommender.schema import Kept

__all__ = ["BatchOptions", "Kept"]


@dataclass(frozen=True)
class BatchOptions:
    """How a batch job goes about its work; only `dispositions` and `shard_rows` show in what it writes.

    Attributes
    ----------
    workers
        Processes that decide side by side.
    dispositions
        "all" keeps every pair, "sample" those of one account in a hundred, "counts" none; the summary counts them all.
    shard_rows
        Accounts per shard: what is written, and kept when a job is taken up again.
    chunk_rows
        Accounts decided at once.
    """

    workers: int = 1
    dispositions: Kept = "all"
    shard_rows: int = 65_536
    chunk_rows: int = 16_384

    def __post_init__(self) -> None:
        if min(self.workers, self.shard_rows, self.chunk_rows) < 1:
            raise ConfigError(f"workers, shard_rows and chunk_rows from 1 were needed, {self} came.")
        if self.dispositions not in get_args(Kept):
            raise ConfigError(f"dispositions: one of {get_args(Kept)} was needed, {self.dispositions!r} came.")
