"""The shorter way on DuckDB changes no value."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from unittest.mock import Mock

import duckdb
import pytest

from recommender.snapshots import build_snapshot
from recommender.tables import Tables


def temporary(tables: Tables) -> list[str]:
    backend = tables["accounts"].get_backend()
    rows: duckdb.DuckDBPyConnection = backend.con.execute("select table_name from duckdb_tables() where temporary")
    return [row[0] for row in rows.fetchall()]


def test_codes_and_tables_computed_once_change_no_value(
    tables: Tables, until: datetime, monkeypatch: pytest.MonkeyPatch
):
    short = build_snapshot(tables, until)
    generic = Mock(return_value=False)
    monkeypatch.setattr("recommender.snapshots.settled.is_on_duckdb", generic)
    assert short.equals(build_snapshot(tables, until), check_metadata=True)
    assert generic.called


def test_nothing_temporary_is_left(tables: Tables, until: datetime):
    before = temporary(tables)
    build_snapshot(tables, until, indicators=())
    assert temporary(tables) == before


def test_threads_that_share_a_connection_take_turns(tables: Tables, until: datetime):
    before = temporary(tables)
    alone = build_snapshot(tables, until, indicators=())
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: build_snapshot(tables, until, indicators=()), range(4)))
    assert all(one.equals(alone, check_metadata=True) for one in found)
    assert temporary(tables) == before
