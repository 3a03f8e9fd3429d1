"""Snapshot rows out of whatever the caller has: tables, a folder of them, or a snapshot that was taken before."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recommender.errors import AccountNotFoundError, DataError, UnknownAccountWarning
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
    as_of: date | str | None = None,
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
    wanted = None if accounts is None else _wanted(accounts)
    rows = _snapshot(source, wanted)
    if rows is None:
        loaded, rows, moment = _from_tables(source, loaded, as_of, wanted)
    else:
        moment = datetime.now(UTC) if as_of is None else loaded.config.moment(as_of)
    rows = _in_order(rows)
    fresh = None
    if complaints is not None:
        fresh = read_fresh_complaints(complaints, loaded.config, complaints_known_until, as_of=moment)
        if wanted is None:
            _warn_of_strangers(fresh, rows)
    return Request(loaded, rows if wanted is None else _only(rows, wanted), moment, fresh)


def _wanted(accounts: Sequence[str]) -> list[str]:
    if isinstance(accounts, str) or not all(isinstance(account, str) for account in accounts):
        raise DataError("accounts: a list of ids, each a text, was needed.")
    return sorted({account.strip() for account in accounts})


def _warn_of_strangers(fresh: FreshComplaints, rows: pa.Table) -> None:
    """Warn of complaints that find no account and protect nobody: ids lose leading zeros on the way."""
    found = pc.is_in(fresh.rows.column(ACCOUNT), rows.column(ACCOUNT).combine_chunks())
    if strangers := found.to_pylist().count(False):
        warnings.warn(
            f"complaints: {strangers} of the {fresh.rows.num_rows} handed in name accounts that are not among the "
            "rows, and so keep no offer back; ids are compared exactly, leading zeros too.",
            UnknownAccountWarning,
            stacklevel=4,
        )


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


def _from_tables(
    source: Any, model: Model, as_of: date | str | None, accounts: Sequence[str] | None
) -> tuple[Model, pa.Table, datetime]:
    # The one lazy import of this room: only raw tables need Ibis and DuckDB.
    room = import_module("recommender.scoring.from_tables")
    taken: tuple[Model, pa.Table, datetime] = room.take(source, model, as_of, accounts)
    return taken


def _in_order(rows: pa.Table) -> pa.Table:
    """Sort by account, so that the order of the rows changes nothing."""
    if rows.schema.get_field_index(ACCOUNT) < 0:
        raise DataError(f"A snapshot was needed, but it must have the column {ACCOUNT!r}, once.")
    ids = _texts(rows.column(ACCOUNT))
    if twice := rows.num_rows - pc.count_distinct(ids, mode="all").as_py():
        raise DataError(f"A snapshot has one row per account, but {twice} rows repeat an account.")
    if ids.null_count or pc.any(pc.equal(ids, pa.scalar(""))).as_py():
        raise DataError("A snapshot needs an account_id in every row, but some are blank.")
    return rows.set_column(rows.schema.get_field_index(ACCOUNT), ACCOUNT, ids).sort_by(ACCOUNT)


def _texts(ids: Any) -> Any:
    """Return ids as text, stripped of blanks, as the border reads them."""
    kind = ids.type.value_type if pa.types.is_dictionary(ids.type) else ids.type
    if not (pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise DataError(f"A snapshot needs account_id as text, but it has the type {kind}.")
    return pc.utf8_trim_whitespace(ids.cast(pa.string()))


def _only(rows: pa.Table, wanted: list[str]) -> pa.Table:
    found = rows.filter(pc.is_in(rows.column(ACCOUNT), pa.array(wanted, pa.string())))
    if missing := len(wanted) - found.num_rows:
        raise AccountNotFoundError(
            f"{missing} of the {len(wanted)} accounts asked for are not among the accounts; ids are compared exactly, "
            "leading zeros too."
        )
    return found
