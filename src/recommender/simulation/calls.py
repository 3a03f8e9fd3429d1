"""Itemised calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.schema import DESTINATIONS, DIRECTIONS
from recommender.simulation import arrow
from recommender.simulation.events import WEEKDAYS, WEEKENDS, Activity, Users, happen, hours
from recommender.simulation.lateness import recorded
from recommender.simulation.timeline import Step
from recommender.simulation.trips import Trips

__all__ = ["Calls", "calls", "draw_calls"]

_CIRCLE: Final = 24
# Cents a minute: local, national, mobile, international, premium, freephone.
_TARIFF: Final = np.array([2, 4, 9, 29, 99, 0])
# Which destinations a product makes free.
_FREE: Final = {
    "daytime_calls": (0, 1),
    "evening_calls": (0, 1),
    "anytime_calls": (0, 1, 2),
    "international_100": (3,),
    "international_unlimited": (3,),
}


@dataclass(frozen=True)
class _Manner:
    """How calls of an activity go: share outgoing, shares of the destinations, usual seconds, size of the circle."""

    activity: Activity
    outgoing: float
    destinations: tuple[float, ...]
    seconds: float
    circle: int = 12


_MANNERS: Final = (
    _Manner(
        Activity("work", 1.5, {"small_business": 26.0, "home_worker": 15.0}, hours((9, 12), (13, 17)), WEEKDAYS),
        0.55,
        (0.25, 0.35, 0.36, 0.02, 0.005, 0.015),
        150.0,
        24,
    ),
    _Manner(
        Activity("friends", 4.0, {"family": 9.0, "streamer": 2.0}, hours((18, 22)), WEEKENDS, 0.15, 12),
        0.5,
        (0.4, 0.2, 0.37, 0.02, 0.005, 0.005),
        260.0,
    ),
    _Manner(
        Activity("long talks", 0.3, {"elderly_caller": 24.0}, hours((9, 12), (15, 18)), season=0.25, peak_month=1),
        0.6,
        (0.7, 0.22, 0.06, 0.01, 0.005, 0.005),
        620.0,
        6,
    ),
    _Manner(
        Activity("on the way", 0.8, {"commuter": 12.0, "coffee_shop_worker": 3.0}, hours((7, 9), (17, 19)), WEEKDAYS),
        0.65,
        (0.1, 0.1, 0.78, 0.01, 0.005, 0.005),
        90.0,
    ),
    _Manner(
        Activity("abroad", 0.1, {"expat": 11.0, "traveller": 2.0}, hours((11, 13), (19, 24)), WEEKENDS),
        0.7,
        (0.02, 0.02, 0.05, 0.9, 0.005, 0.005),
        780.0,
        5,
    ),
    _Manner(
        Activity("services", 0.7, {"elderly_caller": 0.5, "small_business": 1.0}, hours((9, 18)), WEEKDAYS),
        0.95,
        (0.1, 0.1, 0.0, 0.0, 0.15, 0.65),
        300.0,
        24,
    ),
    _Manner(
        Activity("late", 0.3, {"gamer": 4.0, "traveller": 1.0}, hours((22, 26)), WEEKENDS),
        0.5,
        (0.2, 0.1, 0.65, 0.04, 0.01, 0.0),
        200.0,
    ),
)
_REST: Final = ("incoming", "destination", "partner", "cents")


@dataclass(frozen=True)
class Calls:
    """Calls of one step, one row each; `cents` is what they cost."""

    row: NDArray[np.int64]
    started: NDArray[np.int64]
    seconds: NDArray[np.int64]
    incoming: NDArray[np.bool_]
    destination: NDArray[np.int64]
    partner: NDArray[np.int64]
    cents: NDArray[np.int64]


def draw_calls(rng: np.random.Generator, step: Step, users: Users, free: NDArray[np.bool_]) -> Calls:
    """Draw the calls of a step; `free` (n, n_destinations) says which cost nothing."""
    parts = [_draw(rng, manner, step, users) for manner in _MANNERS]
    row, started, seconds, incoming, destination, partner = (np.concatenate(p) for p in zip(*parts, strict=True))
    charged = ~incoming & ~free[row, destination]
    cents = _TARIFF[destination] * -(-seconds // 60) * charged
    return Calls(row, started, seconds, incoming, destination, partner, cents)


def covered(holds: NDArray[np.bool_], position: dict[str, int]) -> NDArray[np.bool_]:
    """Mark the destinations that the products held make free; (n, n_destinations)."""
    free = np.zeros((len(holds), len(DESTINATIONS)), dtype=bool)
    for product, destinations in _FREE.items():
        free[:, destinations] |= holds[:, [position[product]]]
    return free


def calls(
    rng: np.random.Generator, drawn: Sequence[Calls], number: NDArray[np.int64], trips: Trips, until: int
) -> pa.Table:
    """Build the rows of the calls table that were recorded by `until`, by account and time."""
    row = np.concatenate([batch.row for batch in drawn])
    started = np.concatenate([batch.started for batch in drawn])
    seconds = np.concatenate([batch.seconds for batch in drawn])
    known_at = recorded(rng, started + seconds, share_late=0.04)
    order = arrow.order(row, started, known_at <= until)
    rest = (np.concatenate([getattr(batch, name) for batch in drawn])[order] for name in _REST)
    incoming, destination, partner, cents = rest
    return pa.table(
        {
            "account_id": arrow.coded(row[order], arrow.ids("A", number)),
            "started_at": arrow.times(started[order]),
            "duration_s": pa.array(seconds[order]),
            "direction": arrow.words(1 - incoming, DIRECTIONS),
            "destination": arrow.words(destination, DESTINATIONS),
            "charge": arrow.money(cents),
            "counterparty": arrow.coded(partner, _pseudonyms(number)),
            "roaming": pa.array(trips.abroad(row[order], started[order])),
            "recorded_at": arrow.times(known_at[order]),
        }
    )


def _draw(rng: np.random.Generator, manner: _Manner, step: Step, users: Users) -> tuple[NDArray[Any], ...]:
    events = happen(rng, manner.activity, step, users)
    n = len(events.row)
    seconds = np.minimum(rng.lognormal(np.log(manner.seconds), 0.9, n), 4 * 3600.0).astype(np.int64)
    shares = np.cumsum(manner.destinations)
    destination = np.searchsorted(shares / shares[-1], rng.random(n), side="right")
    partner = (manner.circle * rng.random(n) ** 2.5).astype(np.int64)
    return (
        events.row,
        events.started,
        seconds,
        rng.random(n) >= manner.outgoing,
        destination,
        events.row * _CIRCLE + partner,
    )


def _pseudonyms(number: NDArray[np.int64]) -> pa.StringArray:
    mixed = (number[:, None] * _CIRCLE + np.arange(_CIRCLE)).astype(np.uint64).ravel()
    mixed = (mixed + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return pa.array([f"{value >> 16:012x}" for value in mixed.tolist()], pa.string())
