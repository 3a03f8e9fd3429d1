"""What an operator waives is seen in every output."""

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from recommender.config import Config
from recommender.model import load_model, save_model
from recommender.scoring import Explanation, read_dispositions, score

WAIVER = {"open_complaint": {"enabled": False, "i_accept_offers_over_open_complaints": True}}


@pytest.fixture
def waiving(model):
    return replace(model, config=Config.from_dict({"time_zone": "Europe/Berlin", "policy": WAIVER}))


def test_every_offer_made_under_a_waiver_is_flagged(waiving, rows_of, later):
    offers = waiving.decide(rows_of({}), decided_at=later(1)).offers
    assert offers.num_rows > 0
    assert all("waived:open_complaint" in flags for flags in offers["flags"].to_pylist())


def test_explain_says_what_is_waived(waiving, model, rows_of, later):
    first = str(Explanation(waiving.decide(rows_of({}), decided_at=later(1)), waiving, rows_of({}))).splitlines()[0]
    assert first == "Switched off by the operator: open_complaint (i_accept_offers_over_open_complaints)."
    assert "Switched off" not in str(Explanation(model.decide(rows_of({}), decided_at=later(1)), model, rows_of({})))


def test_the_files_of_a_batch_carry_the_waiver(waiving, rows_of, later, tmp_path):
    summary = score(rows_of({}), waiving, tmp_path / "out", as_of=later(1))
    waiver = "i_accept_offers_over_open_complaints"
    assert summary["policy"] == {"switched_off": ["open_complaint"], "waivers": [waiver]}
    assert (
        pq.read_schema(tmp_path / "out" / "dispositions.parquet" / "part-00000.parquet").metadata[b"waived"]
        == b'["open_complaint"]'
    )
    assert len(read_dispositions(tmp_path / "out" / "dispositions.parquet")) == 3


def test_a_model_on_disk_carries_the_waiver(waiving, tmp_path):
    folder = save_model(waiving, tmp_path / "cross-sell")
    assert json.loads((folder / "manifest.json").read_bytes())["policy"] == {
        "own_rules": [],
        "switched_off": ["open_complaint"],
        "waivers": ["i_accept_offers_over_open_complaints"],
    }
    assert load_model(folder).policy.waived == ("open_complaint",)


def test_without_a_waiver_nothing_is_flagged(model, rows_of, later):
    decision = model.decide(rows_of({}), decided_at=later(1))
    assert decision.waived == ()
    assert not any(flag.startswith("waived") for flags in decision.offers["flags"].to_pylist() for flag in flags)


def test_a_rule_that_keeps_no_promise_is_switched_off_without_a_flag(model, rows_of, later):
    off = replace(model, config=Config.from_dict({"policy": {"in_arrears": {"enabled": False}}}))
    assert off.policy.switched_off == ("in_arrears",)
    assert off.decide(rows_of({}), decided_at=later(1)).waived == ()


def test_the_waterfall_counts_each_suppressed_pair_once_and_at_its_first_reason(model, rows_of, later):
    over = {"opened_at": later(-48), "open_until": later(9999)}
    rows = rows_of({"complaint_spans": [over], "marketing_granted": []}, {"held_products": ["bundle"]})
    decision = model.decide(rows, decided_at=later(1))
    assert decision.suppressions["no_consent"] == 3
    assert {code: n for code, n in decision.waterfall.items() if n} == {
        "open_complaint": 3,
        "already_held": 1,
        "in_bundle": 1,
    }
    assert sum(decision.waterfall.values()) == decision.counts["suppressed"] == np.count_nonzero(decision.bits)
