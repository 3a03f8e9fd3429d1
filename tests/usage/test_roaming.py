from collections.abc import Callable
from typing import Any

from recommender.snapshots import build_snapshot
from recommender.tables import Tables
from recommender.usage import INDICATORS

Ask = Callable[..., Any]
CALLS = ("roaming_calls_30d", "roaming_minutes_90d", "days_with_roaming_calls_90d")
SESSIONS = ("roaming_megabytes_90d", "days_with_roaming_sessions_90d")


def call(at: str, seconds: int = 60, **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "started_at": at, "duration_s": seconds, "direction": "in", **more}


def session(at: str, megabytes: int, **more: Any) -> dict[str, Any]:
    carried = {"duration_s": 9, "bytes": megabytes * 1_000_000, "network": "cellular"}
    return {"account_id": "a", "started_at": at, **carried, **more}


def test_calls_abroad_are_counted_timed_and_dated(ask: Ask):
    calls = [
        call("2026-06-24 08:00", 120, roaming=True),
        call("2026-06-24 09:00", 240, roaming=True),
        call("2026-06-25 09:00", 480, roaming=False),
        call("2026-06-26 09:00", 960, roaming=None),
        call("2026-05-01 09:00", 600, roaming=True),  # before the last 30 days
    ]
    assert ask(*CALLS, calls=calls) == (2, (120 + 240 + 600) / 60, 2)


def test_data_abroad_is_measured_and_dated(ask: Ask):
    sessions = [
        session("2026-06-24 08:00", 10, roaming=True),
        session("2026-05-24 08:00", 20, roaming=True),
        session("2026-06-25 08:00", 40, roaming=False),
        session("2026-06-26 08:00", 80, roaming=None),
    ]
    assert ask(*SESSIONS, sessions=sessions) == (10.0 + 20.0, 2)


def test_who_is_known_to_stay_at_home_roams_not_at_all(ask: Ask):
    assert ask(*CALLS, calls=[call("2026-06-24 08:00", roaming=False)]) == (0, 0.0, 0)
    assert ask(*SESSIONS, sessions=[session("2026-06-24 08:00", 1, roaming=False)]) == (0.0, 0)


def test_roaming_is_unknown_where_the_source_has_no_such_column(ask: Ask):
    assert ask(*CALLS, calls=[call("2026-06-24 08:00")]) == (None, None, None)
    assert ask(*SESSIONS, sessions=[session("2026-06-24 08:00", 1)]) == (None, None)


def test_roaming_is_unknown_where_no_event_of_the_account_says_so(small_tables: Callable[..., Tables]):
    other: dict[str, Any] = {"account_id": "b", "roaming": True}
    accounts = [{"account_id": one, "opened_at": "2020-01-01"} for one in "ab"]
    silent = {
        "calls": [call("2026-06-24 08:00", roaming=None), call("2026-06-24 08:00", **other)],
        "sessions": [session("2026-06-24 08:00", 1, roaming=None), session("2026-06-24 08:00", 1, **other)],
    }
    asked = [indicator for indicator in INDICATORS if indicator.name in {*CALLS, *SESSIONS}]
    rows = build_snapshot(small_tables(accounts=accounts, **silent), "2026-07-01", indicators=asked).to_pylist()
    assert [[row[name] for name in (*CALLS, *SESSIONS)] for row in rows] == [[None] * 5, [1, 1.0, 1, 1.0, 1]]


def test_what_was_said_of_earlier_days_says_nothing_of_the_last_thirty(ask: Ask):
    calls = [call("2026-05-01 08:00", roaming=True), call("2026-06-24 08:00", roaming=None)]
    assert ask(*CALLS, calls=calls) == (None, 60 / 60, 1)


def test_roaming_without_consent_is_not_read(ask: Ask):
    assert ask(*CALLS, calls=[call("2026-06-24 08:00", roaming=True)], consents=[]) == (None, None, None)
