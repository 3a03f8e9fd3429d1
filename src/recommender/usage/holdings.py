"""Tenure, and the products an account has, had or ordered."""

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.usage.cells import LONG
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known, moment
from recommender.usage.rows import Rows, rows

__all__ = ["HOLDINGS", "TENURE", "accounts", "holding_states", "holdings"]


def holding_states(known: Known) -> ir.Table:
    """Return holdings with `is_held`, `is_ordered` (both at `as_of`) and `added_at`.

    Held: started by `as_of`, or without any date, and not ended by then. Ordered: known at `as_of`, neither held nor
    ended, so an order without a start as well as a start that lies ahead.
    """
    holdings = known.tables["holdings"]
    now = moment(known.as_of)
    ended = (holdings.ended_at <= now).coalesce(False)
    undated = holdings.started_at.isnull() & holdings.ordered_at.isnull()
    held = ((holdings.started_at <= now).coalesce(False) | undated) & ~ended
    return holdings.mutate(
        is_held=held, is_ordered=~held & ~ended, added_at=ibis.coalesce(holdings.ordered_at, holdings.started_at)
    )


def accounts(known: Known) -> Rows:
    """Give each account its own row."""
    return rows(known, "accounts", known.accounts.select(schema.ACCOUNT, "opened_at"))


def holdings(known: Known) -> Rows:
    """Give each account its holdings, with the product's category and price and how many of that category are held."""
    products = known.tables["products"].select(schema.PRODUCT, "category", "monthly_price")
    joined = holding_states(known).left_join(products, schema.PRODUCT).drop(f"{schema.PRODUCT}_right")
    in_category = joined.is_held.sum().over(group_by=[joined[schema.ACCOUNT], joined.category])
    return rows(known, "holdings", joined.mutate(in_category=in_category))


def tenure_months(accounts: Rows) -> ir.Value:
    """Months of 30 days since the account was opened; null where unknown."""
    days = accounts.days_since(accounts.table.opened_at.max())
    return (days >= 0).ifelse(days, ibis.null("int64")).cast("float64") / 30


def products_held(holdings: Rows) -> ir.Value:
    """Count of products held; 0 without any."""
    return holdings.table.product_id.nunique(where=holdings.table.is_held).cast("int64")


def products_on_order(holdings: Rows) -> ir.Value:
    """Count of products on order; 0 without any."""
    return holdings.table.product_id.nunique(where=holdings.table.is_ordered).cast("int64")


def categories_held(holdings: Rows) -> ir.Value:
    """Count of categories in which a product is held; 0 without any."""
    return holdings.table.category.nunique(where=holdings.table.is_held).cast("int64")


def products_held_in_one_category(holdings: Rows) -> ir.Value:
    """Count of holdings in the category that has most of them; 0 without any."""
    return holdings.table.in_category.max(where=holdings.table.is_held).coalesce(0).cast("int64")


def products_ended_90d(holdings: Rows) -> ir.Value:
    """Count of holdings that ended in the last 90 days; 0 without any."""
    ended = holdings.table.ended_at
    return holdings.count((ended <= moment(holdings.known.as_of)) & holdings.within(ended, LONG))


def products_ever_ended(holdings: Rows) -> ir.Value:
    """Count of holdings that have ended; 0 without any."""
    return holdings.count(holdings.table.ended_at <= moment(holdings.known.as_of))


def products_added_90d(holdings: Rows) -> ir.Value:
    """Count of products ordered, or else started, in the last 90 days; 0 without any."""
    added = holdings.table.added_at
    return holdings.count((added <= moment(holdings.known.as_of)) & holdings.within(added, LONG))


def months_since_last_take_up(holdings: Rows) -> ir.Value:
    """Months of 30 days since a product was last ordered, or else started; null where none ever was."""
    added = holdings.table.added_at
    newest = added.max(where=added <= moment(holdings.known.as_of))
    return holdings.days_since(newest).cast("float64") / 30


def held_monthly_price(holdings: Rows) -> ir.Value:
    """Monthly price of the products held, in {currency}; null where one is unknown, 0 without any."""
    held = holdings.table.is_held
    unknown = holdings.count(held & holdings.table.monthly_price.isnull())
    price = holdings.table.monthly_price.sum(where=held).coalesce(0).cast("int64")
    return (unknown == 0).ifelse(holdings.money(price), ibis.null("float64"))


_TENURE_WORDS = ((tenure_months, "months", "a customer for {value} months"),)
_WORDS = (
    (products_held, "products", "{value} products held"),
    (products_on_order, "products", "{value} products on order"),
    (categories_held, "categories", "products from {value} categories"),
    (products_held_in_one_category, "products", "{value} products from one category"),
    (products_added_90d, "products", "{value} products added in the last 90 days"),
    (products_ended_90d, "products", "{value} products given up in the last 90 days"),
    (products_ever_ended, "products", "{value} products given up so far"),
    (months_since_last_take_up, "months", "last product added {value} months ago"),
    (held_monthly_price, "{currency}", "{value} {currency} a month for the products held"),
)
TENURE = tuple(Indicator(compute, unit, says, "accounts") for compute, unit, says in _TENURE_WORDS)
HOLDINGS = tuple(Indicator(compute, unit, says, "holdings") for compute, unit, says in _WORDS)
