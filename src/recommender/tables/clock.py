"""Between local wall time and UTC, as the same integer arithmetic on every engine.

A time zone is a list of moments at which its offset changes. Over a period there are few of them, so the conversion is
a search tree of comparisons and one addition, and no engine's own time zone tables are asked.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

__all__ = ["local_time", "utc_time"]

_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=7)
_Steps = list[tuple[datetime, timedelta]]


def local_time(column: ir.TimestampValue, zone: ZoneInfo, earliest: datetime, latest: datetime) -> ir.TimestampValue:
    """Return the wall time of `zone` at `column`, a naive time in UTC.

    Parameters
    ----------
    column
        Naive times in UTC.
    zone
        Whose wall time is wanted.
    earliest, latest
        The period that the times lie in, time-zone aware; outside it the offset of its nearer end serves.

    Examples
    --------
    >>> import pyarrow as pa
    >>> times = ibis.memtable(pa.table({"at": [datetime(2026, 3, 29, 0, 59), datetime(2026, 3, 29, 1, 0)]}))
    >>> period = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    >>> [f"{at:%H:%M}" for at in local_time(times.at, ZoneInfo("Europe/Berlin"), *period).to_pyarrow().to_pylist()]
    ['01:59', '03:00']
    """
    start, end = _within(earliest), _within(latest)
    steps = [(at.replace(tzinfo=None), after) for at, _, after in _changes(zone, start, end)]
    return _shifted(column, _offset(zone, start), steps)


def utc_time(column: ir.TimestampValue, zone: ZoneInfo, earliest: datetime, latest: datetime) -> ir.TimestampValue:
    """Return the naive UTC time of `column`, a wall time of `zone`.

    A wall time that the clock shows twice (autumn) is the first of the two; one that it never shows (spring) is
    shifted forward by the hour that was skipped. So does Python with `fold=0`.

    Parameters
    ----------
    column
        Naive wall times.
    zone
        Whose wall time they are.
    earliest, latest
        The period that the times lie in, as for `local_time`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> times = ibis.memtable(pa.table({"at": [datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30)]}))
    >>> period = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    >>> [f"{at:%H:%M}" for at in utc_time(times.at, ZoneInfo("Europe/Berlin"), *period).to_pyarrow().to_pylist()]
    ['01:30', '00:30']
    """
    start, end = _within(earliest), _within(latest)
    changes = _changes(zone, start, end)
    steps = [(at.replace(tzinfo=None) + max(before, after), -after) for at, before, after in changes]
    return _shifted(column, -_offset(zone, start), steps)


def _shifted(column: ir.TimestampValue, before: timedelta, steps: _Steps) -> ir.TimestampValue:
    if not steps:
        return column + ibis.interval(seconds=round(before.total_seconds()))
    middle = len(steps) // 2
    moment, after = steps[middle]
    earlier = _shifted(column, before, steps[:middle])
    return ibis.ifelse(column < ibis.literal(moment), earlier, _shifted(column, after, steps[middle + 1 :]))


def _within(at: datetime) -> datetime:
    return min(max(at, _FIRST), _LAST).astimezone(UTC)


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[datetime, timedelta, timedelta]]:
    """List when the offset of `zone` changes, from what, to what."""
    years = range(start.year, end.year + 1)
    return [change for year in years for change in _changes_of(zone, year) if start < change[0] <= end]


@lru_cache(maxsize=1024)
def _changes_of(zone: ZoneInfo, year: int) -> tuple[tuple[datetime, timedelta, timedelta], ...]:
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    weeks = [*(start + i * _STEP for i in range(53)), end]
    return tuple(
        (_moment(zone, before, after), _offset(zone, before), _offset(zone, after))
        for before, after in pairwise(weeks)
        if _offset(zone, before) != _offset(zone, after)
    )


def _moment(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first second in (before, after] that has the offset of `after`."""
    wanted = _offset(zone, after)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (before, middle) if _offset(zone, middle) == wanted else (middle, after)
    return after


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)
