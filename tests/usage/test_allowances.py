from collections.abc import Callable
from typing import Any

import pytest

from recommender.config import Config, Windows

Ask = Callable[..., Any]
SHARES = tuple(f"share_allowance_{kind}_used_30d" for kind in ("minutes", "messages", "bytes"))
MINUTES = SHARES[0]


def product(product_id: str, **included: Any) -> dict[str, Any]:
    return {"product_id": product_id, "name": "P", "category": "bundle", "monthly_price": "5.00", **included}


def holding(product_id: str, started_at: str = "2026-01-01", ended_at: str | None = None) -> dict[str, Any]:
    return {"account_id": "a", "product_id": product_id, "started_at": started_at, "ended_at": ended_at}


def call(minutes: int, at: str = "2026-06-24 08:00", **more: Any) -> dict[str, Any]:
    made = {"direction": "out", "destination": "local", **more}
    return {"account_id": "a", "started_at": at, "duration_s": minutes * 60, **made}


def session(used: int, network: str = "cellular") -> dict[str, Any]:
    return {"account_id": "a", "started_at": "2026-06-24", "duration_s": 9, "bytes": used, "network": network}


BUNDLE = {
    "products": [product("p", included_minutes=100, included_messages=4, included_bytes=8_000_000_000), product("q")],
    "holdings": [holding("p"), holding("q")],
}
USE = {
    "calls": [call(30)],
    "messages": [{"account_id": "a", "sent_at": "2026-06-24"}],
    "sessions": [session(6_000_000_000), session(9, "fixed"), session(9, "hotspot")],
}


def test_use_is_held_against_what_the_products_include(ask: Ask):
    assert ask(*SHARES, **BUNDLE, **USE) == (30 / 100, 1 / 4, 6 / 8)


def test_an_allowance_may_be_exceeded_and_may_lie_idle(ask: Ask):
    assert ask(MINUTES, **BUNDLE, calls=[call(90), call(60)]) == 150 / 100
    assert ask(MINUTES, **BUNDLE, calls=[]) == 0.0


def test_the_minutes_are_those_of_calls_made_that_are_not_charged_otherwise(ask: Ask):
    elsewhere = [call(9, destination=word) for word in ("international", "premium", "freephone")]
    others = [*elsewhere, call(9, direction="in"), call(9, at="2026-05-01 08:00")]
    kept = [call(5, destination=word) for word in ("local", "national", "mobile", None)]
    assert ask(MINUTES, **BUNDLE, calls=[*others, *kept]) == 4 * 5 / 100


def test_the_allowances_of_the_products_held_add_up(ask: Ask):
    products = [product(one, included_minutes=minutes) for one, minutes in {"p": 100, "q": 50, "r": 999}.items()]
    ended, ahead = holding("r", ended_at="2026-06-01"), holding("r", "2026-08-01")
    held = [holding("p"), holding("q"), ended, ahead]
    assert ask(MINUTES, products=products, holdings=held, calls=[call(30)]) == 30 / (100 + 50)


@pytest.mark.parametrize("included", [{}, {"included_minutes": None}, {"included_minutes": 0}])
def test_without_an_allowance_there_is_no_share_of_it(ask: Ask, included: dict[str, Any]):
    none = {"products": [product("p", **included)], "holdings": [holding("p")]}
    assert ask(*SHARES, **none, **USE) == (None, None, None)


def test_an_allowance_of_a_product_that_is_not_held_is_none(ask: Ask):
    assert ask(MINUTES, products=BUNDLE["products"], holdings=[holding("q")], calls=[call(30)]) is None


def test_what_was_used_is_unknown_without_its_table(ask: Ask):
    assert ask(*SHARES, **BUNDLE, calls=USE["calls"]) == (30 / 100, None, None)
    assert ask(*SHARES, **BUNDLE) == (None, None, None)


def test_what_was_used_is_not_read_without_consent(ask: Ask):
    assert ask(*SHARES, **BUNDLE, **USE, consents=[]) == (None, None, None)


def test_what_thirty_days_include_is_brought_to_the_window_of_the_config(ask: Ask):
    fortnight = Config(time_zone="UTC", windows=Windows(short_days=15))
    assert ask(MINUTES, **BUNDLE, calls=[call(30)], config=fortnight) == 30 / (100 / 2)
