"""Where raw tables come from: a folder, a DuckDB file, frames in memory, or a connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends import BaseBackend
from ibis.backends.duckdb import Backend as DuckDB

from recommender.config import Config
from recommender.errors import ConfigError, DataError
from recommender.frames import to_arrow
from recommender.schema import TABLES
from recommender.tables.engine import connect
from recommender.tables.folder import is_duckdb, read_folder
from recommender.tables.polars_rules import teach_polars

__all__ = ["RawTable", "Source", "open_source"]


@dataclass(frozen=True)
class RawTable:
    """A table as the source has it.

    `is_text` where every column is text whose types are for us to find; `is_duckdb` where DuckDB is the engine;
    `is_embedded` where rows keep their place and nobody else writes, as in files and frames.
    """

    table: ir.Table
    is_text: bool = False
    is_duckdb: bool = True
    is_embedded: bool = True


@dataclass(frozen=True)
class Source:
    """The raw tables of the contract that a source has, by name, and of those that cannot be read the reason.

    `hints` are names of files that may hold tables which are not there.
    """

    tables: Mapping[str, RawTable]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)


def open_source(source: Any, config: Config) -> Source:
    """Find the raw tables of `source` without reading them.

    Raises
    ------
    DataError
        If `source` is nothing that tables can be read from.
    """
    if isinstance(source, str | Path):
        return _open_path(Path(source), config)
    if isinstance(source, Mapping):
        return _open_mapping(source, config)
    if isinstance(source, BaseBackend):
        return Source(_found(source, is_embedded=False))
    raise DataError(
        "Tables are read from a folder, a DuckDB file, a mapping of names to frames or an Ibis connection, "
        f"and {type(source).__name__} is none of them."
    )


def _open_path(path: Path, config: Config) -> Source:
    if path.is_dir():
        connection = connect(config.engine)
        read = read_folder(path, connection)
        tables = {name: RawTable(table, is_text=name in read.as_text) for name, table in read.tables.items()}
        return Source(tables, read.unreadable, read.hints)
    if not path.exists():
        raise DataError(f"{path}: there is no such folder or file.")
    if not is_duckdb(path):
        raise DataError(f"{path}: a folder of tables or a DuckDB file was needed, and this file is neither.")
    return Source(_found(_open_database(path, config), is_embedded=True))


def _open_database(path: Path, config: Config) -> DuckDB:
    try:
        return connect(config.engine, str(path))
    except ConfigError:
        raise
    except Exception as error:
        raise DataError(f"{path}: DuckDB cannot open it ({type(error).__name__}).") from error


def _found(connection: BaseBackend, *, is_embedded: bool) -> dict[str, RawTable]:
    is_duckdb = isinstance(connection, DuckDB)
    listed = _listed(connection) if isinstance(connection, DuckDB) else connection.list_tables()
    names = sorted(TABLES.keys() & set(listed))
    tables = {name: _instants(connection.table(name), connection) for name in names}
    return {name: RawTable(table, is_duckdb=is_duckdb, is_embedded=is_embedded) for name, table in tables.items()}


def _listed(connection: DuckDB) -> list[str]:
    """Return the tables of the current schema; `list_tables` of Ibis 12 does not run on DuckDB 2."""
    here = "table_catalog in (current_database(), 'temp') and table_schema = current_schema()"
    rows = connection.con.execute(f"select table_name from information_schema.tables where {here}").fetchall()  # noqa: S608  constants  # nosec B608
    return [row[0] for row in rows]


def _open_mapping(frames: Mapping[str, Any], config: Config) -> Source:
    if unknown := sorted(str(name) for name in frames if name not in TABLES):
        raise DataError(
            f"The mapping holds tables that the contract does not know: {unknown}; it knows {list(TABLES)}."
        )
    lazy = {name: frame for name, frame in frames.items() if isinstance(frame, ir.Table)}
    if lazy and len(lazy) < len(frames):
        raise DataError("The mapping holds Ibis tables beside frames; all of one or all of the other were needed.")
    if lazy:
        return Source({name: _lazy(table) for name, table in lazy.items()})
    connection = connect(config.engine)
    return Source({name: _register(connection, name, frame) for name, frame in frames.items()})


def _lazy(table: ir.Table) -> RawTable:
    backend = table.get_backend()
    return RawTable(_instants(table, backend), is_duckdb=isinstance(backend, DuckDB), is_embedded=False)


def _instants(table: ir.Table, backend: BaseBackend) -> ir.Table:
    """Return `table` with Spark's timestamps as what they are, moments in UTC: Ibis takes them for naive times."""
    if backend.name == "polars":
        teach_polars()
    if backend.name != "pyspark":
        return table
    kinds = backend._session.sql(backend.compile(table.limit(0))).schema  # noqa: SLF001 (Ibis shows the session nowhere)
    moments = [field.name for field in kinds if field.dataType.typeName() == "timestamp"]
    return table.mutate(**{name: table[name].cast("timestamp('UTC')") for name in moments})


def _register(connection: DuckDB, name: str, frame: Any) -> RawTable:
    table = to_arrow(frame, name)
    if twice := sorted({column for column in table.column_names if table.column_names.count(column) > 1}):
        raise DataError(f"{name}: these columns stand more than once: {twice}.")
    connection.con.register(name, pa.table({column: _plain(table[column]) for column in table.column_names}))
    return RawTable(connection.table(name))


def _plain(column: Any) -> Any:
    """Return `column` in a type that the engine knows."""
    if pa.types.is_null(column.type):
        return column.cast(pa.string())
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return pc.cast(column, pa.timestamp("us", column.type.tz), safe=False)
    return column
