"""Data sessions by window, band, network and venue."""

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.usage.cells import SHORT, Cells, by_word, fill
from recommender.usage.clock import band, recent
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known
from recommender.usage.ratio import ratio
from recommender.usage.roaming import by_place

__all__ = ["SESSIONS", "VENUES", "sessions"]

VENUES = ("coffee_shop", "train", "airport", "hotel")


def sessions(known: Known) -> Cells:
    """Count the sessions of the long window and sum their `seconds` and `bytes` per cell."""
    events = known.happened("sessions", "started_at", known.config.windows.long_days)
    dimensions = (
        recent(known, events.started_at),
        band(known, events.started_at),
        by_word("network", events.network, schema.NETWORKS),
        by_word("venue", events.venue.lower().re_replace(r"[\s-]+", "_"), VENUES),
        by_place(events.roaming),
    )
    measures = {"sessions": ibis.literal(1), "seconds": events.duration_s, "bytes": events.bytes}
    return fill(known, "sessions", events, dimensions, measures)


def sessions_30d(sessions: Cells) -> ir.Value:
    """Count of data sessions in the last 30 days; 0 without any."""
    return sessions.total("sessions", SHORT)


def data_megabytes_30d(sessions: Cells) -> ir.Value:
    """Megabytes (10**6 bytes) of data in the last 30 days; 0 without sessions."""
    return sessions.total("bytes", SHORT) / 1_000_000


def data_megabytes_90d(sessions: Cells) -> ir.Value:
    """Megabytes (10**6 bytes) of data in the last 90 days; 0 without sessions."""
    return sessions.total("bytes") / 1_000_000


def data_volume_trend(sessions: Cells) -> ir.Value:
    """Daily volume of the last 30 days over that of the last 90 days; null without data in 90 days."""
    return sessions.trend("bytes")


def fixed_megabytes_90d(sessions: Cells) -> ir.Value:
    """Megabytes (10**6 bytes) over the fixed network in the last 90 days; 0 without any."""
    return sessions.total("bytes", network="fixed") / 1_000_000


def fixed_daytime_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over the fixed network by day (Monday to Friday) in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="fixed", band="daytime")


def fixed_evening_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over the fixed network in the evening in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="fixed", band="evening")


def fixed_night_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over the fixed network at night in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="fixed", band="night")


def fixed_weekend_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over the fixed network at weekends in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="fixed", band="weekend")


def mean_fixed_session_minutes_90d(sessions: Cells) -> ir.Value:
    """Mean minutes of a session over the fixed network in the last 90 days; null without any."""
    return ratio(sessions.total("seconds", network="fixed"), sessions.total("sessions", network="fixed") * 60)


def cellular_megabytes_90d(sessions: Cells) -> ir.Value:
    """Megabytes (10**6 bytes) over the cellular network in the last 90 days; 0 without any."""
    return sessions.total("bytes", network="cellular") / 1_000_000


def share_cellular_volume_90d(sessions: Cells) -> ir.Value:
    """Share of cellular in fixed and cellular volume of the last 90 days; null without either."""
    both = sessions.total("bytes", network=("fixed", "cellular"))
    return ratio(sessions.total("bytes", network="cellular"), both)


def hotspot_sessions_30d(sessions: Cells) -> ir.Value:
    """Count of sessions over hotspots in the last 30 days; 0 without any."""
    return sessions.total("sessions", SHORT, network="hotspot")


def hotspot_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over hotspots in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="hotspot")


def hotspot_hours_90d(sessions: Cells) -> ir.Value:
    """Hours of sessions over hotspots in the last 90 days; 0 without any."""
    return sessions.total("seconds", network="hotspot") / 3_600


def hotspot_daytime_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over hotspots by day (Monday to Friday) in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="hotspot", band="daytime")


def share_hotspot_sessions_90d(sessions: Cells) -> ir.Value:
    """Share of the sessions of the last 90 days that were over hotspots; null without sessions."""
    return sessions.share("sessions", network="hotspot")


def share_hotspot_volume_90d(sessions: Cells) -> ir.Value:
    """Share of the volume of the last 90 days that was over hotspots; null without volume."""
    return sessions.share("bytes", network="hotspot")


def coffee_shop_sessions_30d(sessions: Cells) -> ir.Value:
    """Count of sessions over hotspots in coffee shops in the last 30 days; 0 without any."""
    return sessions.total("sessions", SHORT, network="hotspot", venue="coffee_shop")


def coffee_shop_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over hotspots in coffee shops in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="hotspot", venue="coffee_shop")


def train_sessions_30d(sessions: Cells) -> ir.Value:
    """Count of sessions over hotspots on trains in the last 30 days; 0 without any."""
    return sessions.total("sessions", SHORT, network="hotspot", venue="train")


