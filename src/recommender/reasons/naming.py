"""Which terms a reason names: the strongest that tell of something, and nothing twice."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.reasons.figures import TELLS, Figures
from recommender.reasons.subjects import Subjects

__all__ = ["Part", "name_terms"]

Floats = NDArray[np.float64]
Places = NDArray[np.integer[Any]]
# Which offers, which terms, and what each adds to each: (m,), (n_terms,), (m, n_terms).
Part = tuple[Places, Places, Floats]


def name_terms(figures: Figures, subjects: Subjects, parts: Iterable[Part], of: Places, most: int) -> NDArray[np.int64]:
    """Return the terms that each offer's reason names, best first, -1 where there are no more; shape (most, m).

    Parameters
    ----------
    parts
        The contributions, each offer's in one part; a term that is not there adds nothing.
    of : array of shape (m,)
        The row of each offer.
    """
    found = np.full((most, len(of)), -1)
    of_parts = figures.states(subjects.parts)
    alike: dict[bytes, NDArray[np.bool_]] = {}
    for offers, terms, adds in parts:
        key = terms.tobytes()  # parts of one product have the same terms
        if key not in alike:
            alike[key] = subjects.alike[np.ix_(terms, terms)]
        states = _states(of_parts.take(of[offers], axis=0), subjects, terms)
        found[:, offers] = _strongest(adds, states, alike[key], terms, most)
    return found


def _states(of_parts: NDArray[np.uint8], subjects: Subjects, terms: Places) -> NDArray[np.uint8]:
    """Return how far each term may be named, which is as far as all its parts, (m, n_parts); shape (m, n_terms)."""
    first, *others = subjects.places[:, terms]
    states: NDArray[np.uint8] = of_parts.take(first, axis=1)
    for further in others:
        here = np.flatnonzero(further != first)
        states[:, here] = np.minimum(states[:, here], of_parts.take(further[here], axis=1))
    states[:, subjects.is_twice[terms]] = 0
    return states


def _strongest(
    adds: Floats, state: NDArray[np.uint8], alike: NDArray[np.bool_], terms: Places, most: int
) -> NDArray[np.int64]:
    """Return the strongest term for each offer, the next that is not alike and so on; -1 for none."""
    each = np.arange(len(adds))
    left = np.where(state == TELLS, adds, 0.0)
    silent = left.max(axis=1) <= 0
    left[silent] = np.where(state[silent] > 0, adds[silent], 0.0)
    found = np.empty((most, len(adds)), dtype=np.int64)
    for slot in found:
        best = left.argmax(axis=1)
        highest = left[each, best]
        slot[:] = np.where(highest > 0, terms[best], -1)
        np.putmask(left, alike.take(best, axis=0), 0.0)
    return found
