"""Calls by window, band, direction and destination."""

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.usage.cells import LONG, SHORT, Cells, by_word, fill
from recommender.usage.clock import band, recent
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known
from recommender.usage.ratio import ratio
from recommender.usage.roaming import by_place

__all__ = ["CALLS", "calls"]


def calls(known: Known) -> Cells:
    """Count the calls of the long window and sum their `seconds` and `charge` (minor units) per cell."""
    events = known.happened("calls", "started_at", known.config.windows.long_days)
    dimensions = (
        recent(known, events.started_at),
        band(known, events.started_at),
        by_word("direction", events.direction, schema.DIRECTIONS),
        by_word("destination", events.destination, schema.DESTINATIONS),
        by_place(events.roaming),
    )
    measures = {"calls": ibis.literal(1), "seconds": events.duration_s, "charge": events.charge}
    return fill(known, "calls", events, dimensions, measures)


def calls_30d(calls: Cells) -> ir.Value:
    """Count of calls, in and out, in the last 30 days; 0 without any."""
    return calls.total("calls", SHORT)


def calls_90d(calls: Cells) -> ir.Value:
    """Count of calls, in and out, in the last 90 days; 0 without any."""
    return calls.total("calls")


def call_minutes_30d(calls: Cells) -> ir.Value:
    """Minutes of calls, in and out, in the last 30 days; 0 without calls."""
    return calls.total("seconds", SHORT) / 60


def call_minutes_90d(calls: Cells) -> ir.Value:
    """Minutes of calls, in and out, in the last 90 days; 0 without calls."""
    return calls.total("seconds") / 60


def call_minutes_trend(calls: Cells) -> ir.Value:
    """Daily minutes of calls in the last 30 days over those in the last 90 days; null without calls in 90 days."""
    return calls.trend("seconds")


def call_daytime_minutes_30d(calls: Cells) -> ir.Value:
    """Minutes of calls, in and out, by day (Monday to Friday) in the last 30 days; 0 without any."""
    return calls.total("seconds", SHORT, band="daytime") / 60


def call_evening_minutes_30d(calls: Cells) -> ir.Value:
    """Minutes of calls, in and out, in the evening (Monday to Friday) in the last 30 days; 0 without any."""
    return calls.total("seconds", SHORT, band="evening") / 60


def call_night_minutes_30d(calls: Cells) -> ir.Value:
    """Minutes of calls, in and out, at night (Monday to Friday) in the last 30 days; 0 without any."""
    return calls.total("seconds", SHORT, band="night") / 60


def call_weekend_minutes_30d(calls: Cells) -> ir.Value:
    """Minutes of calls, in and out, on Saturdays and Sundays in the last 30 days; 0 without any."""
    return calls.total("seconds", SHORT, band="weekend") / 60


def share_daytime_calls_90d(calls: Cells) -> ir.Value:
    """Share of the calls of the last 90 days that began by day (Monday to Friday); null without calls."""
    return calls.share("calls", band="daytime")


def share_evening_calls_90d(calls: Cells) -> ir.Value:
    """Share of the calls of the last 90 days that began in the evening (Monday to Friday); null without calls."""
    return calls.share("calls", band="evening")


def share_night_calls_90d(calls: Cells) -> ir.Value:
    """Share of the calls of the last 90 days that began at night (Monday to Friday); null without calls."""
    return calls.share("calls", band="night")


def share_weekend_calls_90d(calls: Cells) -> ir.Value:
    """Share of the calls of the last 90 days that began on a Saturday or Sunday; null without calls."""
    return calls.share("calls", band="weekend")


def share_outgoing_calls_90d(calls: Cells) -> ir.Value:
    """Share of the calls of the last 90 days that the account made itself; null without calls."""
    return calls.share("calls", direction="out")


def outgoing_call_minutes_30d(calls: Cells) -> ir.Value:
    """Minutes of calls made in the last 30 days; 0 without any."""
    return calls.total("seconds", SHORT, direction="out") / 60


def outgoing_daytime_minutes_30d(calls: Cells) -> ir.Value:
    """Minutes of calls made by day (Monday to Friday) in the last 30 days; 0 without any."""
    return calls.total("seconds", SHORT, band="daytime", direction="out") / 60


def call_local_minutes_90d(calls: Cells) -> ir.Value:
    """Minutes of local calls made in the last 90 days; 0 without any."""
    return calls.total("seconds", destination="local", direction="out") / 60


