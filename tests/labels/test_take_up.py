from collections.abc import Callable
from typing import Any

import pytest

from recommender.errors import ConfigError, NotEnoughDataError
from recommender.labels import take_up
from recommender.tables import Tables

Make = Callable[..., Tables]

AS_OF = "2026-06-01T00:00+00:00"
COMPLETE = [{"feed": "holdings", "known_until": "2026-12-31"}]


def holding(product: str, start: str | None, end: str | None = None, ordered: str | None = None) -> dict[str, Any]:
    return {"account_id": "a", "product_id": product, "started_at": start, "ended_at": end, "ordered_at": ordered}


def taken(tables: Tables, horizon_days: int = 30, gap_days: int = 0) -> list[str]:
    row = take_up(tables, AS_OF, horizon_days, gap_days).to_pylist()[0]
    return [name for name, added in row.items() if added is True]


def test_the_horizon_is_open_at_its_start_and_closed_at_its_end(small_tables: Make):
    holdings = [
        holding("p", "2026-06-01 00:00:00"),
        holding("q", "2026-06-01 00:00:01"),
        holding("r", "2026-07-01 00:00:00"),
    ]
    assert taken(small_tables(holdings=holdings, feeds=COMPLETE)) == ["q", "r"]


def test_what_comes_after_the_horizon_is_no_take_up(small_tables: Make):
    assert taken(small_tables(holdings=[holding("p", "2026-07-01 00:00:01")], feeds=COMPLETE)) == []


def test_the_gap_moves_the_horizon(small_tables: Make):
    holdings = [holding("p", "2026-06-07"), holding("q", "2026-06-09"), holding("r", "2026-06-19")]
    assert taken(small_tables(holdings=holdings, feeds=COMPLETE), 10, 7) == ["q"]


def test_the_order_counts_before_the_start(small_tables: Make):
    holdings = [holding("p", "2026-08-01", ordered="2026-06-10"), holding("q", None, ordered="2026-06-11")]
    assert taken(small_tables(holdings=holdings, feeds=COMPLETE)) == ["p", "q"]


def test_a_start_of_what_was_ordered_before_is_no_take_up(small_tables: Make):
    assert taken(small_tables(holdings=[holding("p", "2026-06-10", ordered="2026-05-31")], feeds=COMPLETE)) == []


def test_what_is_held_already_is_no_take_up(small_tables: Make):
    holdings = [holding("p", "2025-01-01", "2026-06-05"), holding("p", "2026-06-06")]
    assert taken(small_tables(holdings=holdings, feeds=COMPLETE)) == []


def test_what_was_given_up_before_may_be_taken_up_again(small_tables: Make):
    holdings = [holding("p", "2025-01-01", "2026-05-05"), holding("p", "2026-06-06")]
    assert taken(small_tables(holdings=holdings, feeds=COMPLETE)) == ["p"]


def test_a_take_up_recorded_late_is_one(small_tables: Make):
    late = {**holding("p", "2026-06-10"), "recorded_at": "2026-09-01"}
    assert taken(small_tables(holdings=[late], feeds=COMPLETE)) == ["p"]


def test_a_row_per_account_known_then_and_a_column_per_product(small_tables: Make):
    accounts = [{"account_id": name, "opened_at": at} for name, at in (("b", "2020-01-01"), ("a", "2020-01-01"))]
    accounts += [{"account_id": "new", "opened_at": "2026-06-02"}]
    holdings = [{**holding("p", "2026-06-10"), "account_id": name} for name in ("b", "new")]
    table = take_up(small_tables(accounts=accounts, holdings=holdings, feeds=COMPLETE), AS_OF, 30)
    assert table.to_pylist() == [
        {"account_id": "a", "p": False, "q": False, "r": False},
        {"account_id": "b", "p": True, "q": False, "r": False},
    ]


@pytest.mark.parametrize("until", ["2026-06-30", "2026-07-01"])
def test_holdings_may_lag_by_a_day(small_tables: Make, until: str):
    assert taken(small_tables(feeds=[{"feed": "holdings", "known_until": until}])) == []


def test_a_horizon_that_is_not_over_is_refused(small_tables: Make):
    tables = small_tables(feeds=[{"feed": "holdings", "known_until": "2026-06-29 23:59"}])
    with pytest.raises(NotEnoughDataError, match="until 2026-07-01 00:00 UTC is needed, and holdings are known until"):
        take_up(tables, AS_OF, 30)


def test_a_horizon_without_any_row_at_its_end_is_refused(small_tables: Make):
    tables = small_tables(holdings=[holding("p", "2026-06-10")])
    with pytest.raises(NotEnoughDataError, match="known until 2026-06-10"):
        take_up(tables, AS_OF, 30)


def test_any_row_at_the_end_of_the_horizon_shows_that_it_is_over(small_tables: Make):
    bills = [{"account_id": "a", "issued_at": "2026-06-30 12:00", "amount": "1.00"}]
    assert taken(small_tables(holdings=[holding("p", "2026-06-10")], bills=bills)) == ["p"]


@pytest.mark.parametrize(("horizon", "gap"), [(0, 0), (30, -1)])
def test_a_horizon_needs_days(small_tables: Make, horizon: int, gap: int):
    with pytest.raises(ConfigError, match="a horizon over 0"):
        take_up(small_tables(), AS_OF, horizon, gap)
