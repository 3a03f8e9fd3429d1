"""What Spark decides equals what the single process decides, row for row."""

import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import functions as sql

import recommender
import recommender.spark
from recommender.config import Config, Trust
from recommender.errors import DataError, FeatureError, ModelError, StaleDataWarning
from recommender.model import FreshComplaints, make_key, save_model, sign_model
from recommender.policy import Facts
from recommender.spark.shipping import ship, unpack

AS_OF = "2026-07-01"
MOMENT = datetime(2026, 6, 30, 22, tzinfo=UTC)  # the same, in Berlin

# Of pyspark and Ibis, which deprecate each other's ways; one worker of pytest starts Spark, not each.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("spark")]


@pytest.fixture(scope="module")
def alone(model, taken):
    return model.decide(taken, decided_at=MOMENT)


@pytest.fixture(scope="module")
def scored(page):
    return page["scored"]


def _sorted(table, *names):
    return table.sort_by([(name, "ascending") for name in names])


def test_offers_are_those_of_the_single_process(page, alone):
    found = _sorted(page["spark"].table("offers_20260701").toArrow(), "account_id", "rank")
    assert alone.offers.num_rows > 0
    assert found.column_names == alone.offers.column_names
    assert found.cast(alone.offers.schema).equals(alone.offers)


def test_dispositions_are_those_of_the_single_process(scored, alone):
    here = alone.dispositions().to_pandas().astype({"product_id": str, "disposition": str})
    there = _sorted(scored.dispositions.toArrow(), "account_id", "product_id").to_pandas()
    assert list(there.columns) == list(here.columns)
    assert len(there) == len(alone.account_id) * len(alone.product_id)
    for name in ("account_id", "product_id", "disposition"):
        assert there[name].tolist() == here[name].tolist()
    assert there.propensity.to_numpy().tobytes() == here.propensity.to_numpy().tobytes()
    assert [list(one) for one in there.reasons] == [list(one) for one in here.reasons]


def test_the_summary_counts_everyone(page, alone):
    summary = page["summary"]
    assert summary["accounts"] == len(alone.account_id)
    assert summary["offers"] == alone.offers.num_rows
    assert summary["dispositions"] == alone.counts
    assert sum(summary["dispositions"].values()) == summary["candidates"]
    assert summary["exit_status"] == 0


def test_an_unresolved_complaint_keeps_every_offer_back(saved, model, alone):
    account = alone.offers["account_id"][0].as_py()
    opened = {"account_id": [account], "opened_at": [MOMENT], "resolved_at": [None], "status": ["open"]}
    at: Any = pa.timestamp("us", "UTC")
    kinds: Any = [("account_id", pa.string()), ("opened_at", at), ("resolved_at", at), ("status", pa.string())]
    fresh = FreshComplaints(pa.table(opened, schema=pa.schema(kinds)), MOMENT)
    found = recommender.spark.score(saved, model, as_of=AS_OF, complaints=fresh).offers.toArrow()
    assert account not in found["account_id"].to_pylist()
    assert set(found["account_id"].to_pylist()) == set(alone.offers["account_id"].to_pylist()) - {account}


def test_a_complaint_in_the_snapshot_keeps_every_offer_back(scored, taken):
    spans = zip(taken["account_id"].to_pylist(), taken["complaint_spans"].to_pylist(), strict=True)
    open_ones = {
        account for account, own in spans if any(one["opened_at"] <= MOMENT < one["open_until"] for one in own)
    }
    assert open_ones
    found = scored.offers.toArrow()
    assert not open_ones & set(found["account_id"].to_pylist())


def test_stale_feeds_are_flagged_and_withhold_offers(saved, model):
    late = recommender.spark.score(saved, model, as_of=MOMENT + timedelta(days=400))
    with pytest.warns(StaleDataWarning, match="complaints"):
        summary = late.summary()
    assert (summary["offers"], summary["exit_status"]) == (0, 3)
    assert "complaints" in summary["stale"]


def test_raw_tables_are_scored_under_the_settings_and_the_catalogue_of_today(in_spark, model, settings, small_operator):
    one = replace(settings, offers=replace(settings.offers, k=1))
    tables = recommender.read_tables(small_operator, one)
    here = recommender.recommend(tables, model, as_of=AS_OF).decision.offers
    there = recommender.spark.score(in_spark, model, as_of=AS_OF, config=one).offers.toArrow()
    assert here.num_rows > 0
    assert set(here["rank"].to_pylist()) == {1}
    assert _sorted(there, "account_id", "rank").cast(here.schema).equals(here)


def test_rows_without_a_feature_are_refused_before_spark_starts(saved, model):
    absent = model.scorecard.features[0]
    with pytest.raises(FeatureError, match=absent):
        recommender.spark.score(saved.drop(absent), model, as_of=AS_OF)


@dataclass(frozen=True)
class Never:
    """Suppress nothing."""

    reason: ClassVar[str] = "never"

    def suppresses(self, facts: Facts):
        return np.zeros((facts.rows.num_rows, 1), dtype=bool)


def test_columns_that_no_decision_reads_are_not_handed_over_unless_an_own_rule_may_read_them(saved, model, alone):
    wide = saved.withColumn("of.no `use`", sql.lit(1))
    scored = recommender.spark.score(wide, model, as_of=AS_OF)
    assert set(scored.rows.columns) < set(saved.columns)
    assert scored.offers.count() == alone.offers.num_rows
    with_rule = recommender.spark.score(wide, replace(model, rules=(Never(),)), as_of=AS_OF)
    assert with_rule.rows.columns == wide.columns


def test_an_account_that_stands_in_two_partitions_is_refused(saved, model):
    first = saved.limit(1)
    with pytest.raises(DataError, match="1 rows repeat an account"):
        recommender.spark.score(
            saved.union(first.withColumn("account_id", sql.concat("account_id", sql.lit(" ")))), model
        )
    with pytest.raises(DataError, match="1 are blank"):
        recommender.spark.score(saved.union(first.withColumn("account_id", sql.lit(" "))), model)


def test_settings_that_trust_keys_refuse_an_unsigned_folder(model, tmp_path):
    config = Config(trust=Trust(keys=(make_key(tmp_path / "mine.key"),)))
    folder = save_model(model, tmp_path / "model")
    with pytest.raises(ModelError, match="signature was needed"):
        recommender.spark.score({}, folder, as_of=AS_OF, config=config)
    sign_model(folder, tmp_path / "mine.key")
    with pytest.raises(DataError, match="On Spark, tables are read from"):
        recommender.spark.score({}, folder, as_of=AS_OF, config=config)


def test_a_model_that_was_changed_on_its_way_is_refused(model):
    shipped = ship(model)
    assert unpack(shipped).label == model.label
    changed = {name: content[:-1] + bytes([content[-1] ^ 1]) for name, content in shipped.files.items()}
    with pytest.raises(ModelError):
        unpack(replace(shipped, files=changed))


def test_a_worker_imports_neither_ibis_nor_an_engine():
    asked = "import sys, recommender.spark.deciding; print({'ibis', 'duckdb', 'sklearn', 'mlflow'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
