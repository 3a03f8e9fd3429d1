"""Snapshot rows out of whatever the caller has: tables, a folder of them, or a snapshot that was taken before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recommender.errors import AccountNotFoundError, DataError
from recommender.frames import is_frame, to_arrow
from recommender.model import FreshComplaints, Model, load_model
from recommender.schema import ACCOUNT
from recommender.scoring.fresh import read_fresh_complaints

__all__ = ["Request", "resolve"]


@dataclass(frozen=True)
class Request:
    """What a decision is made from: the model, the rows, the moment and what became known since."""

    model: Model
    rows: pa.Table
    decided_at: datetime
    complaints: FreshComplaints | None = None


def resolve(
    source: Any,
    model: Model | str | Path,
    *,
    accounts: Sequence[str] | None = None,
    as_of: datetime | str | None = None,
    complaints: Any = None,
    complaints_known_until: datetime | str | None = None,
) -> Request:
    """Turn what a caller hands in into a request; see `recommender.predict` for the parameters.

    Raises
    ------
    AccountNotFoundError
        If an account asked for is not among the rows.
    DataError
        If `source` cannot be read.
    """
    loaded = model if isinstance(model, Model) else load_model(model)
    moment = datetime.now(UTC) if as_of is None else loaded.config.moment(as_of)
    rows = _snapshot(source, accounts)
    if rows is None:
        loaded, rows = _from_tables(source, loaded, moment, accounts)
    fresh = None
    if complaints is not None:
        fresh = read_fresh_complaints(complaints, loaded.config, complaints_known_until, as_of=moment)
    return Request(loaded, _only(_in_order(rows), accounts), moment, fresh)


def _snapshot(source: Any, accounts: Sequence[str] | None) -> pa.Table | None:
    """Return `source` as a snapshot, or None where it is something else."""
    if isinstance(source, str | Path) and Path(source).suffix == ".parquet" and Path(source).is_file():
        return _read(Path(source), accounts)
    return to_arrow(source) if is_frame(source) else None


def _read(path: Path, accounts: Sequence[str] | None) -> pa.Table:
    wanted = None if accounts is None else pc.field(ACCOUNT).isin(list(accounts))
    try:
        return pq.read_table(path, filters=wanted, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: not a readable snapshot (truncated, damaged or no Parquet).") from error


def _from_tables(source: Any, model: Model, moment: datetime, accounts: Sequence[str] | None) -> tuple[Model, pa.Table]:
    # The one lazy import of this room: only raw tables need Ibis and DuckDB.
    room = import_module("recommender.scoring.from_tables")
    taken: tuple[Model, pa.Table] = room.take(source, model, moment, accounts)
    return taken


def _in_order(rows: pa.Table) -> pa.Table:
    """Sort by account, so that the order of the rows changes nothing."""
    if rows.schema.get_field_index(ACCOUNT) < 0:
        raise DataError(f"A snapshot was needed, but it must have the column {ACCOUNT!r}, once.")
    if twice := rows.num_rows - pc.count_distinct(rows.column(ACCOUNT), mode="all").as_py():
        raise DataError(f"A snapshot has one row per account, but {twice} rows repeat an account.")
    return rows.sort_by(ACCOUNT)


def _only(rows: pa.Table, accounts: Sequence[str] | None) -> pa.Table:
    if accounts is None:
        return rows
    wanted = pa.array(sorted({account.strip() for account in accounts}), pa.string())
    found = rows.filter(pc.is_in(rows.column(ACCOUNT), wanted))
    if missing := len(wanted) - found.num_rows:
        raise AccountNotFoundError(f"{missing} of the {len(wanted)} accounts asked for are not among the accounts.")
    return found
