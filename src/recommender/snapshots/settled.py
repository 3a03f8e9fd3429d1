"""On DuckDB the small parts of a snapshot are computed once, into temporary tables that the rest of it reads."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import ibis

from recommender import schema
from recommender.tables import Tables, is_on_duckdb, kept
from recommender.usage import Known

__all__ = ["coded", "settled"]

_READ_IN_PLACE = (*schema.USAGE_TABLES, "feeds")


@contextmanager
def settled(cut: Tables) -> Iterator[Tables]:
    """Give the tables as cut, those without usage computed; on another engine they are as they were."""
    with ExitStack() as stack:
        small = {
            name: table for name, table in cut.by_name.items() if name not in _READ_IN_PLACE and is_on_duckdb(table)
        }
        taken = {name: stack.enter_context(kept(table, name)) for name, table in small.items()}
        yield replace(cut, by_name={**cut.by_name, **taken})


@contextmanager
def coded(known: Known) -> Iterator[Known]:
    """Give each account that lets its usage be read a number; on another engine they keep their ids."""
    if not is_on_duckdb(known.consenting):
        yield known
        return
    ids = known.consenting[schema.ACCOUNT]
    numbered = known.consenting.select(schema.ACCOUNT, code=ibis.row_number().over(order_by=ids).cast("int32"))
    with kept(numbered, "accounts") as codes:
        yield replace(known, codes=codes)
