"""On which days an account calls and goes online: usage, one row per local day."""

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.usage.clock import day_number, local
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known
from recommender.usage.rows import Rows, rows

__all__ = ["CALL_DAYS", "SESSION_DAYS", "call_days", "session_days"]


def call_days(known: Known) -> Rows:
    """Give each account the local days with a call: days since the one before, and whether (1, 0) one was abroad."""
    return _days(known, "calls")


def session_days(known: Known) -> Rows:
    """Give each account the local days with a data session, in the same way."""
    return _days(known, "sessions")


def _days(known: Known, name: str) -> Rows:
    events = known.happened(name, "started_at", known.config.windows.long_days)
    day, abroad = day_number(local(known, events.started_at)), events.roaming.cast("int32")
    dated = events.select(schema.ACCOUNT, "started_at", day=day, abroad=abroad)
    grouped = dated.group_by([schema.ACCOUNT, "day"])
    days = grouped.aggregate(newest=dated.started_at.max(), abroad=dated.abroad.max())
    before = days.day.lag().over(group_by=days.account_id, order_by=days.day)
    return rows(known, name, days.mutate(gap=days.day - before - 1))


def days_with_calls_90d(call_days: Rows) -> ir.Value:
    """Days of the last 90 on which a call began; 0 without any."""
    return call_days.count()


def longest_call_gap_days_90d(call_days: Rows) -> ir.Value:
    """Most days in a row without a call between two days with one, in the last 90 days; null without two such days."""
    return call_days.table.gap.max().cast("int64")


def days_since_last_call(call_days: Rows) -> ir.Value:
    """Days since the last call began; null where none did in the last 90 days."""
    return call_days.days_since(call_days.table.newest.max())


def days_with_roaming_calls_90d(call_days: Rows) -> ir.Value:
    """Days of the last 90 on which a call began abroad; null where no call says whether it did."""
    return _abroad(call_days)


def days_with_sessions_90d(session_days: Rows) -> ir.Value:
    """Days of the last 90 on which a data session began; 0 without any."""
    return session_days.count()


def longest_session_gap_days_90d(session_days: Rows) -> ir.Value:
    """Most days in a row without a session between two days with one, in the last 90 days; null without two."""
    return session_days.table.gap.max().cast("int64")


def days_since_last_session(session_days: Rows) -> ir.Value:
    """Days since the last data session began; null where none did in the last 90 days."""
    return session_days.days_since(session_days.table.newest.max())


def days_with_roaming_sessions_90d(session_days: Rows) -> ir.Value:
    """Days of the last 90 on which a data session began abroad; null where no session says whether it did."""
    return _abroad(session_days)


def _abroad(days: Rows) -> ir.IntegerValue:
    abroad = days.table.abroad
    return ibis.ifelse(abroad.max().isnull(), ibis.null("int64"), days.count(abroad == 1))


_CALL_WORDS = (
    (days_with_calls_90d, "days", "calls on {value} of the last 90 days"),
    (longest_call_gap_days_90d, "days", "{value} days in a row without a call"),
    (days_since_last_call, "days", "last call {value} days ago"),
    (days_with_roaming_calls_90d, "days", "calls abroad on {value} of the last 90 days"),
)
_SESSION_WORDS = (
    (days_with_sessions_90d, "days", "online on {value} of the last 90 days"),
    (longest_session_gap_days_90d, "days", "{value} days in a row offline"),
    (days_since_last_session, "days", "last online {value} days ago"),
    (days_with_roaming_sessions_90d, "days", "online abroad on {value} of the last 90 days"),
)
CALL_DAYS = tuple(Indicator(compute, unit, says, "call_days") for compute, unit, says in _CALL_WORDS)
SESSION_DAYS = tuple(Indicator(compute, unit, says, "session_days") for compute, unit, says in _SESSION_WORDS)
