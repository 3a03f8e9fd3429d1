from collections.abc import Callable
from typing import Any

import pytest

from recommender.config import Bands, Config
from recommender.errors import ConfigError

Ask = Callable[..., Any]
BandsOf = Callable[..., dict[str, str]]


def call(at: str, seconds: int = 60, **more: Any) -> dict[str, Any]:
    return {
        "account_id": "a",
        "started_at": at,
        "duration_s": seconds,
        "direction": "out",
        "destination": "local",
        "charge": "0.00",
        **more,
    }


def test_no_call_is_no_minutes(ask: Ask):
    assert ask("calls_30d", "call_daytime_minutes_30d", calls=[]) == (0, 0.0)


def test_no_call_has_no_share_at_night(ask: Ask):
    assert ask("share_night_calls_90d", "mean_call_minutes_90d", "call_minutes_trend", calls=[]) == (None, None, None)


def test_calls_are_unknown_without_their_table(ask: Ask):
    assert ask("calls_30d", "share_night_calls_90d", "longest_call_gap_days_90d") == (None, None, None)


def test_the_account_phones_by_day(ask: Ask):
    wednesday_morning = call("2026-06-24 08:00", 600)
    wednesday_night = call("2026-06-24 21:00", 300)
    minutes = ask("call_daytime_minutes_30d", "call_night_minutes_30d", calls=[wednesday_morning, wednesday_night])
    assert minutes == (600 / 60, 300 / 60)


def test_a_band_begins_on_its_hour_of_local_time(bands_of: BandsOf):
    bands = {
        "2026-06-24 05:59": "night",  # 07:59 in Berlin
        "2026-06-24 06:00": "daytime",
        "2026-06-24 15:59": "daytime",
        "2026-06-24 16:00": "evening",
        "2026-06-24 19:59": "evening",
        "2026-06-24 20:00": "night",
        "2026-06-26 21:59": "night",  # Friday, a minute before midnight
        "2026-06-26 22:00": "weekend",  # Saturday
        "2026-06-28 21:59": "weekend",
        "2026-06-28 22:00": "night",  # Monday
    }
    assert bands_of(*bands) == bands


def test_daytime_follows_the_clocks_going_forward(bands_of: BandsOf):
    bands = {
        "2026-03-27 06:59": "night",  # the Friday before: 07:59 in winter time
        "2026-03-27 07:00": "daytime",
        "2026-03-28 22:59": "weekend",  # Saturday, a minute before the Sunday of 23 hours
        "2026-03-29 21:59": "weekend",  # the last minute of that Sunday
        "2026-03-29 22:00": "night",
        "2026-03-30 05:59": "night",  # the Monday after: 07:59 in summer time
        "2026-03-30 06:00": "daytime",
    }
    assert bands_of(*bands, as_of="2026-04-10T00:00+02:00") == bands


def test_daytime_follows_the_clocks_going_back(bands_of: BandsOf):
    bands = {
        "2026-10-23 05:59": "night",  # the Friday before: 07:59 in summer time
        "2026-10-23 06:00": "daytime",
        "2026-10-25 22:59": "weekend",  # the last minute of the Sunday of 25 hours
        "2026-10-25 23:00": "night",
        "2026-10-26 06:59": "night",  # the Monday after: 07:59 in winter time
        "2026-10-26 07:00": "daytime",
    }
    assert bands_of(*bands, as_of="2026-11-01T00:00+01:00") == bands


def test_bands_are_those_of_the_config(ask: Ask):
    early = Config(time_zone="Europe/Berlin", bands=Bands(daytime=(6, 20), evening=(20, 22), night=(22, 6)))
    assert ask("share_daytime_calls_90d", calls=[call("2026-06-24 04:00")], config=early) == 1.0


def test_bands_may_run_over_midnight(ask: Ask):
    late = Config(time_zone="UTC", bands=Bands(daytime=(20, 4), evening=(4, 12), night=(12, 20)))
    calls = [call("2026-06-24 23:00"), call("2026-06-24 03:00"), call("2026-06-24 04:00")]
    assert ask("share_daytime_calls_90d", "share_evening_calls_90d", calls=calls, config=late) == (2 / 3, 1 / 3)


def test_bands_need_a_time_zone(ask: Ask):
    with pytest.raises(ConfigError, match=r"Bands .* set time_zone"):
        ask("calls_30d", calls=[call("2026-06-24 08:00")], config=Config())


def test_the_windows_are_open_at_their_start_and_closed_at_as_of(ask: Ask):
    at = ("2026-06-01 00:00:00", "2026-06-01 00:00:01", "2026-07-01 00:00:00", "2026-07-01 00:00:01")
    assert ask("calls_30d", "calls_90d", calls=[call(one) for one in at]) == (2, 3)


def test_trend_compares_daily_minutes(ask: Ask):
    calls = [call("2026-06-20 10:00", 600), call("2026-05-01 10:00", 300)]
    assert ask("call_minutes_trend", calls=calls) == (600 / 30) / (900 / 90)


def test_what_is_called_counts_for_calls_made(ask: Ask):
    abroad = {"destination": "international"}
    calls = [call("2026-06-20 10:00", 120, **abroad), call("2026-06-20 11:00", 360)]
    received = call("2026-06-20 12:00", 999, direction="in", **abroad)
    minutes = ask("call_international_minutes_30d", "share_international_minutes_90d", calls=[*calls, received])
    assert minutes == (120 / 60, 120 / (120 + 360))


def test_an_unknown_destination_counts_in_the_whole_alone(ask: Ask):
    calls = [call("2026-06-20 10:00", destination=None), call("2026-06-20 11:00", destination="premium")]
    assert ask("calls_30d", "premium_calls_90d", "call_local_minutes_90d", calls=calls) == (2, 1, 0.0)


def test_charges_are_in_the_currency(ask: Ask):
    calls = [call("2026-06-20 10:00", charge="0.19"), call("2026-06-20 11:00", charge=None)]
    assert ask("call_charges_30d", calls=calls) == 19 / 100


def test_counterparties_are_distinct(ask: Ask):
    calls = [call("2026-06-20 10:00", counterparty=who) for who in ("x", "x", "x", "y")]
    earlier = call("2026-05-01 10:00", counterparty="z")
    names = ("call_counterparties_30d", "call_counterparties_90d", "share_calls_top_counterparty_90d")
    assert ask(*names, calls=[*calls, earlier]) == (2, 3, 3 / 5)


def test_counterparties_are_unknown_where_no_call_names_one(ask: Ask):
    assert ask("call_counterparties_90d", calls=[call("2026-06-20 10:00")]) is None


def test_no_call_is_no_counterparty(ask: Ask):
    assert ask("call_counterparties_90d", "share_calls_top_counterparty_90d", calls=[]) == (0, None)


def test_the_longest_gap_is_counted_in_local_days(ask: Ask):
    sunday_23h, monday_01h, thursday = "2026-06-21 21:30", "2026-06-21 23:00", "2026-06-25 10:00"
    calls = [call(at) for at in (thursday, sunday_23h, monday_01h)]
    assert ask("longest_call_gap_days_90d", "days_with_calls_90d", calls=calls) == (2, 3)


def test_one_day_has_no_gap(ask: Ask):
    calls = [call("2026-06-20 10:00"), call("2026-06-20 12:00")]
    assert ask("longest_call_gap_days_90d", calls=calls) is None


def test_days_since_the_last_call_are_whole_days(ask: Ask):
    assert ask("days_since_last_call", calls=[call("2026-06-28 00:00:01")]) == 2
