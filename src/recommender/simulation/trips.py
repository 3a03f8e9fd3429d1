"""When accounts are abroad."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.simulation.needs import NEEDS
from recommender.simulation.timeline import DAY, Step

__all__ = ["Trips", "draw_trips"]

_SPAN: Final = 5 * DAY
_ANYONE: Final = 0.01
_NEEDS: Final = {"traveller": 0.2, "expat": 0.06, "small_business": 0.03}


@dataclass(frozen=True)
class Trips:
    """Which accounts are away in which span of five days from `start` on; `away` is (n_accounts, n_spans)."""

    start: int
    away: NDArray[np.bool_]

    def abroad(self, row: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which accounts, by `row`, are abroad at the moments `at`.

        Examples
        --------
        >>> trips = Trips(0, np.array([[False, True]]))
        >>> trips.abroad(np.array([0, 0]), np.array([4 * DAY, 5 * DAY])).tolist()
        [False, True]
        """
        return self.away[row, (at - self.start) // _SPAN]


def draw_trips(rng: np.random.Generator, needs: NDArray[np.float64], first: Step, last: Step) -> Trips:
    """Draw the trips of accounts with `needs` (n, n_needs) from `first` to `last`."""
    chance = _ANYONE + needs @ np.array([_NEEDS.get(need, 0.0) for need in NEEDS])
    spans = (last.end - first.start) // _SPAN + 1
    return Trips(first.start, rng.random((len(needs), spans)) < chance[:, None])
