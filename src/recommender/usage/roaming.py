"""Use abroad: counted among the events that say where they began, and unknown where none does."""

import ibis
from ibis.expr import types as ir

from recommender.usage.cells import LONG, SHORT, Cells, Dimension
from recommender.usage.indicator import Indicator

__all__ = ["ROAMING_CALLS", "ROAMING_SESSIONS", "by_place"]

_PLACES = ("home", "abroad")


def by_place(roaming: ir.BooleanValue) -> Dimension:
    """Divide events by whether they began abroad."""
    return Dimension("roaming", _PLACES, ibis.cases((~roaming, 0), (roaming, 1), else_=2))


def roaming_calls_30d(calls: Cells) -> ir.Value:
    """Count of calls, in and out, abroad in the last 30 days; null where no call of these days says where it was."""
    return _abroad(calls, "calls", "calls", SHORT)


def roaming_minutes_90d(calls: Cells) -> ir.Value:
    """Minutes of calls, in and out, abroad in the last 90 days; null where no call says where it was."""
    return _abroad(calls, "seconds", "calls") / 60


def roaming_megabytes_90d(sessions: Cells) -> ir.Value:
    """Megabytes (10**6 bytes) of data abroad in the last 90 days; null where no session says where it was."""
    return _abroad(sessions, "bytes", "sessions") / 1_000_000


def _abroad(cells: Cells, measure: str, events: str, days: str = LONG) -> ir.IntegerValue:
    said = cells.total(events, days, roaming=_PLACES)
    return ibis.ifelse(said > 0, cells.total(measure, days, roaming="abroad"), ibis.null("int64"))


_CALL_WORDS = (
    (roaming_calls_30d, "calls", "{value} calls abroad in the last 30 days"),
    (roaming_minutes_90d, "minutes", "{value} minutes of calls abroad in the last 90 days"),
)
_SESSION_WORDS = ((roaming_megabytes_90d, "megabytes", "{value} megabytes of data abroad in the last 90 days"),)
ROAMING_CALLS = tuple(Indicator(compute, unit, says, "calls") for compute, unit, says in _CALL_WORDS)
ROAMING_SESSIONS = tuple(Indicator(compute, unit, says, "sessions") for compute, unit, says in _SESSION_WORDS)
