"""Data sessions and messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.schema import NETWORKS
from recommender.simulation import arrow
from recommender.simulation.events import WEEKDAYS, WEEKENDS, Activity, Happening, Users, happen, hours
from recommender.simulation.lateness import recorded
from recommender.simulation.timeline import Step
from recommender.simulation.trips import Trips

__all__ = ["Sessions", "draw_messages", "draw_sessions", "messages", "sessions"]

_VENUES: Final = ("home", "office", "coffee_shop", "train", "airport", "hotel", "library")
_OF_TRIPS: Final = ("airport", "hotel")
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True)
class _Manner:
    """How sessions of an activity go: the network, the venue, usual minutes and usual megabytes."""

    activity: Activity
    network: str
    venue: str | None
    minutes: float
    megabytes: float


_MANNERS: Final = (
    _Manner(
        Activity("evening at home", 2.5, {"family": 6.0}, hours((16, 21)), WEEKENDS, 0.2, 1),
        "fixed",
        "home",
        55.0,
        500.0,
    ),
    _Manner(
        Activity("films", 0.4, {"streamer": 9.0}, hours((20, 24)), WEEKENDS, 0.25, 1), "fixed", "home", 95.0, 3500.0
    ),
    _Manner(
        Activity("work at home", 0.4, {"home_worker": 11.0}, hours((8, 17)), WEEKDAYS), "fixed", "home", 130.0, 500.0
    ),
    _Manner(Activity("games", 0.2, {"gamer": 12.0}, hours((20, 26)), WEEKENDS, 0.2, 12), "fixed", "home", 110.0, 350.0),
    _Manner(
        Activity("shop and office", 0.1, {"small_business": 9.0}, hours((8, 18)), WEEKDAYS),
        "fixed",
        "office",
        60.0,
        250.0,
    ),
    _Manner(
        Activity("coffee shop", 0.15, {"coffee_shop_worker": 10.0, "traveller": 0.6}, hours((9, 17)), WEEKDAYS),
        "hotspot",
        "coffee_shop",
        75.0,
        220.0,
    ),
    _Manner(
        Activity("train", 0.1, {"commuter": 7.0, "traveller": 0.8}, hours((6, 9), (16, 19)), WEEKDAYS),
        "hotspot",
        "train",
        28.0,
        90.0,
    ),
    _Manner(
        Activity("airport", 0.04, {"traveller": 3.0}, hours((6, 10), (15, 20)), season=0.4, peak_month=7),
        "hotspot",
        "airport",
        35.0,
        120.0,
    ),
    _Manner(
        Activity("hotel", 0.04, {"traveller": 3.5, "small_business": 0.5}, hours((19, 24)), season=0.4, peak_month=7),
        "hotspot",
        "hotel",
        60.0,
        300.0,
    ),
    _Manner(
        Activity("library", 0.1, {"family": 0.4, "coffee_shop_worker": 0.8}, hours((10, 18)), WEEKDAYS),
        "hotspot",
        "library",
        50.0,
        80.0,
    ),
    _Manner(
        Activity("on the phone", 5.0, {"commuter": 5.0, "gamer": 2.0, "streamer": 2.0}, hours((7, 23))),
        "cellular",
        None,
        12.0,
        40.0,
    ),
    _Manner(Activity("dial-up", 0.0, {"elderly_caller": 0.6}, hours((9, 20))), "dialup", None, 25.0, 2.0),
)
_MESSAGES: Final = Activity(
    "messages", 4.0, {"family": 8.0, "commuter": 4.0, "expat": 4.0, "gamer": 3.0}, hours((8, 23)), WEEKENDS
)


@dataclass(frozen=True)
class Sessions:
    """Sessions of one step, one row each; `manner` is the place of their activity."""

    row: NDArray[np.int64]
    started: NDArray[np.int64]
    seconds: NDArray[np.int64]
    size: NDArray[np.int64]
    manner: NDArray[np.int64]


def draw_sessions(rng: np.random.Generator, step: Step, users: Users, has_hotspot: NDArray[np.bool_]) -> Sessions:
    """Draw the sessions of a step; whoever holds a hotspot product uses hotspots half as often again."""
    parts = [_draw(rng, i, step, users, has_hotspot) for i in range(len(_MANNERS))]
    return Sessions(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def draw_messages(rng: np.random.Generator, step: Step, users: Users) -> Happening:
    """Draw the messages of a step."""
    return happen(rng, _MESSAGES, step, users)


def sessions(
    rng: np.random.Generator, drawn: Sequence[Sessions], number: NDArray[np.int64], trips: Trips, until: int
) -> pa.Table:
    """Build the rows of the sessions table that were recorded by `until`, by account and time."""
    row, started, seconds, size, manner = (
        np.concatenate([getattr(batch, name) for batch in drawn])
        for name in ("row", "started", "seconds", "size", "manner")
    )
    known_at = recorded(rng, started + seconds, share_late=0.06)
    order = arrow.order(row, started, known_at <= until)
    network = np.array([NETWORKS.index(each.network) for each in _MANNERS])
    venue = np.array([-1 if each.venue is None else _VENUES.index(each.venue) for each in _MANNERS])[manner[order]]
    travels = np.array([each.network == "cellular" or each.venue in _OF_TRIPS for each in _MANNERS])[manner[order]]
    return pa.table(
        {
            "account_id": arrow.coded(row[order], arrow.ids("A", number)),
            "started_at": arrow.times(started[order]),
            "duration_s": pa.array(seconds[order]),
            "bytes": pa.array(size[order]),
            "network": arrow.words(network[manner[order]], NETWORKS),
            "venue": arrow.words(np.maximum(venue, 0), _VENUES, null=(venue < 0) | (rng.random(len(venue)) < 0.03)),
            "roaming": pa.array(travels & trips.abroad(row[order], started[order])),
            "recorded_at": arrow.times(known_at[order]),
        }
    )


def messages(rng: np.random.Generator, drawn: Sequence[Happening], number: NDArray[np.int64], until: int) -> pa.Table:
    """Build the rows of the messages table that were recorded by `until`, by account and time."""
    row = np.concatenate([batch.row for batch in drawn])
    sent = np.concatenate([batch.started for batch in drawn])
    known_at = recorded(rng, sent, share_late=0.01)
    order = arrow.order(row, sent, known_at <= until)
    return pa.table(
        {
            "account_id": arrow.coded(row[order], arrow.ids("A", number)),
            "sent_at": arrow.times(sent[order]),
            "recorded_at": arrow.times(known_at[order]),
        }
    )


def _draw(
    rng: np.random.Generator, index: int, step: Step, users: Users, has_hotspot: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], ...]:
    manner = _MANNERS[index]
    keener = np.where(has_hotspot & (manner.network == "hotspot"), 1.5, 1.0)
    events = happen(rng, manner.activity, step, users, keener)
    n = len(events.row)
    seconds = np.minimum(rng.lognormal(np.log(manner.minutes * 60.0), 0.7, n), 12 * 3600.0).astype(np.int64)
    size = (rng.lognormal(np.log(manner.megabytes * _MEGABYTE), 1.0, n)).astype(np.int64)
    return events.row, events.started, seconds, size, np.full(n, index)
