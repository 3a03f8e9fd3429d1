"""The same expressions on Polars: equal snapshots, to the last bit."""

from dataclasses import replace

import ibis
import polars as pl
import pyarrow as pa
import pytest

from recommender.snapshots import build_snapshot
from recommender.tables import read_tables

AS_OF = "2026-03-15T00:00+00:00"


@pytest.fixture(scope="module")
def frames(raw):
    return {name: pl.from_arrow(table) for name, table in raw.items()}


def test_a_snapshot_on_polars_is_that_on_duckdb(frames, raw, settings):
    there = build_snapshot(read_tables(ibis.polars.connect(frames), settings), AS_OF)
    here = build_snapshot(read_tables(raw, settings), AS_OF)
    assert here.num_rows > 20
    for name in ("roaming_minutes_90d", "days_with_roaming_sessions_90d", "share_allowance_bytes_used_30d"):
        assert len(set(here[name].drop_null().to_pylist())) > 5
    assert there.equals(here, check_metadata=True)


def test_polars_frames_without_a_connection_go_to_duckdb_and_give_the_same(frames, raw, settings):
    there = build_snapshot(read_tables(frames, settings), AS_OF)
    assert there.equals(build_snapshot(read_tables(raw, settings), AS_OF), check_metadata=True)


def test_tables_that_are_missing_are_missed_alike(frames, raw, settings):
    stated = replace(settings, consents=replace(settings.consents, if_missing="granted"))
    needed = ("accounts", "products", "holdings", "complaints", "messages")
    there = build_snapshot(read_tables(ibis.polars.connect({name: frames[name] for name in needed}), stated), AS_OF)
    here = build_snapshot(read_tables({name: raw[name] for name in needed}, stated), AS_OF)
    assert here["marketing_granted"][0].as_py() == ["*"]
    assert there.equals(here, check_metadata=True)


def test_of_versions_that_tie_each_engine_keeps_the_same(raw, settings):
    accounts = raw["accounts"].slice(0, 6)
    unlike = [None, 2.5, 1.5, 0.5, None, 7.5]
    tied = accounts.drop(["account_id", "opened_at", "recorded_at", "plan_price"]).take(pa.array([0] * 6))
    tied = tied.append_column("account_id", pa.array(["a", "a", "a", "b", "b", "c"]))
    tied = tied.append_column("recorded_at", accounts["recorded_at"].take(pa.array([0, 0, 0, 1, 2, 0])))
    tied = tied.append_column("opened_at", accounts["opened_at"].take(pa.array([0] * 6)))
    tied = tied.append_column("plan_price", pa.array(unlike))
    here, there = (_kept(engine, raw, tied, settings) for engine in ("duckdb", "polars"))
    assert here["a"] == min(one for one in unlike[:3] if one)
    assert here == there


def _kept(engine, raw, accounts, settings):
    tables = {**raw, "accounts": accounts}
    on_polars = ibis.polars.connect({name: pl.from_arrow(table) for name, table in tables.items()})
    read = read_tables(on_polars if engine == "polars" else tables, settings, check=False)
    kept = read.cut(settings.moment("2030-01-01T00:00+00:00"))["accounts"].to_pyarrow()
    return dict(zip(kept["account_id"].to_pylist(), kept["plan_price"].to_pylist(), strict=True))
