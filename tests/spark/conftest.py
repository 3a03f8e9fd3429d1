"""One Spark session for all, a small operator in it, and the page on Spark run there as it is written."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import recommender
import recommender.spark
from recommender.model import Model

sql = pytest.importorskip("pyspark.sql")
AS_OF = "2026-07-01"  # that of the page

# What is small and run once is soonest done without a thorough compiler; a zone far from UTC shows what leans on it.
SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "7",
    "spark.sql.session.timeZone": "America/New_York",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = sql.SparkSession.builder.master("local[1]")
    builder = builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    started.sparkContext.setLogLevel("OFF")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def in_spark(session, small_operator: Path) -> Mapping[str, Any]:
    """Return the operator's raw tables as Spark frames."""
    return {path.stem: session.read.parquet(str(path)) for path in sorted(small_operator.glob("*.parquet"))}


@pytest.fixture(scope="session")
def taken(small_operator: Path):
    """Return the snapshot of the single process."""
    return recommender.snapshots.build_snapshot(recommender.read_tables(small_operator), AS_OF)


@pytest.fixture(scope="session")
def folder(small_operator: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a model trained on the operator."""
    trained = recommender.train(recommender.read_tables(small_operator), "2026-05-01", ranker="logistic")
    return recommender.save_model(trained, tmp_path_factory.mktemp("models") / "cross-sell")


@pytest.fixture(scope="session")
def model(folder: Path) -> Model:
    return recommender.load_model(folder)


@pytest.fixture(scope="session")
def page(session, in_spark, small_operator, folder, blocks_of) -> Mapping[str, Any]:
    """Run the page, but for where its tables and files lie; return its names."""
    for name, frame in in_spark.items():
        frame.createOrReplaceTempView(name)
    (block,) = [one for one in blocks_of("docs/spark.md") if one.kind == "python"]
    text = block.text.replace("/Volumes/main/crm/config", str(small_operator)).replace("main.crm.", "")
    names: dict[str, Any] = {"spark": session}
    exec(text.replace("/Volumes/main/crm/models/cross-sell", str(folder)), names)  # noqa: S102  # the page's own example
    return names


@pytest.fixture(scope="session")
def saved(taken, session, tmp_path_factory: pytest.TempPathFactory):
    """Return the same snapshot as a Spark frame, out of a file, in four partitions."""
    path = tmp_path_factory.mktemp("snapshot") / "snapshot.parquet"
    pq.write_table(taken, path)
    return session.read.parquet(str(path)).repartition(4)
