"""Until when each feed is known, and the catalogue: the little that is read from tables right away."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import ibis

from recommender.catalogue import Catalogue
from recommender.schema import PRODUCTS, RECORDED_AT
from recommender.tables.cut import cut_table
from recommender.tables.engine import fetch
from recommender.tables.table import Tables

__all__ = ["catalogue", "known_until"]

_END = datetime(9999, 12, 31, tzinfo=UTC)


def known_until(tables: Tables, feed: str, as_of: datetime) -> datetime | None:
    """Return until when the table `feed` is known at `as_of`, in UTC; None where it is missing or nothing is known.

    That is what the feeds table says of it; without that, when its newest row was recorded.

    Raises
    ------
    DataError
        If the engine fails.
    """
    moment = tables.config.moment(as_of)
    if feed not in tables:
        return None
    stated = _stated(tables, feed)
    return min(moment, stated) if stated else _newest(tables, feed, moment)


def _stated(tables: Tables, feed: str) -> datetime | None:
    if "feeds" not in tables:
        return None
    feeds = tables["feeds"]
    return _moment(fetch(feeds.filter(feeds.feed == feed).aggregate(until=feeds.known_until.min()), "feeds"))


def _newest(tables: Tables, feed: str, moment: datetime) -> datetime | None:
    recorded = tables[feed][RECORDED_AT]
    known = tables[feed].filter(recorded <= ibis.literal(moment.replace(tzinfo=None)))
    return _moment(fetch(known.aggregate(until=known[RECORDED_AT].max()), feed))


def _moment(answer: Any) -> datetime | None:
    until = answer["until"][0].as_py()
    return None if until is None else until.replace(tzinfo=UTC)


def catalogue(tables: Tables) -> Catalogue:
    """Read the products, each in the version recorded last.

    Raises
    ------
    DataError
        If a product names one that does not exist, or the engine fails.
    """
    newest = cut_table(tables["products"], PRODUCTS, _END, is_recorded="products" in tables.recorded)
    rows = fetch(newest, "products").to_pylist()
    return Catalogue.from_rows(_product(row, tables.config.minor_digits) for row in rows)


def _product(row: dict[str, Any], digits: int) -> dict[str, Any]:
    filled = {name: value for name, value in row.items() if value is not None}
    if "monthly_price" in filled:
        filled["monthly_price"] = Decimal(filled["monthly_price"]).scaleb(-digits)
    return filled
