"""Which terms a reason names: the strongest that tell of something, and nothing twice."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommender.reasons.figures import TELLS, Figures
from recommender.reasons.subjects import Subjects

__all__ = ["Part", "name_among_few", "name_terms"]

Floats = NDArray[np.float64]
Places = NDArray[np.integer[Any]]
# Which offers, which terms, and what each adds to each: (m,), (n_terms,), (m, n_terms).
Part = tuple[Places, Places, Floats]

_LEADING: Final = 8


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
    of_parts = _of_parts(figures, subjects, np.arange(len(subjects.of_term)))
    alike: dict[bytes, NDArray[np.bool_]] = {}
    for offers, terms, adds in parts:
        key = terms.tobytes()  # parts of one product have the same terms
        if key not in alike:
            alike[key] = subjects.alike[np.ix_(terms, terms)]
        states = _states(of_parts.take(of[offers], axis=0), subjects, terms)
        found[:, offers], _ = _strongest(adds, states, alike[key], terms, most)
    return found


def name_among_few(
    figures: Figures, subjects: Subjects, contributions: Floats, of: Places, most: int
) -> NDArray[np.int64]:
    """Do as `name_terms` does, but look at the figures of the leading terms alone, as long as these suffice."""
    everything = np.arange(contributions.shape[1])
    leading = np.argsort(-contributions, axis=1, kind="stable")[:, :_LEADING]
    least = np.take_along_axis(contributions, leading, axis=1)[:, -1]
    named, weakest = _named(figures, subjects, contributions, np.unique(leading), of, most)
    if len(everything) <= _LEADING or np.all((weakest > least) | (least <= 0)):
        return named
    return _named(figures, subjects, contributions, everything, of, most)[0]


def _named(
    figures: Figures, subjects: Subjects, contributions: Floats, terms: Places, of: Places, most: int
) -> tuple[NDArray[np.int64], Floats]:
    states = _states(_of_parts(figures, subjects, terms).take(of, axis=0), subjects, terms)
    return _strongest(contributions.take(terms, axis=1), states, subjects.alike[np.ix_(terms, terms)], terms, most)


def _of_parts(figures: Figures, subjects: Subjects, terms: Places) -> NDArray[np.uint8]:
    """Return how far each part of these terms may be named in each row, 0 for other parts; shape (n, n_parts)."""
    return figures.states(subjects.parts, np.unique(subjects.places[:, terms]).tolist())


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
) -> tuple[NDArray[np.int64], Floats]:
    """Return the strongest term for each offer, the next that is not alike and so on; -1 for none.

    And what the last of them adds, where all were found and tell of something that is there, otherwise 0; (m,).
    """
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
    return found, np.where(silent, 0.0, highest)
