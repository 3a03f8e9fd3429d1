"""Results on disk: each file whole or not there, the summary last."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from recommender.errors import OutputError
from recommender.files import whole

__all__ = ["OFFERS", "SUMMARY", "empty_folder", "parquet", "refuse_results", "write_summary"]

OFFERS: Final = "offers.parquet"
SUMMARY: Final = "summary.json"


def empty_folder(folder: Path) -> None:
    """Make `folder` where it is missing; see `refuse_results`."""
    refuse_results(folder)
    folder.mkdir(parents=True, exist_ok=True)


def refuse_results(folder: Path) -> None:
    """Refuse a folder that is no place for new results.

    Raises
    ------
    OutputError
        If it holds results already.
    """
    if (folder / SUMMARY).exists():
        raise OutputError(f"{folder}: it holds the results of an earlier job; name another folder, or remove it.")


def write_summary(folder: Path, summary: Mapping[str, Any]) -> None:
    """Write the summary of a job, by which its other results are known to be whole."""
    with whole(folder / SUMMARY) as path:
        path.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")


@contextmanager
def parquet(path: Path) -> Iterator[Callable[[pa.Table], None]]:
    """Give a function that appends a table to `path`, which appears only when all of it is written."""
    with whole(path) as hidden, ExitStack() as files:
        writers: list[pq.ParquetWriter] = []

        def append(table: pa.Table) -> None:
            if not writers:
                writer = pq.ParquetWriter(hidden, table.schema, compression="zstd", write_page_checksum=True)
                writers.append(files.enter_context(writer))
            writers[0].write_table(table)

        yield append
