"""Take-up: which products each account added within a horizon after a moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis.expr import types as ir
from numpy.typing import NDArray

from recommender import schema
from recommender.errors import ConfigError, NotEnoughDataError
from recommender.tables import Tables, fetch, known_until
from recommender.usage import Known, holding_states, moment

__all__ = ["take_up"]

_END = datetime(9999, 12, 31, tzinfo=UTC)
_LAG = timedelta(days=1)


def take_up(tables: Tables, as_of: datetime | str, horizon_days: int, gap_days: int = 0) -> pa.Table:
    """Tell which products each account added in (as_of + gap, as_of + gap + horizon].

    A product is added when it is ordered or, where that is not known, when it starts. One that the account holds or has
    on order at `as_of` is not taken up. All rows are used, whenever they were recorded: these are labels.

    Parameters
    ----------
    tables
        Raw tables, not cut.
    as_of
        The moment looked ahead from; a naive one is read in the time zone of the settings.
    horizon_days, gap_days
        Days of 24 hours; the gap leaves time in which an offer can be made.

    Returns
    -------
    pyarrow.Table
        account_id, sorted, of the accounts known at `as_of`, and a boolean column per product, sorted.

    Raises
    ------
    ConfigError
        If the horizon is not positive or the gap is negative.
    NotEnoughDataError
        If the horizon is not over: by the feeds table holdings are known until more than a day before its end or, where
        it does not say, no table has a row recorded since.
    """
    if horizon_days <= 0 or gap_days < 0:
        raise ConfigError(f"take_up: a horizon over 0 and a gap of 0 days or more, {horizon_days} and {gap_days} came.")
    at = tables.config.moment(as_of)
    start = at + timedelta(days=gap_days)
    end = start + timedelta(days=horizon_days)
    _check_known(tables, end)
    accounts = _ids(tables.cut(at)["accounts"], schema.ACCOUNT)
    products = _ids(tables["products"], schema.PRODUCT)
    pairs = fetch(_added(tables, at, start, end), "holdings")
    return _spread(accounts, products, pairs)


def _check_known(tables: Tables, end: datetime) -> None:
    """Refuse a horizon that is not over: a feed may lag by a day, and any feed shows how far the data reach."""
    until = known_until(tables, "holdings", _END)
    reach = [until] if _is_stated(tables) else (known_until(tables, name, _END) for name in _reaching(tables))
    if not any(one and one >= end - _LAG for one in reach):
        said = "not known at all" if until is None else f"known until {until:%Y-%m-%d %H:%M} UTC"
        raise NotEnoughDataError(f"Take-up until {end:%Y-%m-%d %H:%M} UTC is needed, and holdings are {said}.")


def _is_stated(tables: Tables) -> bool:
    """Tell whether the feeds table says until when holdings are complete."""
    if "feeds" not in tables:
        return False
    feeds = tables["feeds"]
    return fetch(feeds.filter(feeds.feed == "holdings"), "feeds").num_rows > 0


def _reaching(tables: Tables) -> list[str]:
    """Name the tables whose rows are recorded as things happen, the small ones first."""
    names = [name for name in tables.by_name if schema.TABLES[name].happened]
    return sorted(names, key=lambda name: (name != "holdings", name in schema.USAGE_TABLES, name))


def _added(tables: Tables, at: datetime, start: datetime, end: datetime) -> ir.Table:
    """Return the pairs of account and product that were added between `start` and `end`."""
    holdings = tables["holdings"]
    added_at = ibis.coalesce(holdings.ordered_at, holdings.started_at)
    added = holdings.filter(added_at > moment(start), added_at <= moment(end))
    pair = [schema.ACCOUNT, schema.PRODUCT]
    return added.select(pair).distinct().anti_join(_had(tables, at), pair)


def _had(tables: Tables, at: datetime) -> ir.Table:
    """Return the pairs of account and product that were held or on order at `at`."""
    cut = tables.cut(at)
    holdings = holding_states(Known(cut, at, cut["accounts"], cut["accounts"]))
    return holdings.filter(holdings.is_held | holdings.is_ordered).select(schema.ACCOUNT, schema.PRODUCT)


def _ids(table: ir.Table, column: str) -> list[str]:
    return sorted(str(one) for one in fetch(table.select(column).distinct(), column)[column].to_pylist())


def _spread(accounts: list[str], products: list[str], pairs: pa.Table) -> pa.Table:
    """Turn pairs into one boolean column per product, a row per account."""
    added = np.zeros((len(products), len(accounts)), dtype=bool)
    row, column = _places(pairs[schema.ACCOUNT], accounts), _places(pairs[schema.PRODUCT], products)
    both = (row >= 0) & (column >= 0)
    added[column[both], row[both]] = True
    ids = pa.array(accounts, pa.string())
    return pa.table({schema.ACCOUNT: ids, **{product: added[i] for i, product in enumerate(products)}})


def _places(values: "pa.ChunkedArray[Any]", ids: list[str]) -> NDArray[np.int64]:
    """Return where each of `values` stands among `ids`, -1 where it does not."""
    places: Any = pc.index_in(values, value_set=pa.array(ids, pa.string()))
    return np.asarray(places.fill_null(-1), dtype=np.int64)
