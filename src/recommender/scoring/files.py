"""Parquet files as a job writes them: with page checksums, and a hidden name until all is written."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from recommender.errors import DataError
from recommender.files import sha256_of, whole
from recommender.schema import ACCOUNT

__all__ = ["read_parquet", "write_parquet"]


def read_parquet(path: Path, of: str) -> pa.Table:
    """Read a file of `of`, with its checksums verified.

    Raises
    ------
    DataError
        If it is missing, damaged or no Parquet.
    """
    try:
        return pq.read_table(path, page_checksum_verification=True)
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file.") from None
    except (pa.ArrowException, OSError, UnicodeEncodeError) as error:
        raise DataError(f"{path}: not a readable file of {of}.") from error


def write_parquet(path: Path, table: pa.Table) -> dict[str, Any]:
    """Write `table`, whole or not at all, and return its rows and sha256; equal rows give equal bytes."""
    with whole(path) as hidden:
        pq.write_table(
            table.combine_chunks(),
            hidden,
            compression="zstd",
            use_dictionary=_repeating(table.schema),  # type: ignore[arg-type]  # or a list of columns
            write_statistics=[ACCOUNT],
            write_page_checksum=True,
        )
        return {"rows": table.num_rows, "sha256": sha256_of(hidden)}


def _repeating(schema: pa.Schema) -> list[str]:
    """Return the columns whose values are worth a dictionary: a figure hardly stands twice, and is sought in vain."""
    return [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for field in schema
        if not pa.types.is_floating(field.type)
    ]
