"""Snapshot rows that nothing stands against, to be spoilt one fact at a time."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from recommender.catalogue import Catalogue, Product
from recommender.config import Config
from recommender.policy import Facts, build_policy
from recommender.policy.facts.arrow import FACT_TYPES

DECIDED_AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
CLEAN: dict[str, Any] = {
    "account_id": "a",
    "held_products": [],
    "ordered_products": [],
    "complaint_spans": [],
    "contact_log": [],
    "marketing_granted": ["phone"],
    "marketing_refused": [],
    "usage_consent": True,
    "unpaid_due_at": None,
    "is_vulnerable": False,
    "complaints_known_until": DECIDED_AT,
    "consents_known_until": DECIDED_AT,
    "contacts_known_until": DECIDED_AT,
}

# `all` contains `duo`, which contains `calls` and `texts`; `abroad` needs `data`, and `calls` or `texts`.
PRODUCTS = (
    Product("abroad", "Abroad", "travel", requires=(("data",), ("calls", "texts")), uses_usage_data=True),
    Product("all", "All of it", "bundles", includes=("data", "duo")),
    Product("calls", "Calls", "voice", uses_usage_data=True),
    Product("data", "Data", "internet"),
    Product("duo", "Calls and texts", "bundles", includes=("calls", "texts")),
    Product("fax", "Fax", "voice", is_offered=False),
    Product("rival", "Rival", "internet", excludes=("texts",)),
    Product("texts", "Texts", "voice"),
)

Rows = Callable[..., pa.Table]
Take = Callable[..., Facts]
Reasons = Callable[..., dict[str, set[str]]]


def make_rows(*spoilt: dict[str, Any]) -> pa.Table:
    rows = [CLEAN | {"account_id": f"a{i}"} | facts for i, facts in enumerate(spoilt)]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(FACT_TYPES.items())))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of(PRODUCTS)


@pytest.fixture(scope="session")
def rows() -> Rows:
    return make_rows


@pytest.fixture(scope="session")
def take(catalogue: Catalogue) -> Take:
    def take(*spoilt: dict[str, Any], **more: Any) -> Facts:
        options: dict[str, Any] = {"decided_at": DECIDED_AT, "channel": "phone"} | more
        return Facts.of(make_rows(*spoilt), catalogue, **options)

    return take


@pytest.fixture(scope="session")
def reasons(take: Take, catalogue: Catalogue) -> Reasons:
    """Return the reasons against each product for one account, by the policy of `settings`."""

    def reasons(spoilt: dict[str, Any] | None = None, *, settings: Any = None, **more: Any) -> dict[str, set[str]]:
        policy = build_policy(Config.from_dict(settings or {}))
        bits = policy.suppressions(take(spoilt or {}, **more))
        return {product: set(policy.decode(int(b))) for product, b in zip(catalogue.ids, bits[0], strict=True)}

    return reasons


@pytest.fixture(scope="session")
def everywhere(reasons: Reasons) -> Callable[..., set[str]]:
    """Return the reasons that stand against every product."""

    def everywhere(spoilt: dict[str, Any] | None = None, **more: Any) -> set[str]:
        return set.intersection(*reasons(spoilt, **more).values())

    return everywhere


@pytest.fixture(scope="session")
def where(reasons: Reasons) -> Callable[..., set[str]]:
    """Return the products that one reason stands against."""

    def where(reason: str, spoilt: dict[str, Any] | None = None, **more: Any) -> set[str]:
        return {product for product, found in reasons(spoilt, **more).items() if reason in found}

    return where
