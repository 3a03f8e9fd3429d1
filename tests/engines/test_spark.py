"""The same expressions on Spark: equal snapshots of usage and service, to the last bit; `make slow` runs it."""

from itertools import groupby

import ibis
import pyarrow.parquet as pq
import pytest

import recommender
from recommender.snapshots.build import _known
from recommender.tables import read_tables
from recommender.usage import INDICATORS, summaries

pytestmark = pytest.mark.slow  # starting Spark and planning some ninety indicators on it takes a minute

GROUPED = {
    name: tuple(members)
    for name, members in groupby(sorted(INDICATORS, key=lambda one: one.group), key=lambda one: one.group)
}
AS_OF = "2026-03-15T00:00+00:00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("operator") / "data"
    recommender.simulate(path, accounts=40, seed=3)
    return path


@pytest.fixture(scope="module")
def spark(folder):
    sql = pytest.importorskip("pyspark.sql")
    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.driver.host": "127.0.0.1"}
    builder = sql.SparkSession.builder.master("local[1]").config("spark.driver.bindAddress", "127.0.0.1")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    for path in folder.glob("*.parquet"):
        session.read.parquet(str(path)).createOrReplaceTempView(path.stem)
    yield ibis.pyspark.connect(session)
    session.stop()


@pytest.fixture(scope="module")
def known(spark, folder):
    """Return what is known at AS_OF, on Spark and on DuckDB."""
    config = recommender.read_config(folder / "recommender.toml")
    there = read_tables(spark, config, check=False)
    here = read_tables({path.stem: pq.read_table(path) for path in folder.glob("*.parquet")}, config, check=False)
    return tuple(_known(tables, config.moment(AS_OF), None) for tables in (there, here))


@pytest.mark.parametrize("group", GROUPED)
@pytest.mark.filterwarnings("ignore")
def test_spark_computes_what_duckdb_computes(known, group):
    there, here = (summaries(one, GROUPED[group])[0].to_pyarrow().sort_by("account_id").to_pylist() for one in known)
    assert len(here) > 20
    assert there == here


@pytest.mark.filterwarnings("ignore")
def test_times_on_spark_are_moments_and_not_wall_times(known):
    there, here = (one.tables["bills"].due_at.min().to_pyarrow().as_py() for one in known)
    assert there.replace(tzinfo=None) == here.replace(tzinfo=None)
