"""Complaints handed in at the moment of decision, later than the snapshot: they only ever add to what it knows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender import schema
from recommender.errors import DataError
from recommender.policy.facts.arrow import is_null, microseconds, words
from recommender.policy.facts.moments import BEFORE_ALL, FOREVER

__all__ = ["FreshComplaints", "fresh_complaints"]

_TIME = pa.timestamp("us", "UTC")
_RESOLVED = frozenset(schema.RESOLVED_STATUSES)


@dataclass(frozen=True, eq=False)
class FreshComplaints:
    """Spans in which complaints are unresolved, by account.

    `accounts` are unique; `owner`, `opened_at` and `open_until` have one value per complaint, the first a position
    in `accounts`, the others microseconds.
    """

    accounts: Any
    owner: NDArray[np.int64]
    opened_at: NDArray[np.int64]
    open_until: NDArray[np.int64]


def fresh_complaints(table: pa.Table | None) -> FreshComplaints | None:
    """Read complaints as they are handed in; None where there are none.

    `account_id` and `opened_at` are needed, `resolved_at` and `status` count as unknown where they are absent.
    Times are timestamps (naive ones are UTC) or whole microseconds. Whatever is unknown or contradicts itself
    counts as unresolved: a null opening, a null resolution, a status that is not known to mean resolved, a resolution
    before the opening. Every row stands for itself, so an open twin keeps a complaint open.

    Raises
    ------
    DataError
        If a needed column is missing, a type is wrong or an account id is empty: a lost complaint is a wrongful offer.
    """
    if table is None or not table.num_rows:
        return None
    accounts = _accounts(table).dictionary_encode()
    opened, resolved = _times(table, "opened_at"), _times(table, "resolved_at")
    known = ~is_null(opened) & ~is_null(resolved) & words(_texts(table, "status"), _RESOLVED)
    opened_at = microseconds(opened, missing=BEFORE_ALL)
    resolved_at = microseconds(resolved, missing=FOREVER)
    return FreshComplaints(
        accounts=accounts.dictionary,
        owner=accounts.indices.to_numpy().astype(np.int64),
        opened_at=opened_at,
        open_until=np.where(known & (resolved_at >= opened_at), resolved_at, FOREVER),
    )


def _accounts(table: pa.Table) -> Any:
    given = _column(table, schema.ACCOUNT)
    if not (_is_text(given.type) or pa.types.is_integer(given.type)):
        raise DataError(f"complaints: account_id must be text, but {given.type} came.")
    ids = pc.utf8_trim_whitespace(given.cast(pa.string()))
    if ids.null_count or pc.index(ids, "").as_py() >= 0:
        raise DataError("complaints: account_id must stand in every row, but some are empty.")
    return ids


def _times(table: pa.Table, name: str) -> Any:
    if name == "resolved_at" and name not in table.column_names:
        return pa.nulls(table.num_rows, _TIME)
    given = _column(table, name)
    if pa.types.is_integer(given.type) or pa.types.is_null(given.type):
        return given.cast(pa.int64()).cast(_TIME)
    if not (pa.types.is_timestamp(given.type) or pa.types.is_date(given.type)):
        raise DataError(f"complaints: {name} must be a timestamp, but {given.type} came.")
    return given.cast(_TIME, safe=False)


def _texts(table: pa.Table, name: str) -> Any:
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    given = _column(table, name)
    if not (_is_text(given.type) or pa.types.is_null(given.type)):
        raise DataError(f"complaints: {name} must be text, but {given.type} came.")
    return given.cast(pa.string())


def _column(table: pa.Table, name: str) -> Any:
    if table.column_names.count(name) != 1:
        raise DataError(f"complaints: one column {name!r} was needed, {sorted(table.column_names)[:10]} came.")
    return table.column(name).combine_chunks()


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
