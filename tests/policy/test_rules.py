"""One contract for all rules, and the lines that single rules draw."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from recommender.catalogue import Catalogue
from recommender.config import Config
from recommender.errors import DataError, FeatureError
from recommender.policy import CODES, RULES, Facts, build_policy
from recommender.policy.facts.arrow import FACT_TYPES
from recommender.policy.facts.moments import micros

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

Take = Callable[..., Facts]
Reasons = Callable[..., dict[str, set[str]]]

# Each suppresses at least one pair of `PRODUCTS` for an account that nothing else stands against.
SPOILT: dict[str, dict[str, Any]] = {
    "open_complaint": {"complaint_spans": [{"opened_at": NOW, "open_until": None}]},
    "complaint_status_stale": {"complaints_known_until": NOW - 2 * DAY},
    "no_consent": {"marketing_granted": []},
    "consent_status_stale": {"consents_known_until": NOW - 8 * DAY},
    "do_not_contact": {"marketing_refused": ["*"], "marketing_granted": []},
    "already_held": {"held_products": ["fax"]},
    "on_order": {"ordered_products": ["fax"]},
    "in_bundle": {"held_products": ["duo"]},
    "lacks_prerequisite": {},
    "excluded_by_holding": {"held_products": ["rival"]},
    "recently_declined": {
        "contact_log": [{"contacted_at": NOW - DAY, "product_id": "fax", "channel": "sms", "outcome": "declined"}]
    },
    "contact_limit": {
        "contact_log": 3 * [{"contacted_at": NOW - DAY, "product_id": "fax", "channel": "sms", "outcome": "shown"}]
    },
    "in_arrears": {"unpaid_due_at": NOW - 15 * DAY},
    "vulnerable": {"is_vulnerable": True},
    "not_offered": {},
    "needs_usage_consent": {"usage_consent": False},
    "contact_status_stale": {"contacts_known_until": None},
}

# What a null fact does not suppress, and why not.
OPEN_ON_NULL = {
    "in_arrears": "bills are optional, and null says that none is unpaid",
    "vulnerable": "most operators mark only those who are; a setting closes the gap",
    "not_offered": "it reads the catalogue and no fact",
}

EVERY_RULE = pytest.mark.parametrize("rule", [rule() for rule in RULES], ids=[rule.reason for rule in RULES])


def test_reason_codes_are_public_and_only_ever_grow() -> None:
    assert CODES == (
        "open_complaint",
        "complaint_status_stale",
        "no_consent",
        "consent_status_stale",
        "do_not_contact",
        "already_held",
        "on_order",
        "in_bundle",
        "lacks_prerequisite",
        "excluded_by_holding",
        "recently_declined",
        "contact_limit",
        "in_arrears",
        "vulnerable",
        "not_offered",
        "needs_usage_consent",
        "contact_status_stale",
        "excluded_by_offer",
    )


@EVERY_RULE
@pytest.mark.parametrize("n", [0, 1, 3, 8])
def test_a_mask_is_boolean_and_broadcasts_to_accounts_by_products(take: Take, rule: Any, n: int) -> None:
    facts = take(*n * [{}])
    mask = rule.suppresses(facts)
    assert mask.dtype == bool
    assert mask.ndim == 2
    assert np.broadcast_to(mask, facts.shape).shape == (n, 8)


@EVERY_RULE
def test_a_rule_suppresses_what_it_is_there_for(take: Take, rule: Any) -> None:
    assert rule.suppresses(take(SPOILT[rule.reason])).any()


@EVERY_RULE
def test_null_facts_suppress_whatever_they_could_concern(take: Take, rule: Any) -> None:
    facts = take(dict.fromkeys(set(FACT_TYPES) - {"account_id"}))
    catalogue = facts.catalogue
    concerned = {
        "needs_usage_consent": [product.uses_usage_data for product in catalogue.products],
        "lacks_prerequisite": [bool(product.requires) for product in catalogue.products],
        "in_bundle": catalogue.contains.any(axis=0).tolist(),
        "excluded_by_holding": catalogue.brings_excluded.any(axis=1).tolist(),
    }
    if rule.reason not in OPEN_ON_NULL:
        mask = np.broadcast_to(rule.suppresses(facts), facts.shape)
        assert mask[0].tolist() == concerned.get(rule.reason, [True] * 8)


@EVERY_RULE
def test_the_order_of_accounts_is_immaterial(take: Take, rule: Any) -> None:
    spoilt = list(SPOILT.values())
    forwards, backwards = take(*spoilt), take(*reversed(spoilt))
    shape = forwards.shape
    there = np.broadcast_to(rule.suppresses(forwards), shape)
    assert there.tolist() == np.broadcast_to(rule.suppresses(backwards), shape)[::-1].tolist()


@EVERY_RULE
def test_a_rule_leaves_the_facts_alone(take: Take, rule: Any) -> None:
    facts = take(*SPOILT.values())
    before = facts.rows.to_pylist(), build_policy(Config()).suppressions(facts).tolist()
    rule.suppresses(facts)
    assert before == (facts.rows.to_pylist(), build_policy(Config()).suppressions(facts).tolist())


def test_what_rules_share_cannot_be_changed_by_one_of_them(take: Take) -> None:
    with pytest.raises(ValueError, match="read-only"):
        take({}).held[0, 0] = True


def test_nothing_stands_against_a_clean_account_but_the_catalogue(reasons: Reasons) -> None:
    found = reasons({})
    assert {product: why for product, why in found.items() if why} == {
        "abroad": {"lacks_prerequisite"},
        "fax": {"not_offered"},
    }


@pytest.mark.parametrize("missing", sorted(FACT_TYPES))
def test_a_missing_fact_is_refused_in_one_sentence(rows: Any, catalogue: Any, missing: str) -> None:
    lacking = rows({}).drop_columns([missing])
    with pytest.raises(FeatureError, match=rf"it lacks \['{missing}'\]"):
        Facts.of(lacking, catalogue, decided_at=NOW, channel="phone")


def test_a_fact_of_another_type_is_refused(rows: Any, catalogue: Any) -> None:
    wrong = rows({}).drop_columns(["held_products"]).append_column("held_products", [["fax"]])
    facts = Facts.of(wrong, catalogue, decided_at=NOW, channel="phone")
    with pytest.raises(FeatureError, match="'held_products' must be list<item: string>, but string came"):
        _ = facts.held


def test_moments_are_whole_microseconds_to_the_end_of_time() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    days = (last.date() - datetime(1970, 1, 1, tzinfo=UTC).date()).days
    assert micros(last) == (days + 1) * 24 * 3600 * 1_000_000 - 1


def test_a_naive_decision_is_refused(take: Take) -> None:
    with pytest.raises(DataError, match="with its offset from UTC"):
        take({}, decided_at=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("place", [0, 1, 13])
@pytest.mark.parametrize("moments", [[NOW], [NOW - DAY, NOW]])
def test_a_decision_before_its_snapshot_is_refused(rows: Any, catalogue: Any, place: int, moments: Any) -> None:
    dated = rows(*[{}] * len(moments)).add_column(place, "as_of", [moments])
    with pytest.raises(DataError, match="would use what became known later"):
        Facts.of(dated, catalogue, decided_at=NOW - TICK, channel="phone")
    assert Facts.of(dated, catalogue, decided_at=NOW, channel="phone").shape == (len(moments), 8)


def test_accounts_are_cut_into_runs(take: Take) -> None:
    facts = take(*[{}] * 5)
    assert [part.shape[0] for part in facts.parts(2)] == [2, 2, 1]
    assert [part is facts for part in facts.parts(5)] == [True]
    assert [part.shape[0] for part in take().parts(2)] == [0]


def test_no_products_have_no_reasons(rows: Any) -> None:
    facts = Facts.of(rows({}, SPOILT["open_complaint"]), Catalogue.of([]), decided_at=NOW, channel="phone")
    assert build_policy(Config()).suppressions(facts).shape == (2, 0)


@pytest.mark.parametrize("channel", ["", "  ", "*"])
def test_a_missing_channel_is_an_error_and_not_no_limit(take: Take, channel: str) -> None:
    with pytest.raises(DataError, match="One channel on which the offer is made was needed"):
        take({}, channel=channel)
