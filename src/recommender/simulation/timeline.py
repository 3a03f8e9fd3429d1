"""The steps of the simulation, and the wall clock of the operator."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

__all__ = ["DAY", "HORIZON_DAYS", "HOUR", "NEVER", "ZONE", "Step", "steps_until"]

HOUR: Final = 3600
DAY: Final = 24 * HOUR
HORIZON_DAYS: Final = 30
NEVER: Final = np.iinfo(np.int64).max
ZONE: Final = "Europe/Berlin"
_PAST_DAYS: Final = 182
_PAST_STEPS: Final = 16
_LAST_CONTACTED: Final = 2


@dataclass(frozen=True)
class Step:
    """A period (start, end] in seconds since 1970 UTC; `number` is negative in the years before the events."""

    number: int
    start: int
    end: int

    @property
    def is_past(self) -> bool:
        """Whether it lies before the months whose events are written."""
        return self.number < 0

    @property
    def is_contacted(self) -> bool:
        """Whether its contacts are written."""
        return self.number >= -_LAST_CONTACTED

    @property
    def horizons(self) -> float:
        """Its length in horizons of 30 days."""
        return (self.end - self.start) / (HORIZON_DAYS * DAY)

    @property
    def month(self) -> int:
        """The month of the year in its middle, 1 to 12."""
        return datetime.fromtimestamp((self.start + self.end) / 2, UTC).month

    @property
    def days(self) -> int:
        """Its length in days."""
        return (self.end - self.start) // DAY

    @cached_property
    def hours(self) -> "Hours":
        """The hours of the operator's local days that it touches."""
        return _hours(self.start, self.end)

    def moments(self, rng: np.random.Generator, size: int, opens: int = 9, closes: int = 20) -> NDArray[np.int64]:
        """Draw `size` moments within the step, between two hours of the day."""
        day = rng.integers(self.days, size=size)
        return self.start + day * DAY + rng.integers(opens * HOUR + 1, closes * HOUR, size=size)


@dataclass(frozen=True)
class Hours:
    """Hours of local days, shape (n_hours,); `utc` is when each begins, in seconds since 1970."""

    utc: NDArray[np.int64]
    hour: NDArray[np.int64]
    weekday: NDArray[np.int64]
    month: NDArray[np.int64]


def steps_until(until: int, months: int) -> tuple[Step, ...]:
    """Return eight years of half-year steps, then `months` steps of 30 days, the last ending at `until`."""
    first = until - months * HORIZON_DAYS * DAY
    past = [_step(number, first, _PAST_DAYS) for number in range(-_PAST_STEPS, 0)]
    return (*past, *(_step(number, first, HORIZON_DAYS) for number in range(months)))


def _step(number: int, origin: int, days: int) -> Step:
    return Step(number, origin + number * days * DAY, origin + (number + 1) * days * DAY)


def _hours(start: int, end: int) -> Hours:
    zone = ZoneInfo(ZONE)
    first, last = (datetime.fromtimestamp(moment, zone).date() for moment in (start, end - 1))
    clock = [
        _local(first + timedelta(days=day), hour, zone) for day in range((last - first).days + 1) for hour in range(24)
    ]
    return Hours(
        np.array([int(at.timestamp()) for at in clock]),
        np.array([at.hour for at in clock]),
        np.array([at.weekday() for at in clock]),
        np.array([at.month for at in clock]),
    )


def _local(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone)
