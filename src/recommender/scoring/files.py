"""Results on disk: each file whole or not there."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["parquet", "whole"]


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


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a hidden path beside `path`; sync and rename it when the block ends well, remove it otherwise."""
    hidden = path.with_name(f".{path.name}.writing")
    try:
        yield hidden
        with hidden.open("rb") as file:
            os.fsync(file.fileno())
        hidden.replace(path)
    finally:
        hidden.unlink(missing_ok=True)
