"""The embedded engine, and running a query so that what fails says so in one sentence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend as DuckDB

from recommender.config import Engine
from recommender.errors import DataError

__all__ = ["connect", "fetch", "is_on_duckdb", "kept"]


def connect(engine: Engine, database: str = ":memory:") -> DuckDB:
    """Open an embedded DuckDB; a database file is opened for reading only."""
    settings: dict[str, Any] = {"autoinstall_known_extensions": False}
    settings |= {"memory_limit": engine.memory_limit} if engine.memory_limit else {}
    settings |= {"threads": engine.threads} if engine.threads else {}
    settings |= {"temp_directory": engine.temp_directory} if engine.temp_directory else {}
    return ibis.duckdb.connect(database, read_only=database != ":memory:", **settings)


def fetch(expression: ir.Table, what: str) -> pa.Table:
    """Run `expression`.

    Raises
    ------
    DataError
        If the engine fails. Its own words are left out of the sentence, as they may quote rows.
    """
    with _said(what):
        table: pa.Table = expression.to_pyarrow()
    return table


@contextmanager
def kept(expression: ir.Table, what: str) -> Iterator[ir.Table]:
    """Run `expression` once, into a temporary table of its engine that lasts as long as the block.

    Raises
    ------
    DataError
        If the engine fails.
    """
    with _said(what):
        table = expression.cache()
    with table:
        yield table


def is_on_duckdb(expression: ir.Expr) -> bool:
    """Tell whether DuckDB is the engine of `expression`."""
    backends, _ = expression._find_backends()  # noqa: SLF001 (the public way refuses a table without an engine)
    return any(isinstance(backend, DuckDB) for backend in backends)


@contextmanager
def _said(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        line = re.search(r"CSV Error on Line: (\d+)", str(error))
        raise DataError(f"{what}: {_why(error, line)}.") from None


def _why(error: Exception, line: re.Match[str] | None) -> str:
    if line:
        return f"line {line[1]} of its CSV file cannot be read; it may have more or fewer fields than the header"
    return f"the engine could not read it ({type(error).__name__})"
