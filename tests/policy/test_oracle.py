"""The vectorised policy against an oracle that goes row by row, in plain Python, by the words of the design."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.catalogue import Catalogue, Product
from recommender.config import Config
from recommender.policy import Facts, build_policy
from recommender.policy.facts.arrow import FACT_TYPES

Row = dict[str, Any]

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
EVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
IDS = tuple("abcdef")
CHANNELS = ("phone", "Phone ", "email", "*", "sms")

# Lengths that some rule draws a line at; moments are drawn a tick to either side of them.
LINES = [timedelta(days=days) for days in (0, 7, 14, 30, 90)] + [timedelta(hours=hours) for hours in (24, 72, 168)]
MOMENTS = sorted(
    {EVER} | {NOW + sign * line + tick for line in LINES for sign in (-1, 1) for tick in (-TICK, 0 * TICK, TICK)}
)


@dataclass(frozen=True)
class Situation:
    """All that a decision is made from."""

    rows: list[Row]
    products: tuple[Product, ...]
    fresh: list[Row]
    known_until: datetime | None
    settings: dict[str, Any]


# ---- the oracle -----------------------------------------------------------------------------------------------------


def expected_reasons(situation: Situation, row: Row) -> dict[str, set[str]]:
    """Return every reason against each product for the account of `row`."""
    products = {p.product_id: p for p in situation.products}
    everywhere = (
        _over_complaints(situation, row)
        | _over_stale_feeds(situation, row)
        | _over_consents(situation, row)
        | _over_contacts(situation, row)
        | _over_standing(situation, row)
    )
    return {
        product_id: everywhere
        | _over_declines(situation, row, product)
        | _over_holdings(row, product, products)
        | _over_usage(situation, row, product, products)
        for product_id, product in products.items()
    }


def _tuned(situation: Situation, rule: str, setting: str, default: Any) -> Any:
    return situation.settings.get("policy", {}).get(rule, {}).get(setting, default)


def _over_holdings(row: Row, product: Product, products: dict[str, Product]) -> set[str]:
    holds, orders = (_possibly(row[fact], products) for fact in ("held_products", "ordered_products"))
    surely_holds = _surely(row["held_products"], products)
    inside = _contents_of(holds | orders, products)
    has = holds | orders | inside
    found = {
        "already_held": product.product_id in holds,
        "on_order": product.product_id in orders,
        "in_bundle": product.product_id in inside,
        "lacks_prerequisite": not all(
            any(one in surely_holds | _contents_of(surely_holds, products) for one in group)
            for group in product.requires
        ),
        "excluded_by_holding": any(
            other in products[one].excludes or one in products[other].excludes
            for one in {product.product_id} | _contents_of({product.product_id}, products)
            for other in has
        ),
        "not_offered": not product.is_offered,
    }
    return {reason for reason, holds_true in found.items() if holds_true}


def _over_usage(situation: Situation, row: Row, product: Product, products: dict[str, Product]) -> set[str]:
    if not product.uses_usage_data or row["usage_consent"] is True:
        return set()
    held = _surely(row["held_products"], products)
    buys_there = any(products[other].category == product.category for other in held)
    exempt = buys_there and _tuned(situation, "needs_usage_consent", "existing_category_needs_no_consent", False)
    return set() if exempt else {"needs_usage_consent"}


def _over_declines(situation: Situation, row: Row, product: Product) -> set[str]:
    cool_off = timedelta(days=_tuned(situation, "recently_declined", "cool_off_days", 90))
    category_cool_off = timedelta(days=_tuned(situation, "recently_declined", "category_cool_off_days", 30))
    kin = [other for other in situation.products if other.category == product.category]
    declined = _declined(row, product, cool_off) or any(_declined(row, other, category_cool_off) for other in kin)
    return {"recently_declined"} if declined else set()


def _over_contacts(situation: Situation, row: Row) -> set[str]:
    window = timedelta(days=_tuned(situation, "contact_limit", "window_days", 30))
    most = _tuned(situation, "contact_limit", "max_contacts", 3)
    most_here = _tuned(situation, "contact_limit", "max_contacts_on_channel", float("inf"))
    anywhere, here = (_contacts(row, window, on_channel=on_channel) for on_channel in (False, True))
    return {"contact_limit"} if anywhere >= most or here >= most_here else set()


def _over_standing(situation: Situation, row: Row) -> set[str]:
    reasons = set()
    due, vulnerable = row["unpaid_due_at"], row["is_vulnerable"]
    if due is not None and NOW - due >= timedelta(days=_tuned(situation, "in_arrears", "grace_days", 14)):
        reasons.add("in_arrears")
    if _tuned(situation, "vulnerable", "unknown_is_vulnerable", False) if vulnerable is None else vulnerable:
        reasons.add("vulnerable")
    return reasons


def _over_complaints(situation: Situation, row: Row) -> set[str]:
    cool_off = timedelta(days=_tuned(situation, "open_complaint", "cool_off_days", 7))
    return {"open_complaint"} if _complained(situation, row, cool_off) else set()


def _surely(values: list[Any] | None, products: dict[str, Product]) -> set[str]:
    return set() if _has_gap(values) else set(values or ()) & set(products)


def _possibly(values: list[Any] | None, products: dict[str, Product]) -> set[str]:
    return set(products) if _has_gap(values) else set(values or ()) & set(products)


def _contents_of(bundles: set[str], products: dict[str, Product]) -> set[str]:
    return set().union(*(_contents(bundle, products) for bundle in bundles))


def _has_gap(values: list[Any] | None) -> bool:
    return values is None or None in values


def _contents(bundle: str, products: dict[str, Product], seen: frozenset[str] = frozenset()) -> set[str]:
    found = set()
    for part in products[bundle].includes:
        found.add(part)
        if part not in seen:
            found |= _contents(part, products, seen | {part})
    return found


def _complained(situation: Situation, row: Row, cool_off: timedelta) -> bool:
    if row["complaint_spans"] is None:
        return True
    spans = [(span["opened_at"], span["open_until"]) if span else (None, None) for span in row["complaint_spans"]]
    fresh = [_span(complaint) for complaint in situation.fresh if complaint["account_id"] == row["account_id"]]
    return any(_in_force(opened, until, cool_off) for opened, until in spans + fresh)


def _span(complaint: Row) -> tuple[datetime | None, datetime | None]:
    opened, resolved = complaint["opened_at"], complaint["resolved_at"]
    word_is_good = (complaint["status"] or "").strip().lower() in {"closed", "completed", "fixed", "resolved", "solved"}
    settled = word_is_good and opened is not None and resolved is not None and resolved >= opened
    return opened, resolved if settled else None


def _in_force(opened: datetime | None, until: datetime | None, cool_off: timedelta) -> bool:
    if opened is not None and opened > NOW:
        return False
    return until is None or until == EVER or until > NOW or NOW - until < cool_off


def _over_stale_feeds(situation: Situation, row: Row) -> set[str]:
    feeds = situation.settings.get("feeds", {})
    complaints = [moment for moment in (row["complaints_known_until"], situation.known_until) if moment is not None]
    known = {
        "complaint": (max(complaints, default=None), feeds.get("complaints_max_age_hours", 24)),
        "consent": (row["consents_known_until"], feeds.get("consents_max_age_hours", 168)),
        "contact": (row["contacts_known_until"], feeds.get("contacts_max_age_hours", 72)),
    }
    return {
        f"{feed}_status_stale"
        for feed, (until, hours) in known.items()
        if until is None or NOW - until > timedelta(hours=hours)
    }


def _over_consents(situation: Situation, row: Row) -> set[str]:
    unless_refused = _tuned(situation, "no_consent", "unless_refused", False)
    refused, granted = row["marketing_refused"], row["marketing_granted"] or []
    refused_on = None if _has_gap(refused) else {channel.strip().lower() for channel in refused}
    granted_on = {channel.strip().lower() for channel in granted if channel is not None}
    reasons = set()
    if refused_on is None:
        return {"do_not_contact", "no_consent"}
    permitted_since = "phone" in granted_on and "phone" not in refused_on
    if "*" in refused_on and not permitted_since:
        reasons |= {"do_not_contact", "no_consent"}
    if "phone" in refused_on:
        reasons.add("no_consent")
    if not granted_on & {"*", "phone"} and not unless_refused:
        reasons.add("no_consent")
    return reasons


def _declined(row: Row, product: Product, cool_off: timedelta) -> bool:
    if row["contact_log"] is None:
        return True
    for contact in row["contact_log"]:
        at, of, _, outcome = contact.values() if contact else (None, None, None, None)
        no = outcome not in {"accepted", "interested", "no_answer", "shown"}
        if no and of in {None, product.product_id} and (at is None or NOW - at < cool_off):
            return True
    return False


def _contacts(row: Row, window: timedelta, *, on_channel: bool) -> float:
    if row["contact_log"] is None:
        return float("inf")
    count = 0
    for contact in row["contact_log"]:
        at, _, channel, _ = contact.values() if contact else (None, None, None, None)
        within = at is None or NOW - at < window
        here = channel is None or channel.strip().lower() == "phone"
        count += within and (here or not on_channel)
    return count


# ---- random situations ----------------------------------------------------------------------------------------------


def draw_situation(draw: Random, n_rows: int) -> Situation:
    return Situation(
        rows=[_row(draw, account) for account in range(n_rows)],
        products=tuple(_product(draw, product_id) for product_id in IDS),
        fresh=[_fresh(draw, draw.randrange(n_rows + 1)) for _ in range(draw.randrange(2 + n_rows // 10))],
        known_until=_moment(draw),
        settings=_settings(draw),
    )


def _row(draw: Random, account: int) -> Row:
    ids = (*IDS, "not in the catalogue")
    return {
        "account_id": str(account),
        "held_products": _list(draw, 3, lambda: draw.choice(ids)),
        "ordered_products": _list(draw, 2, lambda: draw.choice(ids)),
        "complaint_spans": _list(draw, 2, lambda: {"opened_at": _moment(draw), "open_until": _moment(draw)}),
        "contact_log": _list(draw, 4, lambda: _contact(draw, ids)),
        "marketing_granted": _list(draw, 2, lambda: draw.choice(CHANNELS)),
        "marketing_refused": _list(draw, 2, lambda: draw.choice(CHANNELS)),
        "usage_consent": _or_gap(draw, draw.random() < 1 / 2),
        "unpaid_due_at": _moment(draw),
        "is_vulnerable": _or_gap(draw, draw.random() < 1 / 4),
        "complaints_known_until": _moment(draw),
        "consents_known_until": _moment(draw),
        "contacts_known_until": _moment(draw),
    }


def _contact(draw: Random, ids: tuple[str, ...]) -> Row:
    outcomes = ("accepted", "declined", "interested", "no_answer", "shown", "hung up")
    return {
        "contacted_at": _moment(draw),
        "product_id": _or_gap(draw, draw.choice(ids)),
        "channel": _or_gap(draw, draw.choice(CHANNELS)),
        "outcome": _or_gap(draw, draw.choice(outcomes)),
    }


def _fresh(draw: Random, account: int) -> Row:
    status = draw.choice((" Closed", "open", "SOLVED", "unheard of"))
    return {
        "account_id": str(account),
        "opened_at": _moment(draw),
        "resolved_at": _moment(draw),
        "status": _or_gap(draw, status),
    }


def _product(draw: Random, product_id: str) -> Product:
    return Product(
        product_id,
        name=product_id,
        category=draw.choice("xy"),
        requires=tuple(tuple(draw.sample(IDS, draw.randint(1, 2))) for _ in range(draw.choice((0, 0, 1, 2)))),
        excludes=tuple(draw.sample(IDS, draw.choice((0, 0, 1)))),
        includes=tuple(draw.sample(IDS, draw.choice((0, 0, 2)))),
        is_offered=draw.random() < 3 / 4,
        uses_usage_data=draw.random() < 1 / 2,
    )


def _settings(draw: Random) -> dict[str, Any]:
    days, truths, counts = (0, 7, 14, 30, 90), (False, True), (0, 1, 2, 3, 4)
    choices: dict[str, dict[str, tuple[Any, ...]]] = {
        "open_complaint": {"cool_off_days": days},
        "no_consent": {"unless_refused": truths},
        "recently_declined": {"cool_off_days": days, "category_cool_off_days": days},
        "contact_limit": {"max_contacts": counts, "window_days": days, "max_contacts_on_channel": counts},
        "in_arrears": {"grace_days": days},
        "vulnerable": {"unknown_is_vulnerable": truths},
        "needs_usage_consent": {"existing_category_needs_no_consent": truths},
    }
    tuned = {
        rule: {name: draw.choice(values) for name, values in own.items() if draw.random() < 1 / 2}
        for rule, own in choices.items()
    }
    feeds = ("complaints", "consents", "contacts")
    ages = {f"{feed}_max_age_hours": draw.choice((0, 24, 72, 168)) for feed in feeds if draw.random() < 1 / 2}
    return {"policy": tuned, "feeds": ages}


def _moment(draw: Random) -> datetime | None:
    moment: datetime | None = _or_gap(draw, draw.choice(MOMENTS))
    return moment


def _list(draw: Random, most: int, value: Callable[[], Any]) -> list[Any] | None:
    values: list[Any] | None = _or_gap(draw, [_or_gap(draw, value()) for _ in range(draw.randint(0, most))])
    return values


def _or_gap(draw: Random, value: Any) -> Any:
    return None if draw.random() < 1 / 20 else value


def found_reasons(situation: Situation) -> list[dict[str, set[str]]]:
    catalogue = Catalogue.of(situation.products)
    facts = Facts.of(
        pa.Table.from_pylist(situation.rows, schema=pa.schema(list(FACT_TYPES.items()))),
        catalogue,
        decided_at=NOW,
        channel="phone",
        complaints=pa.Table.from_pylist(situation.fresh, schema=FRESH_SCHEMA),
        complaints_known_until=situation.known_until,
    )
    policy = build_policy(Config.from_dict(situation.settings))
    decoded: dict[int, set[str]] = {}
    bits = policy.suppressions(facts)
    for pattern in np.unique(bits):
        decoded[int(pattern)] = set(policy.decode(int(pattern)))
    return [{p: decoded[b] for p, b in zip(catalogue.ids, row, strict=True)} for row in bits.tolist()]


TIME = FACT_TYPES["unpaid_due_at"]
FRESH_SCHEMA = pa.schema({"account_id": pa.string(), "opened_at": TIME, "resolved_at": TIME, "status": pa.string()})


def disagreements(situation: Situation) -> list[tuple[Row, str, set[str], set[str]]]:
    """Return up to five pairs with the reasons found and the reasons expected."""
    differ = (
        (row, product_id, found[product_id], reasons)
        for row, found in zip(situation.rows, found_reasons(situation), strict=True)
        for product_id, reasons in expected_reasons(situation, row).items()
        if found[product_id] != reasons
    )
    return list(islice(differ, 5))


@given(st.randoms(use_true_random=False), st.integers(0, 4))
@settings(max_examples=100, deadline=None)
def test_the_policy_agrees_with_the_oracle(draw: Random, n_rows: int) -> None:
    assert not disagreements(draw_situation(draw, n_rows))


@pytest.mark.parametrize("seed", range(20))
def test_the_policy_agrees_with_the_oracle_on_many_accounts(seed: int) -> None:
    draw = Random(seed)  # noqa: S311  # no secret hangs on it
    assert not disagreements(draw_situation(draw, 5_000))


@pytest.mark.slow
def test_the_policy_agrees_with_the_oracle_on_a_million_accounts() -> None:
    draw = Random(7)  # noqa: S311  # no secret hangs on it
    for _ in range(500):
        assert not disagreements(draw_situation(draw, 2_000))
