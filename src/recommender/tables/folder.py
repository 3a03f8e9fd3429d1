"""A folder of tables: `calls.parquet`, `calls.csv`, `calls.csv.gz`, or a folder `calls/` of part files."""

import csv
import glob
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend as DuckDB

from recommender.errors import DataError
from recommender.schema import TABLES
from recommender.tables.unnamed import called_otherwise, misspelt

__all__ = ["Folder", "is_duckdb", "read_folder"]

_PARQUET, _CSV = (".parquet",), (".csv", ".csv.gz")
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Folder:
    """The tables of a folder, which of them are CSV (every column is text), and why others cannot be read.

    `hints` are names of files that may hold tables which are not there.
    """

    tables: dict[str, ir.Table]
    as_text: frozenset[str]
    unreadable: dict[str, str]
    hints: dict[str, str]


def is_duckdb(path: Path) -> bool:
    """Tell whether `path` is a DuckDB database, by its first bytes."""
    with path.open("rb") as file:
        return file.read(12)[8:] == b"DUCK"


def read_folder(path: Path, connection: DuckDB) -> Folder:
    """Name the tables in the folder `path`; of each file only the ends and the header are read."""
    tables: dict[str, ir.Table] = {}
    as_text: set[str] = set()
    unreadable: dict[str, str] = {}
    for name in TABLES:
        try:
            files = _files(path, name)
            if files:
                tables[name] = _read(files, name, connection)
        except DataError as error:
            unreadable[name] = str(error)
        else:
            as_text |= {name} if files and _is_csv(files[0]) else set()
    said = "{0}: {1} is no table by its name; did you mean {0!r}?"
    unreadable |= {name: said.format(name, file) for name, file in misspelt(path, tables.keys() | unreadable).items()}
    return Folder(tables, frozenset(as_text), unreadable, called_otherwise(path, tables.keys() | unreadable))


def _files(folder: Path, name: str) -> list[Path]:
    candidates = [folder / f"{name}{suffix}" for suffix in (*_PARQUET, *_CSV)]
    found = [path for path in candidates if path.is_file()]
    found += [folder / name] if (folder / name).is_dir() else []
    if len(found) > 1:
        raise DataError(f"{name}: it stands more than once: {[path.name for path in found]}.")
    return list(_parts(found[0], name)) if found and found[0].is_dir() else found


def _parts(folder: Path, name: str) -> Iterator[Path]:
    parts = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name[0] not in "._"]
    kinds = {_is_csv(path) for path in parts if path.name.endswith((*_PARQUET, *_CSV))}
    if len(kinds) != 1:
        raise DataError(f"{name}: the folder {folder} was to hold either Parquet or CSV files, and it does not.")
    return (path for path in parts if path.name.endswith((*_PARQUET, *_CSV)))


def _is_csv(path: Path) -> bool:
    return path.name.endswith(_CSV)


def _read(files: list[Path], name: str, connection: DuckDB) -> ir.Table:
    try:
        return _read_csv(files, name, connection) if _is_csv(files[0]) else _read_parquet(files, name, connection)
    except DataError:
        raise
    except Exception as error:
        raise DataError(f"{name}: {files[0]} cannot be read ({type(error).__name__}).") from error


def _read_parquet(files: list[Path], name: str, connection: DuckDB) -> ir.Table:
    for path in files:
        _check_magic(path, name)
    return connection.read_parquet(_escaped(files), table_name=name, union_by_name=True, hive_partitioning=False)


def _check_magic(path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(max(path.stat().st_size - 4, 0))
        tail = file.read(4)
    if head != b"PAR1":
        raise DataError(f"{name}: {path} is no Parquet file, whatever its name says.")
    if tail != b"PAR1":
        raise DataError(f"{name}: {path} breaks off before its end.")


def _read_csv(files: list[Path], name: str, connection: DuckDB) -> ir.Table:
    delimiter, header = _header(files[0], name)
    for path in files[1:]:
        if _header(path, name) != (delimiter, header):
            raise DataError(f"{name}: {path} has another header than {files[0].name}.")
    return connection.read_csv(
        _escaped(files),
        table_name=name,
        columns=dict.fromkeys(header, "VARCHAR"),
        auto_detect=False,
        header=True,
        delim=delimiter,
        quote='"',
        escape='"',
    )


def _header(path: Path, name: str) -> tuple[str, list[str]]:
    """Return the delimiter and the column names of a CSV file."""
    try:
        with _text(path) as file:
            line = file.readline()
    except UnicodeDecodeError:
        raise DataError(f"{name}: {path} is not in UTF-8, which was needed; save it so, or convert it.") from None
    except (OSError, EOFError) as error:
        raise DataError(f"{name}: {path} cannot be read as a CSV file ({type(error).__name__}).") from None
    delimiter = max(_DELIMITERS, key=line.count)
    header = next(csv.reader([line], delimiter=delimiter), [])
    if not any(column.strip() for column in header):
        raise DataError(f"{name}: {path} is empty, and at least a header was needed.")
    if twice := sorted({column for column in header if header.count(column) > 1}):
        raise DataError(f"{name}: these columns of {path} stand more than once: {twice}.")
    return delimiter, header


def _text(path: Path) -> IO[str]:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _escaped(files: list[Path]) -> list[str]:
    return [glob.escape(str(path)) for path in files]
