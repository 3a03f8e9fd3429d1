"""What an account has, from the tables to the policy, however long ago it came."""

from datetime import UTC, datetime, timedelta

import pytest

from recommender.config import Config
from recommender.policy import Facts, build_policy
from recommender.snapshots import build_snapshot
from recommender.tables import catalogue

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
FEEDS = [{"feed": name, "known_until": "2026-07-01"} for name in ("complaints", "consents", "contacts")]


def holding(product="p", **dates):
    return {"account_id": "a", "product_id": product, "started_at": None, "ended_at": None} | dates


@pytest.fixture
def against(small_tables):
    """Return the reasons against the product p."""

    def against(*holdings):
        tables = small_tables(holdings=holdings, contacts=[], feeds=FEEDS)
        facts = Facts.of(
            build_snapshot(tables, AS_OF, indicators=()), catalogue(tables), decided_at=AS_OF, channel="phone"
        )
        policy = build_policy(Config())
        return policy.decode(int(policy.suppressions(facts)[0, 0]))

    return against


def test_a_product_owned_five_hundred_events_ago_is_still_held(against):
    first = datetime(2020, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=2 * i) for i in range(500)]
    comings_and_goings = [
        holding("q", started_at=f"{day:%Y-%m-%d}", ended_at=f"{day + timedelta(days=1):%Y-%m-%d}") for day in days
    ]
    assert against(holding(started_at="2019-01-01"), *comings_and_goings) == ["already_held"]
    assert against(*comings_and_goings) == []


def test_a_product_that_ended_yesterday_is_not_held(against):
    assert against(holding(started_at="2019-01-01", ended_at="2026-06-30")) == []
    assert against(holding(started_at="2019-01-01", ended_at="2026-07-02")) == ["already_held"]


def test_a_product_that_ended_yesterday_and_was_ordered_again_is_on_order(against):
    again = holding(ordered_at="2026-06-30")
    assert against(holding(started_at="2019-01-01", ended_at="2026-06-30"), again) == ["on_order"]
