"""What the account is billed, and whether it pays in time."""

from ibis.expr import types as ir

from recommender.usage.cells import LONG, SHORT
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known, moment
from recommender.usage.ratio import ratio
from recommender.usage.rows import Rows, rows

__all__ = ["BILLS", "bills", "unpaid"]


def bills(known: Known) -> Rows:
    """Give each account the bills issued by `as_of`."""
    return rows(known, "bills", known.happened("bills", "issued_at"))


def unpaid(known: Known, bills: ir.Table) -> ir.BooleanValue:
    """Tell which bills ask for money and are not paid by `as_of`."""
    paid = (bills.paid_at <= moment(known.as_of)).coalesce(False)
    return (bills.amount > 0) & ~paid


def bill_mean_90d(bills: Rows) -> ir.Value:
    """Mean bill of the last 90 days, in {currency}; null without bills."""
    recent = bills.within(bills.table.issued_at, LONG)
    minor_units = 10**bills.known.config.minor_digits
    return ratio(_billed(bills, LONG), bills.count(recent) * minor_units)


def bill_trend(bills: Rows) -> ir.Value:
    """Mean bill of the last 30 days over that of the last 90 days; null where one is without bills or 0."""
    recent, all_bills = (bills.count(bills.within(bills.table.issued_at, days)) for days in (SHORT, LONG))
    return ratio(_billed(bills, SHORT) * all_bills, _billed(bills, LONG) * recent)


def bills_unpaid(bills: Rows) -> ir.Value:
    """Count of bills not paid yet; 0 without any."""
    return bills.count(unpaid(bills.known, bills.table))


def days_since_last_bill(bills: Rows) -> ir.Value:
    """Days since the last bill was issued; null without bills."""
    return bills.days_since(bills.table.issued_at.max())


def share_bills_paid_late(bills: Rows) -> ir.Value:
    """Share of the bills paid so far that were paid after they were due; null without paid bills."""
    paid = bills.table.paid_at <= moment(bills.known.as_of)
    return ratio(bills.count(paid & (bills.table.paid_at > bills.table.due_at)), bills.count(paid))


def _billed(bills: Rows, days: str) -> ir.IntegerValue:
    recent = bills.within(bills.table.issued_at, days)
    return bills.table.amount.sum(where=recent).coalesce(0).cast("int64")


_WORDS = (
    (bill_mean_90d, "{currency}", "{value} {currency} a bill"),
    (bill_trend, "ratio", "{value} times the usual bill"),
    (bills_unpaid, "bills", "{value} bills unpaid"),
    (days_since_last_bill, "days", "last bill {value} days ago"),
    (share_bills_paid_late, "share", "{value} of the bills paid late"),
)
BILLS = tuple(Indicator(compute, unit, says, "bills") for compute, unit, says in _WORDS)
