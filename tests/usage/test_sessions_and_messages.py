from collections.abc import Callable
from typing import Any

Ask = Callable[..., Any]


def session(at: str, network: str, megabytes: int, venue: str | None = None) -> dict[str, Any]:
    return {
        "account_id": "a",
        "started_at": at,
        "duration_s": 1_800,
        "bytes": megabytes * 1_000_000,
        "network": network,
        "venue": venue,
    }


SESSIONS = [
    session("2026-06-24 08:00", "hotspot", 10, "coffee_shop"),  # Wednesday by day
    session("2026-06-24 18:00", "hotspot", 20, "Train"),  # Wednesday evening
    session("2026-05-09 10:00", "hotspot", 30, "Coffee shop"),  # a Saturday, before the last 30 days
    session("2026-06-24 09:00", "cellular", 40),
    session("2026-06-25 09:00", "fixed", 100, "coffee_shop"),
]


def test_the_account_uses_wifi_in_coffee_shops_and_on_trains(ask: Ask):
    names = ("coffee_shop_sessions_30d", "coffee_shop_sessions_90d", "train_sessions_90d")
    assert ask(*names, sessions=SESSIONS) == (1, 2, 1)


def test_hotspot_use_is_counted_timed_and_shared(ask: Ask):
    names = ("hotspot_sessions_90d", "hotspot_hours_90d", "hotspot_daytime_sessions_90d", "share_hotspot_volume_90d")
    assert ask(*names, sessions=SESSIONS) == (3, 3 * 1_800 / 3_600, 1, (10 + 20 + 30) / (10 + 20 + 30 + 40 + 100))


def test_cellular_is_held_against_fixed(ask: Ask):
    names = ("cellular_megabytes_90d", "fixed_megabytes_90d", "share_cellular_volume_90d")
    assert ask(*names, sessions=SESSIONS) == (40.0, 100.0, 40 / (40 + 100))


def test_the_line_at_home_is_used_by_day_of_an_evening_at_night_or_at_weekends(ask: Ask):
    at_home = [
        session("2026-06-24 08:00", "fixed", 1),  # Wednesday by day
        session("2026-05-20 09:00", "fixed", 1),  # Wednesday by day
        session("2026-06-24 18:00", "fixed", 1),
        session("2026-06-24 23:00", "fixed", 1),
        session("2026-06-27 09:00", "fixed", 1),  # Saturday
        session("2026-06-24 08:00", "hotspot", 1) | {"duration_s": 6_000},
    ]
    bands = ("daytime", "evening", "night", "weekend")
    names = (*(f"fixed_{band}_sessions_90d" for band in bands), "mean_fixed_session_minutes_90d")
    assert ask(*names, sessions=at_home) == (2, 1, 1, 1, 1_800 / 60)


def test_trains_airports_and_hotels_of_late_are_told_from_earlier_ones(ask: Ask):
    places = [
        session(f"{day} 08:00", "hotspot", 1, venue)
        for day, venue in (("2026-06-24", "train"), ("2026-05-20", "train"), ("2026-06-24", "hotel"))
    ]
    names = ("train_sessions_30d", "train_sessions_90d", "airport_and_hotel_sessions_30d")
    assert ask(*names, sessions=places) == (1, 2, 1)


def test_no_session_has_no_share(ask: Ask):
    names = (
        "mean_fixed_session_minutes_90d",
        "fixed_night_sessions_90d",
        "sessions_30d",
        "data_megabytes_30d",
        "share_hotspot_sessions_90d",
        "share_cellular_volume_90d",
    )
    assert ask(*names, sessions=[]) == (None, 0, 0, 0.0, None, None)


def test_volumes_beyond_32_bits_are_exact(ask: Ask):
    large = [session("2026-06-24 08:00", "fixed", 5_000_000), session("2026-06-24 09:00", "fixed", 1)]
    assert ask("data_megabytes_30d", sessions=large) == 5_000_001.0


def test_messages_are_counted_by_window_and_band(ask: Ask):
    sent = ("2026-06-24 22:00", "2026-06-24 08:00", "2026-05-01 08:00")
    messages = [{"account_id": "a", "sent_at": at} for at in sent]
    names = ("messages_30d", "messages_90d", "messages_trend", "share_night_messages_90d")
    assert ask(*names, messages=messages) == (2, 3, (2 / 30) / (3 / 90), 1 / 3)