def call_national_minutes_90d(calls: Cells) -> ir.Value:
    """Minutes of national calls made in the last 90 days; 0 without any."""
    return calls.total("seconds", destination="national", direction="out") / 60


def call_mobile_minutes_90d(calls: Cells) -> ir.Value:
    """Minutes of calls made to mobiles in the last 90 days; 0 without any."""
    return calls.total("seconds", destination="mobile", direction="out") / 60


def call_international_minutes_30d(calls: Cells) -> ir.Value:
    """Minutes of international calls made in the last 30 days; 0 without any."""
    return calls.total("seconds", SHORT, destination="international", direction="out") / 60


def call_international_minutes_90d(calls: Cells) -> ir.Value:
    """Minutes of international calls made in the last 90 days; 0 without any."""
    return calls.total("seconds", destination="international", direction="out") / 60


def share_international_minutes_90d(calls: Cells) -> ir.Value:
    """Share of the minutes of calls made in the last 90 days that went abroad; null without calls made."""
    abroad = calls.total("seconds", destination="international", direction="out")
    return ratio(abroad, calls.total("seconds", direction="out"))


def premium_calls_90d(calls: Cells) -> ir.Value:
    """Count of calls made to premium numbers in the last 90 days; 0 without any."""
    return calls.total("calls", destination="premium", direction="out")


def mean_call_minutes_90d(calls: Cells) -> ir.Value:
    """Mean minutes of a call in the last 90 days; null without calls."""
    return ratio(calls.total("seconds"), calls.total("calls") * 60)


def call_charges_30d(calls: Cells) -> ir.Value:
    """Charges for the calls of the last 30 days, in {currency}; 0 without calls."""
    return calls.money("charge", SHORT)


def call_charges_90d(calls: Cells) -> ir.Value:
    """Charges for the calls of the last 90 days, in {currency}; 0 without calls."""
    return calls.money("charge", LONG)


_WORDS = (
    (calls_30d, "calls", "{value} calls in the last 30 days"),
    (calls_90d, "calls", "{value} calls in the last 90 days"),
    (call_minutes_30d, "minutes", "{value} minutes of calls in the last 30 days"),
    (call_minutes_90d, "minutes", "{value} minutes of calls in the last 90 days"),
    (call_minutes_trend, "ratio", "{value} times the usual minutes of calls"),
    (call_daytime_minutes_30d, "minutes", "{value} minutes of calls by day in the last 30 days"),
    (call_evening_minutes_30d, "minutes", "{value} minutes of calls in the evening in the last 30 days"),
    (call_night_minutes_30d, "minutes", "{value} minutes of calls at night in the last 30 days"),
    (call_weekend_minutes_30d, "minutes", "{value} minutes of calls at weekends in the last 30 days"),
    (share_daytime_calls_90d, "share", "{value} of the calls are by day"),
    (share_evening_calls_90d, "share", "{value} of the calls are in the evening"),
    (share_night_calls_90d, "share", "{value} of the calls are at night"),
    (share_weekend_calls_90d, "share", "{value} of the calls are at weekends"),
    (share_outgoing_calls_90d, "share", "{value} of the calls are outgoing"),
    (outgoing_call_minutes_30d, "minutes", "{value} minutes of calls made in the last 30 days"),
    (outgoing_daytime_minutes_30d, "minutes", "{value} minutes of calls made by day in the last 30 days"),
    (call_local_minutes_90d, "minutes", "{value} minutes of local calls in the last 90 days"),
    (call_national_minutes_90d, "minutes", "{value} minutes of national calls in the last 90 days"),
    (call_mobile_minutes_90d, "minutes", "{value} minutes of calls to mobiles in the last 90 days"),
    (call_international_minutes_30d, "minutes", "{value} minutes of international calls in the last 30 days"),
    (call_international_minutes_90d, "minutes", "{value} minutes of international calls in the last 90 days"),
    (share_international_minutes_90d, "share", "{value} of the minutes called are international"),
    (premium_calls_90d, "calls", "{value} calls to premium numbers in the last 90 days"),
    (mean_call_minutes_90d, "minutes", "calls that last {value} minutes on average"),
    (call_charges_30d, "{currency}", "{value} {currency} of call charges in the last 30 days"),
    (call_charges_90d, "{currency}", "{value} {currency} of call charges in the last 90 days"),
)
CALLS = tuple(Indicator(compute, unit, says, "calls") for compute, unit, says in _WORDS)
