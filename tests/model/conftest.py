"""A model and snapshot rows written by hand, so that every decision is known beforehand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from recommender.catalogue import Catalogue, Product
from recommender.config import Config
from recommender.model import Model
from recommender.ranking import NumericBins, Scorecard, Term
from recommender.reasons import Feature

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
TIME = pa.timestamp("us", tz="UTC")
SPANS = pa.list_(pa.struct([("opened_at", TIME), ("open_until", TIME)]))
CONTACTS = pa.list_(
    pa.struct([("contacted_at", TIME), ("product_id", pa.string()), ("channel", pa.string()), ("outcome", pa.string())])
)
WORDS = pa.list_(pa.string())
PRODUCTS = ("bundle", "daytime", "hotspot")


def hotspot_row(account_id: str = "a", **facts: Any) -> dict[str, Any]:
    """Return a snapshot row of someone with twelve coffee-shop sessions and no call by day."""
    return {
        "account_id": account_id,
        "as_of": AS_OF,
        "coffee_shop_sessions_90d": 12,
        "call_daytime_minutes_30d": 0.0,
        "held_products": [],
        "ordered_products": [],
        "complaint_spans": [],
        "contact_log": [],
        "marketing_granted": ["*"],
        "marketing_refused": [],
        "usage_consent": True,
        "unpaid_due_at": None,
        "is_vulnerable": False,
        "complaints_known_until": AS_OF,
        "consents_known_until": AS_OF,
        "contacts_known_until": AS_OF,
    } | facts


_COLUMNS: list[Any] = [
    ("account_id", pa.string()),
    ("as_of", TIME),
    ("coffee_shop_sessions_90d", pa.int64()),
    ("call_daytime_minutes_30d", pa.float64()),
    ("held_products", WORDS),
    ("ordered_products", WORDS),
    ("complaint_spans", SPANS),
    ("contact_log", CONTACTS),
    ("marketing_granted", WORDS),
    ("marketing_refused", WORDS),
    ("usage_consent", pa.bool_()),
    ("unpaid_due_at", TIME),
    ("is_vulnerable", pa.bool_()),
    ("complaints_known_until", TIME),
    ("consents_known_until", TIME),
    ("contacts_known_until", TIME),
]
SCHEMA = pa.schema(_COLUMNS)


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


@pytest.fixture
def rows_of() -> Callable[..., pa.Table]:
    """Build snapshot rows: one per keyword mapping, with the facts that differ from `hotspot_row`."""
    return lambda *changes: table(*(hotspot_row(f"a{i}", **facts) for i, facts in enumerate(changes)))


@pytest.fixture
def later() -> Callable[[float], datetime]:
    return lambda hours: AS_OF + timedelta(hours=hours)


@pytest.fixture
def scorecard() -> Scorecard:
    """Sessions speak for hotspot (+2) and the bundle (+1), calls by day for daytime."""
    sessions = Term((0,), np.array([[-0.5, 0.0, -1.0], [1.0, 0.0, 2.0], [0.0, 0.0, 0.0]]), np.arange(3))
    calls = Term((1,), np.array([[0.0, -2.0, 0.0], [0.0, 1.5, 0.0], [0.0, 0.0, 0.0]]), np.arange(3))
    return Scorecard(
        link="independent",
        products=PRODUCTS,
        held_products=PRODUCTS,
        bins=(
            NumericBins("coffee_shop_sessions_90d", np.array([3.5])),
            NumericBins("call_daytime_minutes_30d", np.array([60.0])),
        ),
        tables=(sessions, calls),
        intercept=np.array([-3.0, -3.0, -3.0]),
        base_rate=np.array([0.05, 0.05, 0.05]),
        flag_bits=np.zeros(3, dtype=np.uint8),
    )


@pytest.fixture
def model(scorecard: Scorecard) -> Model:
    return Model(
        name="cross-sell",
        version="1",
        scorecard=scorecard,
        catalogue=Catalogue.of(
            [
                Product("bundle", "Away Bundle", "hotspot", Decimal("9.90"), includes=("hotspot",)),
                Product("daytime", "Day Calls", "calls", Decimal("5.00")),
                Product("hotspot", "Hotspot Pass", "hotspot", Decimal("4.50")),
            ]
        ),
        config=Config(time_zone="Europe/Berlin"),
        features=(
            Feature("coffee_shop_sessions_90d", "sessions", "coffee-shop wi-fi sessions in 90 days: {value}"),
            Feature("call_daytime_minutes_30d", "minutes", "minutes of calls by day in 30 days: {value}"),
        ),
        training={"ranker": "by hand"},
    )
