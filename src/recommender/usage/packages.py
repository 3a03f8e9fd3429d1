"""What is paid for and not used: products held all through the long window, against the usage they are for."""

from dataclasses import dataclass
from typing import Final

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.usage.holdings import holding_states
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known
from recommender.usage.rows import Rows, rows

__all__ = ["PACKAGES", "packages"]


@dataclass(frozen=True)
class _Purpose:
    """What a product may be for: words in its category, or also in its name, and the words of such use."""

    table: str
    at: str
    within: dict[str, str]
    category: tuple[str, ...]
    name: str = ""


# The first that fits counts.
_PURPOSES: Final = (
    _Purpose("calls", "started_at", {"direction": "out", "destination": "international"}, ("call",), "international"),
    _Purpose("calls", "started_at", {"direction": "out"}, ("call",)),
    _Purpose("sessions", "started_at", {"network": "hotspot"}, ("hotspot", "wi-fi", "wifi")),
    _Purpose("messages", "sent_at", {}, ("message", "sms")),
)


def packages(known: Known) -> Rows:
    """Give each account the products that it has held for the long window and whose use is itemised.

    `is_used` tells whether there was such use in the window. What a product is for is read from its category; a product
    for calls with "international" in its name is for calls abroad.
    """
    purposes = {place: purpose for place, purpose in enumerate(_PURPOSES) if purpose.table in known.tables}
    held = _held(known)
    held = held.filter(held.purpose.isin(list(purposes)))
    if not purposes:
        return Rows(held.mutate(is_used=ibis.literal(False), is_there=True), known)
    uses = ibis.union(*(_use(purpose, place, known) for place, purpose in purposes.items()), distinct=True)
    both = held.left_join(uses, [held[schema.ACCOUNT] == uses.user, held.purpose == uses.use])
    return rows(known, "calls", both.mutate(is_used=both.user.notnull()).drop("user", "use"))


def unused_products_90d(packages: Rows) -> ir.Value:
    """Count of products held for 90 days and more for calls, hotspots or messages, without such use in that time."""
    return packages.count(~packages.table.is_used)


def unused_monthly_price_90d(packages: Rows) -> ir.Value:
    """Monthly price of the products so unused, in {currency}; null where one is unknown, 0 without any."""
    unused = ~packages.table.is_used
    price = packages.table.monthly_price.sum(where=unused).coalesce(0).cast("int64")
    unknown = packages.count(unused & packages.table.monthly_price.isnull())
    return (unknown == 0).ifelse(packages.money(price), ibis.null("float64"))


def _held(known: Known) -> ir.Table:
    """Return the products held since before the long window, with their price and the place of their purpose."""
    holdings = holding_states(known)
    begun = known.ago(known.config.windows.long_days)
    since = holdings.is_held & (holdings.started_at <= begun).coalesce(True)
    products = known.tables["products"].select(schema.PRODUCT, "category", "name", "monthly_price")
    held = holdings.filter(since).select(schema.ACCOUNT, schema.PRODUCT).distinct()
    named = known.readable("calls", held.inner_join(products, schema.PRODUCT))
    branches = [(_is_for(named, purpose), place) for place, purpose in enumerate(_PURPOSES)]
    return named.select(schema.ACCOUNT, "monthly_price", purpose=ibis.cases(*branches, else_=-1).cast("int32"))


def _is_for(products: ir.Table, purpose: _Purpose) -> ir.BooleanValue:
    category, name = products.category.lower(), products.name.lower()
    return ibis.or_(*(category.contains(word) for word in purpose.category)) & name.contains(purpose.name)


def _use(purpose: _Purpose, place: int, known: Known) -> ir.Table:
    events = known.happened(purpose.table, purpose.at, known.config.windows.long_days)
    used = events.filter(*(events[name] == word for name, word in purpose.within.items())) if purpose.within else events
    return used.select(user=used[schema.ACCOUNT], use=ibis.literal(place, type="int32"))


_WORDS = (
    (unused_products_90d, "products", "{value} products paid for and not used in the last 90 days"),
    (unused_monthly_price_90d, "{currency}", "{value} {currency} a month for products not used in the last 90 days"),
)
PACKAGES = tuple(Indicator(compute, unit, says, "packages") for compute, unit, says in _WORDS)
