"""Figures before and after the policy, on six accounts whose decisions and take-ups can be counted on one hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recommender.errors import NotEnoughDataError
from recommender.evaluation import AFTER, BEFORE, Judging, evaluate_offers, judge_offers, ranks, ranks_of_offers
from recommender.model import Model
from recommender.ranking import Scorecard
from recommender.snapshots import build_snapshot
from recommender.tables import Tables, catalogue

KNOWN = [{"feed": name, "known_until": "2026-07-01"} for name in ("complaints", "consents", "contacts", "holdings")]
ACCOUNTS = "abcdef"


def started(account: str, product: str, at: str) -> dict[str, Any]:
    return {"account_id": account, "product_id": product, "started_at": at}


@pytest.fixture
def tables(small_tables: Any) -> Tables:
    """On 1 June a complains and c holds p; e never consented. In June a and e start p, b and c start q, f starts r."""
    june = [started(account, product, "2026-06-10") for account, product in zip("abcef", "pqqpr", strict=True)]
    made: Tables = small_tables(
        accounts=[{"account_id": account, "opened_at": "2020-01-01"} for account in ACCOUNTS],
        holdings=[started("c", "p", "2025-01-01"), *june],
        complaints=[{"complaint_id": "1", "account_id": "a", "opened_at": "2026-05-20", "status": "open"}],
        contacts=[],
        consents=[
            {"account_id": account, "purpose": purpose, "granted": account != "e", "changed_at": "2020-01-01"}
            for account in ACCOUNTS
            for purpose in ("marketing", "usage_data")
        ],
        feeds=KNOWN,
    )
    return made


@pytest.fixture
def model(tables: Tables) -> Model:
    """For everyone p is likeliest, then q, then r, which is below its own rate and so relevant to nobody."""
    card = Scorecard(
        "independent",
        ("p", "q", "r"),
        ("p", "q", "r"),
        (),
        (),
        np.array([-1.0, -2.0, -3.0]),
        np.array([0.2, 0.1, 0.9]),
        np.zeros(3, dtype=np.uint8),
    )
    trained = {"as_of": "2026-05-15T00:00:00+00:00", "ranker": "by hand"}
    return Model("cross-sell", "1", card, catalogue(tables), tables.config, (), trained)


def figures(model: Model, tables: Tables) -> dict[str, dict[str, float]]:
    frame = evaluate_offers(tables, model, "2026-07-01T00:00+00:00", judging=Judging(resamples=2))
    pooled = frame[frame["cut_off"].isna() & frame["product_id"].isna()]
    return {side: dict(pooled[pooled["ranker"] == side].set_index("metric")["value"]) for side in (BEFORE, AFTER)}


def test_what_the_policy_costs_is_seen_beside_what_the_ranking_was_worth(model: Model, tables: Tables) -> None:
    # of the five that took something up, a, b, c, e and f: ranked p q r; p q r; q r; nothing; p q r
    found = figures(model, tables)
    assert found[BEFORE]["hit@1"] == pytest.approx((1 + 0 + 1 + 0 + 0) / 5)
    assert found[BEFORE]["hit@3"] == pytest.approx((1 + 1 + 1 + 0 + 1) / 5)
    assert found[BEFORE]["mrr"] == pytest.approx((1 + 1 / 2 + 1 + 0 + 1 / 3) / 5)
    # and offered: nothing, as a complained; p q; q; nothing; p q
    assert found[AFTER]["hit@1"] == pytest.approx((0 + 0 + 1 + 0 + 0) / 5)
    assert found[AFTER]["hit@3"] == pytest.approx((0 + 1 + 1 + 0 + 0) / 5)
    assert found[AFTER]["mrr"] == pytest.approx((0 + 1 / 2 + 1 + 0 + 0) / 5)
    assert found[AFTER]["precision@3"] == pytest.approx((0 + 1 / 3 + 1 / 3 + 0 + 0) / 5)


def test_abstention_and_coverage_are_of_all_six_accounts(model: Model, tables: Tables) -> None:
    found = figures(model, tables)
    assert (found[BEFORE]["abstention"], found[AFTER]["abstention"]) == pytest.approx((1 / 6, 2 / 6))
    assert (found[BEFORE]["coverage@3"], found[AFTER]["coverage@3"]) == pytest.approx((3 / 3, 2 / 3))


def test_the_ranks_after_the_policy_are_those_of_the_offers(model: Model, tables: Tables) -> None:
    (before,), (after,) = judge_offers(tables, model, "2026-07-01T00:00+00:00", tests=1).values()
    cut_off = after.examples.cut_offs[0]
    offers = model.decide(build_snapshot(tables, cut_off), decided_at=cut_off).offers.to_pandas()
    np.testing.assert_array_equal(after.ranks, ranks_of_offers(offers, list(ACCOUNTS), ("p", "q", "r")))
    np.testing.assert_array_equal(before.ranks, ranks(before.propensity, before.examples.candidates))


def test_a_model_is_not_judged_on_months_that_it_learnt_from(model: Model, tables: Tables) -> None:
    late = replace(model, training={**model.training, "as_of": "2026-06-15T00:00:00+00:00"})
    with pytest.raises(
        NotEnoughDataError, match=r"cross-sell/1 learnt from what was known by 2026-06-15 00:00 UTC: .* 30 days"
    ):
        judge_offers(tables, late, "2026-07-01T00:00+00:00", tests=1)
