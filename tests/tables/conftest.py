"""One small operator whose every table is known by construction."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from recommender.config import Config

Frames = dict[str, pa.Table]
MOMENT = pa.timestamp("us", "UTC")


def at(day: int, month: int = 3, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def moments(*values: datetime | None) -> Any:
    return pa.array(values, MOMENT)


@pytest.fixture
def config() -> Config:
    return Config(time_zone="Europe/Berlin")


@pytest.fixture(scope="session")
def whole() -> Frames:
    return {
        "accounts": pa.table(
            {
                "account_id": ["007", "008"],
                "opened_at": moments(at(1), None),
                "segment": ["home", None],
                "age": [41, 52],
                "share": [0.5, 1.0],
                "is_staff": [True, False],
                "town": ["Köln", "Bonn"],
                "recorded_at": moments(at(1), at(1)),
            }
        ),
        "products": pa.table(
            {
                "product_id": ["wifi", "calls", "bundle"],
                "name": ["Hotspots", "Free calls", "Both"],
                "category": ["data", "voice", "mixed"],
                "monthly_price": pa.array([Decimal("9.99"), None, Decimal("0.10")], pa.decimal128(9, 2)),
                "includes": pa.array([None, None, ["wifi", "calls"]], pa.list_(pa.string())),
                "requires": pa.array([None, ["wifi|bundle"], None], pa.list_(pa.string())),
                "is_offered": [True, None, False],
            }
        ),
        "holdings": pa.table(
            {
                "account_id": ["007", "008"],
                "product_id": ["wifi", "calls"],
                "started_at": moments(at(2), None),
                "ended_at": moments(at(20), None),
                "ordered_at": moments(None, at(5)),
            }
        ),
        "complaints": pa.table(
            {
                "complaint_id": ["1"],
                "account_id": ["007"],
                "opened_at": moments(at(3)),
                "resolved_at": moments(at(9)),
                "status": ["resolved"],
            }
        ),
        "calls": pa.table(
            {
                "account_id": ["007", "007"],
                "started_at": moments(at(4), at(6)),
                "duration_s": [60, 0],
                "direction": ["in", "out"],
                "destination": [None, "local"],
                "charge": pa.array([Decimal("0.00"), Decimal("1.29")], pa.decimal128(9, 2)),
                "recorded_at": moments(at(4), at(7)),
            }
        ),
        "contacts": pa.table(
            {
                "contact_id": ["c1"],
                "account_id": ["007"],
                "product_id": ["wifi"],
                "channel": ["phone"],
                "contacted_at": moments(at(4)),
                "outcome": ["declined"],
            }
        ),
        "consents": pa.table(
            {
                "account_id": ["007"],
                "purpose": ["marketing"],
                "channel": pa.array([None], pa.string()),
                "granted": [True],
                "changed_at": moments(at(1)),
            }
        ),
        "bills": pa.table(
            {
                "account_id": ["007"],
                "issued_at": moments(at(1)),
                "due_at": moments(at(15)),
                "amount": pa.array([Decimal("19.99")], pa.decimal128(9, 2)),
                "paid_at": moments(at(14)),
            }
        ),
        "feeds": pa.table({"feed": ["contacts"], "known_until": moments(at(10))}),
    }


@pytest.fixture
def frames(whole: Frames) -> Frames:
    return dict(whole)


@pytest.fixture
def few(frames: Frames) -> Frames:
    """Return the tables that are needed, calls and consents: quick to check."""
    kept = ("accounts", "products", "holdings", "complaints", "calls", "consents")
    return {name: frames[name] for name in kept}
