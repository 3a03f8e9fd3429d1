from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from recommender.errors import DataError, FeatureError
from recommender.model import FreshComplaints
from recommender.schema import DISPOSITION_COLUMNS, DISPOSITIONS, OFFER_COLUMNS

OPENED = datetime(2026, 6, 20, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def sigmoid(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def complaint(account_id, opened_at, resolved_at=None, status="open"):
    row = {"account_id": account_id, "opened_at": opened_at, "resolved_at": resolved_at, "status": status}
    time = pa.timestamp("us", tz="UTC")
    kinds: list[Any] = [
        ("account_id", pa.string()),
        ("opened_at", time),
        ("resolved_at", time),
        ("status", pa.string()),
    ]
    return pa.Table.from_pylist([row], schema=pa.schema(kinds))


def test_offers_what_fits_best_first_and_not_what_fits_worse_than_the_average(model, rows_of, later):
    decision = model.decide(rows_of({"call_daytime_minutes_30d": 100.0}, {}), decided_at=later(1))
    assert decision.offers.column("product_id").to_pylist() == ["hotspot", "daytime", "hotspot"]
    assert decision.offers.column("rank").to_pylist() == [1, 2, 1]
    np.testing.assert_allclose(
        decision.offers.column("propensity"), [sigmoid(-3 + 2), sigmoid(-3 + 1.5), sigmoid(-3 + 2)]
    )
    assert decision.counts["not_relevant"] == 1


def test_a_bundle_gives_way_to_its_part_that_fits_better(model, rows_of, later):
    decision = model.decide(rows_of({}), decided_at=later(1))
    assert decision.offers.column("product_id").to_pylist() == ["hotspot"]
    assert decision.dispositions().column("reasons").to_pylist()[0] == ["excluded_by_offer"]


def test_an_offer_carries_its_reason_its_price_and_until_when_it_stands(model, rows_of, later):
    offer = model.decide(rows_of({}), decided_at=later(1)).offers.to_pylist()[0]
    assert tuple(offer) == OFFER_COLUMNS
    assert offer["reason"] == "Coffee-shop wi-fi sessions in 90 days: 12"
    assert offer["reason_features"] == ["coffee_shop_sessions_90d"]
    assert offer["bill_change"] == Decimal("4.50")
    assert offer["lift"] == pytest.approx(sigmoid(-1) / 0.05)
    assert (offer["decided_at"], offer["valid_until"]) == (later(1), later(24))
    assert offer["model_version"] == "cross-sell/1"
    assert offer["policy_version"] == model.policy.version


def test_an_unresolved_complaint_leaves_no_offer(model, rows_of, later):
    rows = rows_of({"complaint_spans": [{"opened_at": OPENED, "open_until": NEVER}]}, {})
    decision = model.decide(rows, decided_at=later(1))
    assert decision.offers.column("account_id").unique().to_pylist() == ["a1"]
    assert decision.suppressions["open_complaint"] == 3


def test_a_complaint_opened_after_the_snapshot_and_handed_in_leaves_no_offer(model, rows_of, later):
    fresh = FreshComplaints(complaint("a0", later(1)))
    decision = model.decide(rows_of({}, {}), decided_at=later(2), complaints=fresh)
    assert decision.offers.column("account_id").unique().to_pylist() == ["a1"]


def test_a_handed_in_resolution_does_not_release(model, rows_of, later):
    rows = rows_of({"complaint_spans": [{"opened_at": OPENED, "open_until": NEVER}]})
    fresh = FreshComplaints(complaint("a0", OPENED, OPENED, "resolved"))
    assert model.decide(rows, decided_at=later(2), complaints=fresh).offers.num_rows == 0


def test_a_stale_complaints_feed_withholds_everything_and_says_so(model, rows_of, later):
    decision = model.decide(rows_of({}), decided_at=later(25))
    assert decision.offers.num_rows == 0
    assert decision.stale == ("complaints",)


def test_fresh_complaints_known_until_now_make_a_stale_feed_fresh_and_the_offer_stand_longer(model, rows_of, later):
    fresh = FreshComplaints(complaint("another", OPENED), known_until=later(25))
    decision = model.decide(rows_of({}), decided_at=later(25), complaints=fresh)
    assert decision.stale == ()
    assert decision.offers.column("valid_until").to_pylist()[0] == later(25 + 24)


def test_an_account_that_objected_is_not_scored_at_all(model, rows_of, later):
    rows = rows_of({"marketing_granted": [], "marketing_refused": ["*"]}, {})
    decision = model.decide(rows, decided_at=later(1))
    assert np.isnan(decision.propensity[0]).all()
    assert decision.dispositions().column("propensity").to_pylist()[:3] == [None, None, None]
    assert np.isfinite(decision.propensity[1]).all()


def test_what_the_account_has_or_what_is_in_its_bundle_is_not_offered(model, rows_of, later):
    decision = model.decide(rows_of({"held_products": ["bundle"]}), decided_at=later(1))
    reasons = dict(zip(PRODUCTS, decision.dispositions().column("reasons").to_pylist(), strict=True))
    assert decision.offers.num_rows == 0
    assert reasons["bundle"] == ["already_held"]
    assert reasons["hotspot"] == ["in_bundle"]


PRODUCTS = ("bundle", "daytime", "hotspot")


def test_dispositions_are_one_per_pair_and_reconcile(model, rows_of, later):
    decision = model.decide(rows_of({}, {"held_products": ["hotspot"]}), decided_at=later(1))
    rows = decision.dispositions()
    assert tuple(rows.column_names) == DISPOSITION_COLUMNS
    assert rows.select(["account_id", "product_id"]).group_by(["account_id", "product_id"]).aggregate([]).num_rows == 6
    assert sum(decision.counts.values()) == 2 * 3
    found = rows.column("disposition").to_pylist()
    assert {name: found.count(name) for name in DISPOSITIONS} == decision.counts


def test_k_limits_the_offers_and_the_rest_is_outranked(model, rows_of, later):
    decision = model.decide(rows_of({}), decided_at=later(1), k=1)
    assert decision.offers.column("product_id").to_pylist() == ["hotspot"]
    assert decision.counts["outranked"] == 1


def test_many_rows_decide_as_each_of_them_alone(model, rows_of, later):
    rows = rows_of(*({"coffee_shop_sessions_90d": i, "call_daytime_minutes_30d": 10.0 * i} for i in range(12)))
    together = model.decide(rows, decided_at=later(1))
    alone = [model.decide(rows.slice(i, 1), decided_at=later(1)) for i in range(12)]
    assert together.offers.equals(pa.concat_tables([one.offers for one in alone]))
    assert (together.propensity == np.vstack([one.propensity for one in alone])).all()


def test_no_rows_give_no_offers(model, rows_of, later):
    decision = model.decide(rows_of(), decided_at=later(1))
    assert decision.offers.num_rows == 0
    assert decision.dispositions().num_rows == 0


def test_a_mostly_unknown_account_is_flagged_cold(model, rows_of, later):
    rows = rows_of({"call_daytime_minutes_30d": None, "coffee_shop_sessions_90d": None})
    model = type(model)(**vars(model) | {"config": model.config.from_dict({"offers": {"min_lift": 0.0}})})
    assert model.decide(rows, decided_at=later(1)).offers.column("flags").to_pylist()[0] == ["cold"]


def test_a_decision_before_its_snapshot_is_refused(model, rows_of, later):
    with pytest.raises(DataError, match="would use what became known later"):
        model.decide(rows_of({}), decided_at=later(-1))


def test_rows_without_a_feature_of_the_model_are_refused(model, rows_of, later):
    rows = rows_of({}).drop_columns(["coffee_shop_sessions_90d"])
    with pytest.raises(FeatureError, match="coffee_shop_sessions_90d"):
        model.decide(rows, decided_at=later(1))


def test_what_is_no_snapshot_is_refused(model, later):
    with pytest.raises(DataError, match="account_id"):
        model.decide(pa.table({"x": [1]}), decided_at=later(1))


def test_the_rows_are_not_changed(model, rows_of, later):
    rows, again = rows_of({}, {}), rows_of({}, {})
    model.decide(rows, decided_at=later(1))
    assert rows.equals(again)
