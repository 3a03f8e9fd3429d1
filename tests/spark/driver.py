"""A program for a cluster: takes the snapshot, scores it and writes both; `driver.py URL DATA MODEL AS_OF OUT PATH`."""

import os
import sys
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession

import recommender
import recommender.spark

SETTINGS = {
    "spark.cores.max": "2",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.executor.cores": "1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.memory": "600m",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}


def _who(batches):
    """Tell which process each batch came from: the parent is the executor's."""
    for _ in batches:
        yield pa.record_batch({"executor": [os.getppid()]})


def main(url, data, model, as_of, out, path):
    builder = SparkSession.builder.master(url).config("spark.executorEnv.PYTHONPATH", path)
    for name, value in {**SETTINGS, "spark.sql.warehouse.dir": f"{out}/warehouse"}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    raw = {one.stem: session.read.parquet(str(one)) for one in sorted(Path(data).glob("*.parquet"))}
    config = recommender.read_config(f"{data}/recommender.toml")
    recommender.spark.snapshot(raw, as_of, config=config).repartition(4).write.parquet(f"{out}/snapshot")
    rows = session.read.parquet(f"{out}/snapshot").repartition(8)
    recommender.spark.score(rows, model, as_of=as_of).offers.write.parquet(f"{out}/offers")
    print("executors", rows.mapInArrow(_who, "executor long").distinct().count())  # noqa: T201
    session.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
