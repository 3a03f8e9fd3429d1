"""Itemised usage: activities that arise from needs and have their own rhythm in local time."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.simulation.needs import NEEDS
from recommender.simulation.timeline import HOUR, Step

__all__ = ["WEEKDAYS", "WEEKENDS", "Activity", "Happening", "Users", "happen", "hours"]

WEEKDAYS: Final = (1.0, 1.0, 1.0, 1.0, 0.9, 0.12, 0.08)
WEEKENDS: Final = (0.6, 0.6, 0.6, 0.7, 1.0, 1.5, 1.6)
_ALL_DAYS: Final = (1.0,) * 7


@dataclass(frozen=True)
class Activity:
    """Something accounts do.

    `per_month` is how often anyone does it in 30 days, `needs` how often each full need adds. `hours` are 24 weights of
    the local day, `weekdays` seven, from Monday; `season` is the amplitude over the year with its top in `peak_month`.
    """

    name: str
    per_month: float
    needs: dict[str, float]
    hours: tuple[float, ...]
    weekdays: tuple[float, ...] = _ALL_DAYS
    season: float = 0.0
    peak_month: int = 1


@dataclass(frozen=True)
class Users:
    """Accounts as usage sees them in one step: needs (n, n_needs), what multiplies all usage, and when they opened."""

    needs: NDArray[np.float64]
    liveliness: NDArray[np.float64]
    opened: NDArray[np.int64]


@dataclass(frozen=True)
class Happening:
    """Events of one activity in one step, in no order; `row` is the account's place in its block."""

    row: NDArray[np.int64]
    started: NDArray[np.int64]


def hours(*spans: tuple[int, int]) -> tuple[float, ...]:
    """Return 24 weights: 1 within the spans [from, to), little around them, next to nothing elsewhere.

    Examples
    --------
    >>> hours((9, 17))[8:10]
    (0.2, 1.0)
    """
    inside = {hour % 24 for start, end in spans for hour in range(start, end)}
    near = {(hour + by) % 24 for hour in inside for by in (-1, 1)}
    return tuple(1.0 if hour in inside else 0.2 if hour in near else 0.01 for hour in range(24))


def happen(
    rng: np.random.Generator, activity: Activity, step: Step, users: Users, keenness: NDArray[np.float64] | float = 1.0
) -> Happening:
    """Draw the events of an activity in a step; `keenness` (n,) multiplies how many."""
    weights = _weights(activity, step)
    frequency = activity.per_month + users.needs @ np.array([activity.needs.get(need, 0.0) for need in NEEDS])
    expected = frequency * users.liveliness * keenness * (weights.sum() / _usual(activity))
    row = np.repeat(np.arange(len(users.needs)), rng.poisson(expected))
    shares = np.cumsum(weights)
    hour = np.searchsorted(shares, rng.random(len(row)) * shares[-1], side="right")
    started = step.hours.utc[hour] + rng.integers(HOUR, size=len(row))
    within = (started > np.maximum(step.start, users.opened[row])) & (started <= step.end)
    return Happening(row[within], started[within])


def _weights(activity: Activity, step: Step) -> NDArray[np.float64]:
    clock = step.hours
    season = 1.0 + activity.season * np.cos(2.0 * np.pi * (clock.month - activity.peak_month) / 12.0)
    return np.asarray(np.array(activity.hours)[clock.hour] * np.array(activity.weekdays)[clock.weekday] * season)


def _usual(activity: Activity) -> float:
    return 30.0 / 7.0 * sum(activity.hours) * sum(activity.weekdays)