def train_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over hotspots on trains in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="hotspot", venue="train")


def airport_and_hotel_sessions_30d(sessions: Cells) -> ir.Value:
    """Count of sessions over hotspots at airports and in hotels in the last 30 days; 0 without any."""
    return sessions.total("sessions", SHORT, network="hotspot", venue=("airport", "hotel"))


def airport_and_hotel_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over hotspots at airports and in hotels in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="hotspot", venue=("airport", "hotel"))


def dialup_sessions_90d(sessions: Cells) -> ir.Value:
    """Count of sessions over dial-up in the last 90 days; 0 without any."""
    return sessions.total("sessions", network="dialup")


def share_evening_volume_90d(sessions: Cells) -> ir.Value:
    """Share of the volume of the last 90 days in sessions begun in the evening; null without volume."""
    return sessions.share("bytes", band="evening")


def share_night_volume_90d(sessions: Cells) -> ir.Value:
    """Share of the volume of the last 90 days in sessions begun at night; null without volume."""
    return sessions.share("bytes", band="night")


def share_weekend_volume_90d(sessions: Cells) -> ir.Value:
    """Share of the volume of the last 90 days in sessions begun at weekends; null without volume."""
    return sessions.share("bytes", band="weekend")


def mean_session_megabytes_90d(sessions: Cells) -> ir.Value:
    """Mean megabytes (10**6 bytes) of a session in the last 90 days; null without sessions."""
    return ratio(sessions.total("bytes"), sessions.total("sessions") * 1_000_000)


_WORDS = (
    (sessions_30d, "sessions", "{value} data sessions in the last 30 days"),
    (data_megabytes_30d, "megabytes", "{value} megabytes of data in the last 30 days"),
    (data_megabytes_90d, "megabytes", "{value} megabytes of data in the last 90 days"),
    (data_volume_trend, "ratio", "{value} times the usual volume of data"),
    (fixed_megabytes_90d, "megabytes", "{value} megabytes over the fixed network in the last 90 days"),
    (fixed_daytime_sessions_90d, "sessions", "{value} sessions over the fixed network by day in the last 90 days"),
    (
        fixed_evening_sessions_90d,
        "sessions",
        "{value} sessions over the fixed network of an evening in the last 90 days",
    ),
    (fixed_night_sessions_90d, "sessions", "{value} sessions over the fixed network at night in the last 90 days"),
    (fixed_weekend_sessions_90d, "sessions", "{value} sessions over the fixed network at weekends in the last 90 days"),
    (mean_fixed_session_minutes_90d, "minutes", "{value} minutes a session over the fixed network"),
    (cellular_megabytes_90d, "megabytes", "{value} megabytes over the cellular network in the last 90 days"),
    (share_cellular_volume_90d, "share", "{value} of the fixed and cellular volume is cellular"),
    (hotspot_sessions_30d, "sessions", "{value} hotspot sessions in the last 30 days"),
    (hotspot_sessions_90d, "sessions", "{value} hotspot sessions in the last 90 days"),
    (hotspot_hours_90d, "hours", "{value} hours on hotspots in the last 90 days"),
    (hotspot_daytime_sessions_90d, "sessions", "{value} hotspot sessions by day in the last 90 days"),
    (share_hotspot_sessions_90d, "share", "{value} of the data sessions are over hotspots"),
    (share_hotspot_volume_90d, "share", "{value} of the data volume is over hotspots"),
    (coffee_shop_sessions_30d, "sessions", "{value} hotspot sessions in coffee shops in the last 30 days"),
    (coffee_shop_sessions_90d, "sessions", "{value} hotspot sessions in coffee shops in the last 90 days"),
    (train_sessions_30d, "sessions", "{value} hotspot sessions on trains in the last 30 days"),
    (train_sessions_90d, "sessions", "{value} hotspot sessions on trains in the last 90 days"),
    (airport_and_hotel_sessions_30d, "sessions", "{value} hotspot sessions in airports and hotels in the last 30 days"),
    (airport_and_hotel_sessions_90d, "sessions", "{value} hotspot sessions in airports and hotels in the last 90 days"),
    (dialup_sessions_90d, "sessions", "{value} dial-up sessions in the last 90 days"),
    (share_evening_volume_90d, "share", "{value} of the data volume is in the evening"),
    (share_night_volume_90d, "share", "{value} of the data volume is at night"),
    (share_weekend_volume_90d, "share", "{value} of the data volume is at weekends"),
    (mean_session_megabytes_90d, "megabytes", "{value} megabytes a session"),
)
SESSIONS = tuple(Indicator(compute, unit, says, "sessions") for compute, unit, says in _WORDS)
