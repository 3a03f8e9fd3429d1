from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from recommender.tables import local_time, utc_time

PERIOD = datetime(2025, 6, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
HALF_HOURS = [datetime(2025, 6, 2, tzinfo=UTC) + timedelta(minutes=30 * i) for i in range(2 * 24 * 720)]
ZONES = [
    "Europe/Berlin",  # an hour each way
    "America/New_York",  # at two in the morning of local time
    "Australia/Lord_Howe",  # half an hour, in the south
    "Africa/Casablanca",  # back for Ramadan
    "Asia/Kolkata",  # half an hour off, and no summer time
    "UTC",
]


def naive(times: list[datetime]) -> list[datetime]:
    return [time.replace(tzinfo=None) for time in times]


def wall_time(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc,arg-type] # mypy counts no star


def column(times: list[datetime]) -> ibis.expr.types.TimestampValue:
    return ibis.memtable(pa.table({"at": pa.array(times, pa.timestamp("us"))})).at


@pytest.mark.parametrize("zone", ZONES)
def test_local_time_is_that_of_zoneinfo(zone: str):
    expected = naive([time.astimezone(ZoneInfo(zone)) for time in HALF_HOURS])
    assert local_time(column(naive(HALF_HOURS)), ZoneInfo(zone), *PERIOD).to_pyarrow().to_pylist() == expected


@pytest.mark.parametrize("zone", ZONES)
def test_utc_time_is_that_of_zoneinfo_with_fold_0(zone: str):
    walls = naive(HALF_HOURS)
    expected = naive([wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC) for wall in walls])
    assert utc_time(column(walls), ZoneInfo(zone), *PERIOD).to_pyarrow().to_pylist() == expected


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        (wall_time(2026, 3, 29, 1, 59), wall_time(2026, 3, 29, 0, 59)),
        (wall_time(2026, 3, 29, 2, 30), wall_time(2026, 3, 29, 1, 30)),  # never shown: 03:30 by the new offset
        (wall_time(2026, 3, 29, 3, 0), wall_time(2026, 3, 29, 1, 0)),
        (wall_time(2026, 10, 25, 2, 30), wall_time(2026, 10, 25, 0, 30)),  # shown twice: the first of the two
        (wall_time(2026, 10, 25, 3, 0), wall_time(2026, 10, 25, 2, 0)),
    ],
)
def test_both_changeover_days(wall: datetime, utc: datetime):
    assert utc_time(column([wall]), ZoneInfo("Europe/Berlin"), *PERIOD).to_pyarrow().to_pylist() == [utc]


def test_outside_the_period_the_offset_of_its_nearer_end_serves():
    summer = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)
    times = column([wall_time(2026, 1, 1, 12)])
    found = local_time(times, ZoneInfo("Europe/Berlin"), *summer).to_pyarrow().to_pylist()
    assert found == [wall_time(2026, 1, 1, 12) + timedelta(hours=2)]


def test_a_period_without_bounds_is_bounded():
    forever = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    found = utc_time(column([wall_time(2026, 1, 1, 12)]), ZoneInfo("Europe/Berlin"), *forever).to_pyarrow().to_pylist()
    assert found == [wall_time(2026, 1, 1, 11)]
