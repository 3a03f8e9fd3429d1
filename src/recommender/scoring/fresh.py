"""Complaints that are handed in at decision time, read with numpy and pyarrow alone."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from recommender.config import Config
from recommender.errors import ConfigError, ContractError, DataError
from recommender.frames import is_frame, to_arrow
from recommender.model import FreshComplaints
from recommender.schema import ACCOUNT, COMPLAINTS

__all__ = ["read_fresh_complaints"]

_TIME = pa.timestamp("us", tz="UTC")
_NEEDED = (ACCOUNT, "opened_at", "resolved_at", "status")
_TIMES = ("opened_at", "resolved_at", "recorded_at")


def read_fresh_complaints(
    source: Any, config: Config, known_until: datetime | str | None = None, *, as_of: datetime
) -> FreshComplaints:
    """Read complaints from a frame (pandas or Arrow), a Parquet or a CSV file.

    Parameters
    ----------
    source
        Columns account_id, opened_at, resolved_at and status, as in the complaints table. Naive times are read in
        `config.time_zone`.
    known_until
        The moment until which `source` is complete, no later than `as_of`; without it the newest `recorded_at` or
        `opened_at` in it.
    as_of
        The moment of decision. A row dated later says nothing of how fresh the feed is: one wrong date would keep it
        fresh for ever.

    Raises
    ------
    ContractError
        If a column is missing or not of its type.
    DataError
        If the file cannot be read.
    """
    table = _table(source)
    wanted = (*_NEEDED, *(name for name in _TIMES if name in table.column_names and name not in _NEEDED))
    if missing := [name for name in wanted if table.schema.get_field_index(name) < 0]:
        raise ContractError([f"complaints: the columns {missing} are missing, or stand more than once."])
    columns = {ACCOUNT: _ids(table.column(ACCOUNT)), "status": _texts(table.column("status"))}
    columns |= {name: _times(table.column(name), name, config) for name in _TIMES if name in table.column_names}
    rows = pa.table(columns)
    return FreshComplaints(rows, _newest(rows, as_of) if known_until is None else _stated(known_until, config, as_of))


def _stated(known_until: datetime | str, config: Config, as_of: datetime) -> datetime:
    """Return what the caller says, but no later than the decision: nobody knows what comes after it."""
    return min(config.moment(known_until), as_of)


def _table(source: Any) -> pa.Table:
    if isinstance(source, str | Path):
        return _read(Path(source))
    if isinstance(source, Mapping) or is_frame(source):
        return to_arrow(source)
    raise DataError(f"complaints: a frame or a Parquet or CSV file was needed, {type(source).__name__} came.")


def _read(path: Path) -> pa.Table:
    try:
        return pq.read_table(path, page_checksum_verification=True) if path.suffix == ".parquet" else _read_csv(path)
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file.") from None
    except (pa.ArrowException, OSError, UnicodeEncodeError) as error:
        raise DataError(f"{path}: neither a readable Parquet nor a readable CSV file.") from error


def _read_csv(path: Path) -> pa.Table:
    as_text = dict.fromkeys((column.name for column in COMPLAINTS.columns), pa.string())
    return pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(column_types=as_text, strings_can_be_null=True))


def _ids(column: Any) -> "pa.Array[Any]":
    if pa.types.is_floating(column.type):
        raise ContractError(
            ["complaints: account_id holds floats, and above 2^53 a float is no exact id; text was needed."]
        )
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (
        pa.types.is_integer(kind)
        or pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or column.null_count == len(column)
    ):
        raise ContractError([f"complaints: account_id must be text, but it has the type {kind}."])
    ids = [None if value is None else str(value).strip().removeprefix("\ufeff") for value in column.to_pylist()]
    if blank := sum(not value for value in ids):
        raise ContractError([f"complaints: account_id is blank in {blank} rows; every complaint needs its account."])
    return pa.array(ids, pa.string())


def _texts(column: Any) -> "pa.Array[Any]":
    return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())


def _times(column: Any, name: str, config: Config) -> "pa.Array[Any]":
    try:
        return pa.array([_moment(value, config) for value in column.to_pylist()], _TIME)
    except ConfigError as error:
        raise ContractError([f"complaints: {name}: {error}"]) from error


def _moment(value: Any, config: Config) -> datetime | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str | datetime):
        raise ConfigError(f"a moment was needed, {type(value).__name__} came.")
    return config.moment(value)


def _newest(rows: pa.Table, as_of: datetime) -> datetime | None:
    name = "recorded_at" if "recorded_at" in rows.column_names else "opened_at"
    known = [moment for moment in rows.column(name).to_pylist() if moment is not None and moment <= as_of]
    return max(known, default=None)
