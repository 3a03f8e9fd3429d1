"""Between the schemas of Arrow and of Spark."""

from inspect import signature
from typing import Any

import pyarrow as pa
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

__all__ = ["no_rows", "spark_schema"]


def no_rows(schema: Any) -> pa.Table:
    """Return an Arrow table without rows, as Spark hands over a frame of `schema`."""
    # The older versions of pyspark take every moment for one in UTC, the newer ones want to be told.
    zone: dict[str, Any] = {"timezone": "UTC"} if "timezone" in signature(to_arrow_schema).parameters else {}
    return to_arrow_schema(schema, **zone).empty_table()


def spark_schema(schema: pa.Schema) -> Any:
    """Return `schema` for Spark; the metadata of its fields come along."""
    types = from_arrow_schema(schema, prefer_timestamp_ntz=False)
    for name in types.names:
        said = schema.field(name).metadata or {}
        types[name].metadata = {key.decode(): text.decode() for key, text in said.items()}
    return types
