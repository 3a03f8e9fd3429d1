"""`mlflow.pyfunc.spark_udf` gives the offers of `predict`, row by row."""

import json
import sys

import pytest

import recommender
from recommender.model import flat_rows
from recommender.tracking import Store, record


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_spark_udf_gives_the_offers_of_predict(rows, judged, soon, tmp_path, monkeypatch):
    mlflow, sql = pytest.importorskip("mlflow"), pytest.importorskip("pyspark.sql")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    few = rows.slice(0, 120)
    made = record(judged, Store(f"sqlite:///{tmp_path}/mlflow.db"))
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    spark = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        offers_of = mlflow.pyfunc.spark_udf(
            spark,
            made.model_uri,
            result_type="account_id string, offers string, stale string",
            env_manager="local",
            params={"as_of": soon.isoformat(), "per_account": True},
        )
        frame = spark.createDataFrame(flat_rows(few).to_pandas())
        answers = frame.select(offers_of(sql.functions.struct(*frame.columns)).alias("answer")).select("answer.*")
        said = [row.asDict() for row in answers.collect()]
    finally:
        spark.stop()
        mlflow.set_tracking_uri(before)
    expected = recommender.predict(few, judged, as_of=soon)
    offers = sorted(
        (offer for one in said for offer in json.loads(one["offers"])), key=lambda one: (one["account_id"], one["rank"])
    )
    assert len(offers) == len(expected) > 20
    for name in ("account_id", "rank", "product_id", "propensity", "reason"):
        assert [offer[name] for offer in offers] == expected[name].tolist()
