"""Which tables there are, how many rows each has, and from when until when."""

from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from recommender import markup
from recommender.schema import ACCOUNT, TABLES, TableContract
from recommender.tables.engine import fetch

if TYPE_CHECKING:
    from recommender.tables.table import Tables

__all__ = ["overview", "tables_html"]


def overview(tables: "Tables") -> pd.DataFrame:
    """Count the rows of each table, in the order of the contract; this reads them.

    Returns
    -------
    pandas.DataFrame
        table, rows, accounts (how many occur), first and last (moments, in UTC), states_recorded_at.
    """
    rows = [_line(tables, contract) for name, contract in TABLES.items() if name in tables]
    moment = pa.timestamp("us", tz="UTC")
    kinds = (pa.string(), pa.int64(), pa.int64(), moment, moment, pa.bool_())
    names = ("table", "rows", "accounts", "first", "last", "states_recorded_at")
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in zip(names, kinds, strict=True)}
    return pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)


def tables_html(tables: "Tables") -> str:
    """Return the tables with their columns; nothing is read for it."""
    lines = [(name, *_columns(tables, contract)) for name, contract in TABLES.items() if name in tables]
    absent = [name for name in TABLES if name not in tables]
    cut = tables.history and f"as known at {tables.history[1]:%Y-%m-%d %H:%M} UTC"
    own = ", ".join(indicator.name for indicator in tables.indicators)
    return markup.panel(
        markup.heading(f"{len(lines)} tables, lazy{f', {cut}' if cut else ''}"),
        markup.table(("table", "columns", "of the operator's own"), lines),
        *([markup.note(f"Not there: {', '.join(absent)}")] if absent else []),
        *([markup.note(f"Own indicators: {own}")] if own else []),
        markup.note("overview() counts the rows of each and says from when until when they are."),
    )


def _line(tables: "Tables", contract: TableContract) -> dict[str, Any]:
    table = tables[contract.name]
    moments = [table[name] for name in contract.happened if name in table.columns]
    asked: dict[str, ir.Value] = {"rows": table.count()}
    if moments:
        moment = ibis.coalesce(*moments)
        asked |= {"first": moment.min(), "last": moment.max()}
    if ACCOUNT in table.columns:
        asked["accounts"] = table[ACCOUNT].nunique()
    (found,) = fetch(table.aggregate(**asked), contract.name).to_pylist()
    nothing = dict.fromkeys(("accounts", "first", "last"))
    return {"table": contract.name, **nothing, **found, "states_recorded_at": contract.name in tables.recorded}


def _columns(tables: "Tables", contract: TableContract) -> tuple[str, str]:
    columns = tables[contract.name].columns
    known = {column.name for column in contract.columns}
    return ", ".join(name for name in columns if name in known), ", ".join(
        name for name in columns if name not in known
    )
