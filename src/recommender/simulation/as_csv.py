"""The tables of a synthetic operator as CSV files, which a person can read."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

__all__ = ["rewrite_as_csv"]


def rewrite_as_csv(folder: Path) -> None:
    """Put a CSV file in the place of every Parquet file of `folder`; times in UTC, lists with `;` between.

    No text of the operator holds a comma or a quote, so that none has to be quoted.
    """
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path)
        columns = {name: _plain(table.column(name)) for name in table.column_names}
        with path.with_suffix(".csv").open("wb") as file:
            file.write((",".join(columns) + "\n").encode())
            pcsv.write_csv(pa.table(columns), file, pcsv.WriteOptions(include_header=False, quoting_style="none"))
        path.unlink()


def _plain(column: Any) -> Any:
    if pa.types.is_list(column.type):
        return pc.binary_join(column, ";")
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column.cast(pa.timestamp("s", column.type.tz), safe=False), "%Y-%m-%dT%H:%M:%SZ")
    return column
