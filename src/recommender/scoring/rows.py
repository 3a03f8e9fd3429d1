"""Snapshot rows out of whatever the caller has: tables, a folder of them, or a snapshot that was taken before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from recommender.errors import AccountNotFoundError, DataError
from recommender.frames import is_frame, to_arrow
from recommender.model import FreshComplaints, Model
from recommender.model.keys import trusted_model
from recommender.model.present import at_present
from recommender.model.reading import needed
from recommender.schema import ACCOUNT
from recommender.scoring.fresh import read_fresh_complaints
from recommender.scoring.ids import in_order
from recommender.scoring.snapshot_file import brought, is_snapshot_file, read_accounts
from recommender.scoring.strangers import warn_of_strangers

__all__ = ["Request", "from_tables", "resolve"]


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
    loaded = trusted_model(model, source)
    if is_snapshot_file(source):
        loaded = at_present(loaded, *brought(Path(source)))
    wanted = None if accounts is None else _wanted(accounts)
    rows = _snapshot(source, loaded, wanted)
    if rows is None:
        loaded, rows, moment = from_tables(source, loaded, as_of, wanted)
    else:
        moment = loaded.config.moment_or_now(as_of)
    rows = in_order(rows)
    fresh = None
    if complaints is not None:
        fresh = read_fresh_complaints(complaints, loaded.config, complaints_known_until, as_of=moment)
        if wanted is None:
            warn_of_strangers(fresh, [rows.column(ACCOUNT)])
    return Request(loaded, rows if wanted is None else _only(rows, wanted), moment, fresh)


def _wanted(accounts: Sequence[str]) -> list[str]:
    if isinstance(accounts, str) or not all(isinstance(account, str) for account in accounts):
        raise DataError("accounts: a list of ids, each a text, was needed.")
    return sorted({account.strip() for account in accounts})


def from_tables(
    source: Any, model: Model, as_of: date | str | None, accounts: Sequence[str] | None
) -> tuple[Model, pa.Table, datetime]:
    """Take the snapshot of raw tables; see `recommender.scoring.from_tables.take`."""
    room = import_module("recommender.scoring.from_tables")  # only raw tables need Ibis and DuckDB
    taken: tuple[Model, pa.Table, datetime] = room.take(source, model, as_of, accounts)
    return taken


def _snapshot(source: Any, model: Model, accounts: Sequence[str] | None) -> pa.Table | None:
    """Return `source` as a snapshot, or None where it is something else."""
    if is_snapshot_file(source):
        return read_accounts(Path(source), needed(model), accounts)
    return to_arrow(source) if is_frame(source) else None


def _only(rows: pa.Table, wanted: list[str]) -> pa.Table:
    found = rows.filter(pc.is_in(rows.column(ACCOUNT), pa.array(wanted, pa.string())))
    if missing := len(wanted) - found.num_rows:
        raise AccountNotFoundError(
            f"{_counted(missing, len(wanted))} not among the accounts; ids are compared exactly, leading zeros too."
        )
    return found


def _counted(missing: int, asked: int) -> str:
    return "The account asked for is" if asked == 1 else f"{missing} of the {asked} accounts asked for are"
