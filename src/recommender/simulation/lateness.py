"""When events become known: most at once, some hours or days later."""

import numpy as np
from numpy.typing import NDArray

from recommender.simulation.timeline import DAY, HOUR

__all__ = ["recorded"]


def recorded(rng: np.random.Generator, ended: NDArray[np.int64], *, share_late: float) -> NDArray[np.int64]:
    """Return when events that ended at `ended` are recorded: within five minutes, a share up to four days later."""
    lag = rng.integers(1, 300, len(ended))
    late = np.flatnonzero(rng.random(len(ended)) < share_late)
    lag[late] = rng.integers(HOUR, 4 * DAY, len(late))
    return np.asarray(ended + lag)
