"""What the products held include against what was used of it in the short window."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.usage.holdings import holding_states
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known
from recommender.usage.ratio import ratio
from recommender.usage.rows import Rows, rows

__all__ = ["ALLOWANCES", "allowances"]

_DAYS: Final = 30
_NOT_COVERED: Final = ("international", "premium", "freephone")


@dataclass(frozen=True)
class _Allowance:
    """How much an event of `table` takes from an allowance; `size` of it make one of what products include."""

    table: str
    at: str
    takes: Callable[[ir.Table], ir.IntegerValue]
    size: int = 1


def _called(calls: ir.Table) -> ir.IntegerValue:
    covered = (calls.direction == "out") & ~calls.destination.isin(_NOT_COVERED).coalesce(False)
    return ibis.ifelse(covered, calls.duration_s, 0)


def _cellular(sessions: ir.Table) -> ir.IntegerValue:
    return ibis.ifelse(sessions.network == "cellular", sessions.bytes, 0)


_ALLOWANCES: Final[Mapping[str, _Allowance]] = MappingProxyType(
    {
        "included_minutes": _Allowance("calls", "started_at", _called, size=60),
        "included_messages": _Allowance("messages", "sent_at", lambda _: ibis.literal(1)),
        "included_bytes": _Allowance("sessions", "started_at", _cellular),
    }
)


def allowances(known: Known) -> Rows:
    """Give each account a row per product held that includes something, and per event that may take from it.

    `kind` is the column of the products, `included` what the product includes in 30 days, and `used` what the event
    takes. The products are those held at `as_of`, the events those of the short window.
    """
    held = _held(known)
    holders = {kind: held.filter(held[kind].notnull()) for kind in _ALLOWANCES}
    included = [_included(holders[kind], kind, known) for kind in _ALLOWANCES]
    used = [_used(holders[kind], kind, known) for kind, one in _ALLOWANCES.items() if one.table in known.tables]
    return rows(known, "calls", ibis.union(*included, *used))


def share_allowance_minutes_used_30d(allowances: Rows) -> ir.Value:
    """Minutes called (but international, premium, free) in the last 30 days over those included; null without any."""
    return _share(allowances, "included_minutes")


def share_allowance_messages_used_30d(allowances: Rows) -> ir.Value:
    """Messages sent in the last 30 days over those that the products held include; null where they include none."""
    return _share(allowances, "included_messages")


def share_allowance_bytes_used_30d(allowances: Rows) -> ir.Value:
    """Cellular volume of the last 30 days over what the products held include; null where they include none."""
    return _share(allowances, "included_bytes")


def _share(allowances: Rows, kind: str) -> ir.FloatingValue:
    table, days = allowances.table, allowances.known.config.windows.short_days
    used = table.used.sum(where=table.kind == kind).coalesce(0)
    included = table.included.sum(where=table.kind == kind)
    return ratio(used * _DAYS, included * (_ALLOWANCES[kind].size * days))


def _held(known: Known) -> ir.Table:
    holdings = holding_states(known)
    products = known.tables["products"].select(schema.PRODUCT, *_ALLOWANCES)
    held = holdings.filter(holdings.is_held).select(schema.ACCOUNT, schema.PRODUCT)
    return known.readable("calls", held.inner_join(products, schema.PRODUCT)).select(schema.ACCOUNT, *_ALLOWANCES)


def _included(holders: ir.Table, kind: str, known: Known) -> ir.Table:
    """Return what is included; as unknown where nothing tells of such use, which would else be none."""
    is_told = _ALLOWANCES[kind].table in known.tables
    amount = holders[kind] if is_told else ibis.null("int64")
    return holders.select(schema.ACCOUNT, kind=ibis.literal(kind), included=amount, used=ibis.null("int64"))


def _used(holders: ir.Table, kind: str, known: Known) -> ir.Table:
    one = _ALLOWANCES[kind]
    events = known.happened(one.table, one.at, known.config.windows.short_days)
    own = events.filter(events[schema.ACCOUNT].isin(holders[schema.ACCOUNT]))
    used = one.takes(own).cast("int64")
    return own.select(schema.ACCOUNT, kind=ibis.literal(kind), included=ibis.null("int64"), used=used)


_WORDS = (
    (share_allowance_minutes_used_30d, "share", "{value} of the included minutes used in the last 30 days"),
    (share_allowance_messages_used_30d, "share", "{value} of the included messages used in the last 30 days"),
    (share_allowance_bytes_used_30d, "share", "{value} of the included data used in the last 30 days"),
)
ALLOWANCES = tuple(Indicator(compute, unit, says, "allowances") for compute, unit, says in _WORDS)
