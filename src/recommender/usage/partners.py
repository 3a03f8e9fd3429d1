"""With how many others an account speaks: its calls, one row per counterparty."""

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.usage.cells import SHORT
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known
from recommender.usage.ratio import ratio
from recommender.usage.rows import Rows, rows

__all__ = ["PARTNERS", "partners"]


def partners(known: Known) -> Rows:
    """Give each account the counterparties of its calls in the long window, with the calls and the newest of them."""
    events = known.happened("calls", "started_at", known.config.windows.long_days)
    pairs = events.group_by([schema.ACCOUNT, "counterparty"]).aggregate(
        calls=events.count(), newest=events.started_at.max()
    )
    return rows(known, "calls", pairs)


def call_counterparties_30d(partners: Rows) -> ir.Value:
    """Distinct counterparties of calls in the last 30 days; 0 without calls, null where no call names one."""
    return _named(partners, partners.within(partners.table.newest, SHORT))


def call_counterparties_90d(partners: Rows) -> ir.Value:
    """Distinct counterparties of calls in the last 90 days; 0 without calls, null where no call names one."""
    return _named(partners, partners.table.is_there)


def share_calls_top_counterparty_90d(partners: Rows) -> ir.Value:
    """Share of the most frequent counterparty in the calls of the last 90 days that name one; null without such."""
    calls, named = partners.table.calls, partners.table.counterparty.notnull()
    return ratio(calls.max(where=named), calls.sum(where=named).cast("int64"))


def _named(partners: Rows, where: ir.BooleanValue) -> ir.IntegerValue:
    named = partners.table.counterparty.notnull()
    is_known = (partners.count(named) > 0) | (partners.count() == 0)
    return is_known.ifelse(partners.count(named & where), ibis.null("int64"))


_WORDS = (
    (call_counterparties_30d, "counterparties", "{value} different people called in the last 30 days"),
    (call_counterparties_90d, "counterparties", "{value} different people called in the last 90 days"),
    (share_calls_top_counterparty_90d, "share", "{value} of the calls are with one and the same number"),
)
PARTNERS = tuple(Indicator(compute, unit, says, "partners") for compute, unit, says in _WORDS)
