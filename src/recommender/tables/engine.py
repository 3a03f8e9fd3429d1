"""The embedded engine, and running a query so that what fails says so in one sentence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from threading import RLock
from typing import Any, Final

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend as DuckDB

from recommender.config import Engine
from recommender.errors import ConfigError, DataError

__all__ = ["connect", "fetch", "is_on_duckdb", "kept"]

_EXAMPLES: Final = {
    "memory_limit": 'a size such as "2GiB"',
    "threads": "a whole number of 1 or more",
    "temp_directory": "the path of a folder",
}

# A connection answers one thread at a time.
_TURN: Final = RLock()


def connect(engine: Engine, database: str = ":memory:") -> DuckDB:
    """Open an embedded DuckDB; a database file is opened for reading only.

    Raises
    ------
    ConfigError
        If DuckDB does not take a setting of `engine`.
    """
    named = {name: value for name, value in asdict(engine).items() if value}
    for name, value in named.items():
        _check_taken(name, value)
    return ibis.duckdb.connect(database, read_only=database != ":memory:", autoinstall_known_extensions=False, **named)


def _check_taken(name: str, value: Any) -> None:
    try:
        duckdb.connect(config={name: value}).close()
    except (duckdb.Error, TypeError) as error:
        raise ConfigError(f"[engine] {name}: DuckDB does not take {value!r}; {_EXAMPLES[name]} was needed.") from error


def fetch(expression: ir.Table, what: str) -> pa.Table:
    """Run `expression`.

    Raises
    ------
    DataError
        If the engine fails. Its own words are left out of the sentence, as they may quote rows.
    """
    with _said(what), _TURN:
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
    # The turn lasts as long as the table: Ibis would give another thread that asks for the same this very table.
    with _TURN:
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
    except Exception as error:  # noqa: BLE001 (each engine has errors of its own, without a common base)
        line = re.search(r"CSV Error on Line: (\d+)", str(error))
        raise DataError(f"{what}: {_why(error, line)}.") from None


def _why(error: Exception, line: re.Match[str] | None) -> str:
    if line and "not utf-8" in str(error):
        return f"line {line[1]} of its CSV file is not in UTF-8, which was needed"
    if line:
        return f"line {line[1]} of its CSV file cannot be read; it may have more or fewer fields than the header"
    return f"the engine could not read it ({type(error).__name__})"
