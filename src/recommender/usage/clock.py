"""When an event happened: recent or not, and in which band of the operator's local day."""

from datetime import UTC, timedelta

import ibis
from ibis.expr import types as ir

from recommender.config import Bands
from recommender.errors import ConfigError
from recommender.tables import local_time
from recommender.usage.cells import Dimension
from recommender.usage.known import Known, moment

__all__ = ["BANDS", "band", "day_number", "days_between", "local", "recent", "seconds_between"]

BANDS = ("daytime", "evening", "night", "weekend")


def recent(known: Known, at: ir.TimestampValue) -> Dimension:
    """Divide events into those of the short window and earlier ones."""
    inside = at > known.ago(known.config.windows.short_days)
    return Dimension("recent", ("earlier", "recent"), inside.cast("int32"))


def band(known: Known, at: ir.TimestampValue) -> Dimension:
    """Divide events by band; Saturday and Sunday are the weekend at every hour."""
    wall = local(known, at)
    weekend = wall.day_of_week.index() >= 5
    code = ibis.cases((weekend, 3), else_=_of_hour(known.config.bands, wall.hour()))
    return Dimension("band", BANDS, code)


def local(known: Known, at: ir.TimestampValue) -> ir.TimestampValue:
    """Return moments of the long window as local wall time.

    Raises
    ------
    ConfigError
        If the config names no time zone.
    """
    if known.config.time_zone is None:
        raise ConfigError('Bands such as daytime are local time: set time_zone = "Area/City" in recommender.toml.')
    as_of = known.as_of.astimezone(UTC)
    earliest = as_of - timedelta(days=known.config.windows.long_days)
    return local_time(at, known.config.zone, earliest, as_of)


def days_between(known: Known, at: ir.TimestampValue) -> ir.IntegerValue:
    """Return the whole days, of 24 hours, from `at` to `as_of`."""
    return (seconds_between(at, moment(known.as_of)) // 86_400).cast("int64")


def seconds_between(earlier: ir.TimestampValue, later: ir.TimestampValue) -> ir.IntegerValue:
    """Return the seconds from `earlier` to `later`, each cut to whole seconds."""
    return _seconds(later) - _seconds(earlier)


def day_number(wall: ir.TimestampValue) -> ir.IntegerValue:
    """Return the days from 1970-01-01 to the day of `wall`."""
    return (_seconds(wall) // 86_400).cast("int64")


def _seconds(at: ir.TimestampValue) -> ir.IntegerValue:
    return at.truncate("s").epoch_seconds().cast("int64")


def _of_hour(bands: Bands, hour: ir.IntegerValue) -> ir.IntegerValue:
    codes = {"daytime": bands.daytime, "evening": bands.evening}
    branches = [(_inside(hour, *hours), BANDS.index(name)) for name, hours in codes.items()]
    return ibis.cases(*branches, else_=BANDS.index("night"))


def _inside(hour: ir.IntegerValue, start: int, end: int) -> ir.BooleanValue:
    if start < end:
        return (hour >= start) & (hour < end)
    return (hour >= start) | (hour < end)
