"""A snapshot in which no feature tells what the account holds."""

from dataclasses import replace
from datetime import datetime
from typing import Final

import pyarrow as pa

from recommender.snapshots import build_snapshot
from recommender.tables import Tables
from recommender.usage import INDICATORS, Indicator

__all__ = ["blind_snapshot"]

_TELLING: Final = frozenset({"holdings", "packages", "allowances", "contacts", "bills"})


def blind_snapshot(tables: Tables, as_of: datetime | str) -> pa.Table:
    """Describe each account at `as_of`, leaving out the indicators that are made from its holdings.

    Where a product is hidden and asked for, the number of products held, their price, the bill that contains it and
    the offer once accepted would still count it. What the account holds besides comes from the holdings themselves.
    Attributes that tell of holdings are the operator's to name, in `config.features.exclude`.

    Parameters and result as in `build_snapshot`.
    """
    return build_snapshot(replace(tables, indicators=_kept(tables.indicators)), as_of, indicators=_kept(INDICATORS))


def _kept(indicators: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
    return tuple(indicator for indicator in indicators if indicator.group not in _TELLING)
