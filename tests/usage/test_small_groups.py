from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[..., Any]


def holding(product: str, start: str | None, end: str | None = None, ordered: str | None = None) -> dict[str, Any]:
    return {"account_id": "a", "product_id": product, "started_at": start, "ended_at": end, "ordered_at": ordered}


def complaint(name: str, opened: str, resolved: str | None, status: str | None) -> dict[str, Any]:
    return {"complaint_id": name, "account_id": "a", "opened_at": opened, "resolved_at": resolved, "status": status}


def contact(name: str, at: str, outcome: str) -> dict[str, Any]:
    of = {"contact_id": name, "account_id": "a", "product_id": "p", "channel": "phone"}
    return {**of, "contacted_at": at, "outcome": outcome}


def bill(issued: str, amount: str, due: str, paid: str | None) -> dict[str, Any]:
    return {"account_id": "a", "issued_at": issued, "amount": amount, "due_at": due, "paid_at": paid}


def test_how_long_a_customer_with_which_products(ask: Ask):
    holdings = [
        holding("p", "2025-01-01"),
        holding("q", "2026-05-02", ordered="2026-05-01"),
        holding("r", "2025-01-01", "2026-06-01"),
        holding("r", None, ordered="2026-06-30"),
    ]
    accounts = [{"account_id": "a", "opened_at": "2026-06-01"}]
    names = (
        "tenure_months",
        "products_held",
        "categories_held",
        "products_on_order",
        "products_added_90d",
        "products_ended_90d",
        "months_since_last_take_up",
        "held_monthly_price",
    )
    assert ask(*names, holdings=holdings, accounts=accounts) == (30 / 30, 2, 1, 1, 2, 1, 1 / 30, (500 + 750) / 100)


def test_an_account_without_anything_has_counts_of_0_and_no_dates(ask: Ask):
    names = ("products_held", "months_since_last_take_up", "complaints_open", "days_since_last_complaint")
    assert ask(*names) == (0, None, 0, None)


def test_a_price_that_is_unknown_makes_the_sum_unknown(ask: Ask):
    products = [{"product_id": "p", "name": "P", "category": "calls", "monthly_price": None}]
    assert ask("held_monthly_price", products=products, holdings=[holding("p", "2025-01-01")]) is None


def test_a_problem_is_open_and_the_last_one_took_two_days(ask: Ask):
    complaints = [
        complaint("1", "2026-05-01", "2026-05-05", "resolved"),
        complaint("2", "2026-06-01", "2026-06-03", " Closed"),
        complaint("3", "2026-06-20 12:00", None, "open"),
    ]
    names = (
        "complaints_open",
        "complaints_opened_90d",
        "complaints_resolved_90d",
        "days_since_last_complaint",
        "mean_days_to_resolve",
        "days_to_resolve_last_complaint",
    )
    assert ask(*names, complaints=complaints) == (1, 3, 2, 10, (4 + 2) / 2, 2.0)


@pytest.mark.parametrize(
    ("resolved", "status"),
    [("2026-06-02", "reopened"), ("2026-06-02", None), ("2026-05-31", "resolved"), (None, "closed")],
)
def test_a_complaint_whose_status_contradicts_is_open(ask: Ask, resolved: str | None, status: str | None):
    rows = [complaint("1", "2026-06-01", resolved, status)]
    assert ask("complaints_open", complaints=rows) == 1


def test_contacts_are_counted_by_outcome(ask: Ask):
    contacts = [
        contact("1", "2026-01-01", "accepted"),
        contact("2", "2026-05-01", "declined"),
        contact("3", "2026-06-01 12:00", "declined"),
        contact("4", "2026-06-21", "no_answer"),
    ]
    names = (
        "contacts_30d",
        "contacts_90d",
        "contacts_accepted",
        "contacts_declined",
        "share_contacts_accepted",
        "share_contacts_unanswered",
        "days_since_last_contact",
    )
    assert ask(*names, contacts=contacts) == (2, 3, 1, 2, 1 / 3, 1 / 4, 10)


def test_bills_have_a_level_a_trend_and_dates(ask: Ask):
    bills = [
        bill("2026-04-15", "10.00", "2026-05-01", "2026-05-02"),
        bill("2026-05-15", "20.00", "2026-06-01", "2026-05-20"),
        bill("2026-06-15", "60.00", "2026-07-01", None),
    ]
    names = ("bill_mean_90d", "bill_trend", "bills_unpaid", "days_since_last_bill", "share_bills_paid_late")
    assert ask(*names, bills=bills) == ((10 + 20 + 60) / 3, 60 / ((10 + 20 + 60) / 3), 1, 16, 1 / 2)


def test_a_credit_note_is_not_unpaid(ask: Ask):
    assert ask("bills_unpaid", bills=[bill("2026-06-15", "-5.00", "2026-07-01", None)]) == 0


def test_contacts_and_bills_are_unknown_without_their_tables(ask: Ask):
    assert ask("contacts_30d", "bills_unpaid", "bill_mean_90d") == (None, None, None)


def test_what_is_paid_for_and_not_used_is_told_from_usage(ask: Ask):
    of = {"name": "P", "category": "calls", "monthly_price": "5.00"}
    products = [
        {**of, "product_id": "p"},
        {**of, "product_id": "q", "name": "International 100", "monthly_price": "7.50"},
        {**of, "product_id": "r", "category": "Wi-Fi", "monthly_price": "9.99"},
        {**of, "product_id": "s", "category": "hotspot"},
        {**of, "product_id": "t", "category": "security"},
    ]
    holdings = [holding(product, "2026-01-01") for product in "pqrt"] + [holding("s", "2026-05-01")]
    at = {"account_id": "a", "started_at": "2026-06-01", "duration_s": 60}
    calls = [
        {**at, "direction": "out", "destination": "local"},
        {**at, "direction": "in", "destination": "international"},
    ]
    sessions = [{**at, "bytes": 1, "network": "fixed"}]
    names = ("unused_products_90d", "unused_monthly_price_90d")
    rows = {"products": products, "holdings": holdings, "calls": calls}
    assert ask(*names, **rows, sessions=sessions) == (2, (750 + 999) / 100)
    assert ask(*names, **rows) == (1, 750 / 100)  # without sessions no one knows about hotspots


def test_what_is_not_used_is_unknown_without_usage_tables_or_consent(ask: Ask):
    held = {"holdings": [holding("p", "2026-01-01")]}
    assert ask("unused_products_90d", **held) is None
    assert ask("unused_products_90d", **held, calls=[], consents=[]) is None
    assert ask("unused_products_90d", **held, calls=[]) == 1


def test_categories_are_counted_once(ask: Ask):
    holdings = [holding("p", "2025-01-01"), holding("q", "2025-01-01"), holding("r", "2025-01-01")]
    names = ("categories_held", "products_held_in_one_category")
    assert ask(*names, holdings=holdings) == (2, 2)
