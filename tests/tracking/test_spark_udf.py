"""`mlflow.pyfunc.spark_udf`, as the page on MLflow has it, gives the offers of `predict`, row by row."""

import json
import sys

import pytest

import recommender
from recommender.model import flat_rows
from recommender.tracking import Store, promote, record


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_spark_udf_gives_the_offers_of_predict(rows, judged, soon, blocks_of, tmp_path, monkeypatch):
    mlflow, sql = pytest.importorskip("mlflow"), pytest.importorskip("pyspark.sql")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    few = rows.slice(0, 120)
    store = Store(f"sqlite:///{tmp_path}/mlflow.db")
    promote("cross-sell", str(record(judged, store, register="cross-sell").version), store)
    text = next(block.text for block in blocks_of("docs/mlflow.md") if "spark_udf" in block.text)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    spark = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        names = {"spark": spark, "rows": spark.createDataFrame(flat_rows(few).to_pandas())}
        exec(text, names)  # noqa: S102  # the page's own example
        said = [row.asDict() for row in names["scored"].select("answer.*").collect()]
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
