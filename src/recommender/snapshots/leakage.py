"""Whether a snapshot uses anything that was not known at its moment."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from recommender import schema
from recommender.snapshots.build import plan
from recommender.snapshots.fields import FACT_TYPES, in_type
from recommender.tables import Tables, fetch
from recommender.usage import INDICATORS, Indicator

__all__ = ["check_leakage"]


def check_leakage(
    tables: Tables, as_of: datetime | str, *, indicators: Sequence[Indicator] = INDICATORS
) -> dict[str, int]:
    """Compare the snapshot at `as_of` with the one from only those rows that were recorded by then.

    The rows recorded later are taken away underneath the finished expression, wherever it reads `tables`: an indicator
    that goes round the rows it was given and reads the tables themselves is found out too. One that reads another
    copy of the data is not, and neither is an attribute whose source does not say when it was recorded.

    Parameters
    ----------
    tables
        Raw tables, not cut, with rows recorded after `as_of`: without such there is nothing to find.
    as_of
        A moment in the past; a naive one is read in the time zone of the settings.
    indicators
        As for `build_snapshot`.

    Returns
    -------
    dict
        The columns that differ, by name, with the number of accounts for which they do; empty where nothing leaks.

    Raises
    ------
    DataError
        If the engine fails.
    """
    at = tables.config.moment(as_of)
    full = plan(tables, at, None, indicators).table
    then = full.op().replace(_recorded_by(tables, at)).to_expr()
    return _differences(*(_comparable(fetch(rows, "snapshot")) for rows in (full, then)))


def _recorded_by(tables: Tables, at: datetime) -> dict[Any, Any]:
    """Map each table, as a node of an expression, to its rows recorded by `at`."""
    now = ibis.literal(at.astimezone(UTC).replace(tzinfo=None))
    dated = [table for table in tables.by_name.values() if schema.RECORDED_AT in table.columns]
    return {table.op(): _until(table, now).op() for table in dated}


def _until(table: ir.Table, now: ir.TimestampScalar) -> ir.Table:
    recorded = table[schema.RECORDED_AT]
    return table.filter(recorded.isnull() | (recorded <= now))


def _comparable(rows: pa.Table) -> pa.Table:
    """Return `rows` with the facts in their types, as engines collect lists in any order."""
    for place, name in enumerate(rows.column_names):
        if name in FACT_TYPES:
            rows = rows.set_column(place, name, in_type(rows, pa.field(name, FACT_TYPES[name])))
    return rows.sort_by(schema.ACCOUNT)


def _differences(full: pa.Table, then: pa.Table) -> dict[str, int]:
    here, there = (
        dict(zip(rows[schema.ACCOUNT].to_pylist(), rows.drop([schema.ACCOUNT]).to_pylist(), strict=True))
        for rows in (full, then)
    )
    nothing = dict.fromkeys(full.column_names)
    pairs = [(here.get(account, nothing), there.get(account, nothing)) for account in here.keys() | there.keys()]
    counts = {name: sum(one[name] != other[name] for one, other in pairs) for name in full.column_names[1:]}
    return {name: count for name, count in counts.items() if count}
