"""A snapshot file, read by columns and in runs of rows, with its checksums verified."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recommender.catalogue import Catalogue
from recommender.config import Config
from recommender.errors import ConfigError, DataError, ModelError
from recommender.files import parse_document
from recommender.model.parts import read_catalogue
from recommender.schema import ACCOUNT, BROUGHT_KEY
from recommender.scoring.ids import trimmed

__all__ = ["brought", "is_snapshot_file", "read_accounts", "read_runs"]


def is_snapshot_file(source: Any) -> bool:
    """Whether `source` names a Parquet file."""
    return isinstance(source, str | Path) and Path(source).suffix == ".parquet" and Path(source).is_file()


def read_runs(path: Path, columns: Collection[str] | None, n_rows: int) -> Iterator[pa.Table]:
    """Read `n_rows` rows after the other; memory grows with a row group of the file and not with the file.

    Raises
    ------
    DataError
        If the file is truncated, damaged or no Parquet.
    """
    with _refusing(path), _open(path) as file:
        for batch in file.iter_batches(batch_size=n_rows, columns=_names(file, columns)):
            yield pa.Table.from_batches([batch])


def read_accounts(path: Path, columns: Collection[str] | None, accounts: Sequence[str] | None) -> pa.Table:
    """Read the rows of `accounts`, or all; only row groups whose statistics allow for one of them are read.

    Raises
    ------
    DataError
        If the file is truncated, damaged or no Parquet.
    """
    with _refusing(path), _open(path) as file:
        names = _names(file, columns)
        if accounts is None:
            return file.read(columns=names)
        rows = file.read_row_groups(_groups_of(file, accounts), columns=names)
        if rows.schema.get_field_index(ACCOUNT) < 0:
            return rows
        # ids count without their blanks, as everywhere: of an account that stands twice, both rows must be found
        ids = trimmed(rows.column(ACCOUNT))
        return rows.filter(pc.is_in(ids, pa.array(list(accounts), pa.string())))


def brought(path: Path) -> tuple[Config | None, Catalogue | None]:
    """Return the operator's settings and the catalogue that a snapshot file brings; None where it brings none.

    Raises
    ------
    DataError
        If the file is damaged, or they are no settings and no catalogue.
    """
    with _refusing(path), _open(path) as file:
        metadata = file.schema_arrow.metadata or {}
    if BROUGHT_KEY not in metadata:
        return None, None
    try:
        said = parse_document(metadata[BROUGHT_KEY], str(path))
        settings = None if said["settings"] is None else Config.from_dict(said["settings"])
        return settings, read_catalogue(said["catalogue"])
    except (KeyError, TypeError, AttributeError, ConfigError, ModelError, DataError) as error:
        raise DataError(f"{path}: the settings and the catalogue that it brings cannot be read.") from error


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError as error:
        raise DataError(f"{path}: not a readable snapshot (a name that is no UTF-8).") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable snapshot (truncated, damaged or no Parquet).") from error


def _open(path: Path) -> pq.ParquetFile:
    # With pre_buffer the column chunks of every row group would be fetched at once.
    # Spark writes times as INT96 by default, which taken for nanoseconds would fold the year 9999, and with it an open
    # complaint, into the past.
    return pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False, coerce_int96_timestamp_unit="us")


def _names(file: pq.ParquetFile, columns: Collection[str] | None) -> list[str] | None:
    return None if columns is None else [name for name in file.schema_arrow.names if name in columns]


def _groups_of(file: pq.ParquetFile, accounts: Sequence[str]) -> list[int]:
    column = next((i for i, name in enumerate(file.schema.names) if name == ACCOUNT), None)
    groups = range(file.metadata.num_row_groups)
    if column is None:
        return list(groups)
    return [group for group in groups if _may_hold(file.metadata.row_group(group).column(column).statistics, accounts)]


def _may_hold(statistics: Any, accounts: Sequence[str]) -> bool:
    if statistics is None or not statistics.has_min_max or not isinstance(statistics.min, str):
        return True
    if any(end != end.lstrip() for end in (statistics.min, statistics.max)):
        return True
    return any(statistics.min.rstrip() <= account <= statistics.max for account in accounts)
