"""Raw tables that lie in Spark."""

from collections.abc import Mapping
from typing import Any

import ibis
from pyspark.sql import DataFrame

from recommender.config import Config
from recommender.errors import DataError
from recommender.tables import Tables, read_tables

__all__ = ["session_of", "spark_tables"]

_VIEW = "recommender_{}"


def spark_tables(source: Any, config: Config) -> Tables:
    """Read `source`: `Tables`, a Spark session, or a mapping from names of the contract to Spark frames.

    Raises
    ------
    ContractError
        If the tables break their contract.
    DataError
        If `source` is nothing of the kind.
    """
    if isinstance(source, Tables):
        return source
    if hasattr(source, "catalog") and hasattr(source, "sql"):
        return read_tables(ibis.pyspark.connect(source), config)
    if isinstance(source, Mapping) and source and all(isinstance(frame, DataFrame) for frame in source.values()):
        return read_tables(_views(source), config)
    raise DataError(
        "On Spark, tables are read from a session, a mapping of names to Spark frames, or Tables, "
        f"and {type(source).__name__} is none of them."
    )


def session_of(tables: Tables) -> Any:
    """Return the Spark session that holds `tables`.

    Raises
    ------
    DataError
        If another engine holds them.
    """
    backend = tables["accounts"].get_backend()
    if backend.name != "pyspark":
        raise DataError(f"Tables on Spark were needed, and these lie in {backend.name}.")
    return backend._session  # noqa: SLF001 (Ibis shows the session nowhere)


def _views(frames: Mapping[str, DataFrame]) -> dict[str, Any]:
    connection = ibis.pyspark.connect(next(iter(frames.values())).sparkSession)
    for name, frame in frames.items():
        frame.createOrReplaceTempView(_VIEW.format(name))
    return {name: connection.table(_VIEW.format(name)) for name in frames}
