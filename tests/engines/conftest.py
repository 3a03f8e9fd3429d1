"""A small operator whose tables lie in several engines."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

_OPTIONAL: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "calls": {"roaming": (False, None, True, False, False)},
    "sessions": {"roaming": (None, False, True)},
    "products": {
        "included_minutes": (500, None, 0),
        "included_messages": (None, 20),
        "included_bytes": (3_000_000_000, 5_000_000_000),
    },
}


@pytest.fixture(scope="session")
def raw(small_operator: Path) -> Mapping[str, pa.Table]:
    """Return the tables of the operator, with gaps and edges in the columns that are optional."""
    tables = {path.stem: pq.read_table(path) for path in sorted(small_operator.glob("*.parquet"))}
    return {name: _with(table, _OPTIONAL.get(name, {})) for name, table in tables.items()}


def _with(table: pa.Table, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    for name, values in columns.items():
        column = pa.array([values[row % len(values)] for row in range(table.num_rows)])
        table = table.set_column(table.column_names.index(name), name, column)
    return table
