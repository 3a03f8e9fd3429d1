"""Rows that break the contract, put aside with the rule that each breaks."""

from collections.abc import Mapping
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from recommender.errors import DataError, OutputError
from recommender.files import whole, writing
from recommender.tables.checks import Breach, breaches
from recommender.tables.drafts import Draft, given_name
from recommender.tables.engine import fetch

__all__ = ["set_aside"]


def set_aside(drafts: Mapping[str, Draft], folder: str | Path) -> None:
    """Write the rejected rows of each table to `<table>.parquet` in `folder`; a table without any has no file.

    A row stands there once for each rule that it breaks: the rule as `rule`, then the columns as they were
    given, blanks around them aside.

    Raises
    ------
    OutputError
        If the folder cannot be written to, or holds a quarantine already.
    """
    target = Path(folder)
    with writing("the rejected rows", target):
        target.mkdir(parents=True, exist_ok=True)
        if any(target.glob("*.parquet")):
            raise OutputError(f"{target}: it holds rows put aside before; name another folder, or empty it.")
        for name, draft in drafts.items():
            rejected = _rejected(draft, drafts)
            if rejected.num_rows:
                with whole(target / f"{name}.parquet") as hidden:
                    pq.write_table(rejected, hidden, compression="zstd")


def _rejected(draft: Draft, drafts: Mapping[str, Draft]) -> pa.Table:
    try:
        found = [fetch(_as_given(draft, breach), draft.contract.name) for breach in breaches(draft, drafts)]
    except DataError:  # a table that cannot be read at all, as the report says
        found = []
    return pa.concat_tables(found) if found else pa.table({"rule": pa.array([], pa.string())})


def _as_given(draft: Draft, breach: Breach) -> ir.Table:
    rows = breach.find(draft.staged)
    return rows.select(rule=ibis.literal(breach.rule), **{name: rows[given_name(name)] for name in draft.present})
