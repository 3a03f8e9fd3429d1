"""What the terms of a scorecard are made of, and which of them speak of the same."""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Subjects", "subjects_of"]

_WINDOW = re.compile(r"_\d+d$")


@dataclass(frozen=True, eq=False)
class Subjects:
    """The terms by their parts: features, `held:<product_id>` and `held_count`.

    Attributes
    ----------
    parts
        All of them, sorted.
    of_term
        The parts of each term.
    places : array of shape (most_parts, n_terms)
        Where the parts of each term stand in `parts`, the last as often as it takes.
    alike : array of shape (n_terms, n_terms)
        Which terms share a subject: an indicator over one window and over another are the same subject.
    is_twice : array of shape (n_terms,)
        Which terms speak of one subject twice.
    """

    parts: tuple[str, ...]
    of_term: tuple[tuple[str, ...], ...]
    places: NDArray[np.int64]
    alike: NDArray[np.bool_]
    is_twice: NDArray[np.bool_]


@lru_cache(maxsize=8)
def subjects_of(terms: tuple[str, ...]) -> Subjects:
    """Take terms apart: a name, or several joined by ` & `."""
    of_term = tuple(tuple(term.split(" & ")) for term in terms)
    parts = tuple(sorted({part for own in of_term for part in own}))
    depth, place = max(map(len, of_term)), {part: i for i, part in enumerate(parts)}
    subjects = [frozenset(_WINDOW.sub("", part) for part in own) for own in of_term]
    every = {subject: i for i, subject in enumerate(sorted(frozenset().union(*subjects)))}
    speaks = np.zeros((len(terms), len(every)), dtype=bool)
    for term, own in enumerate(subjects):
        speaks[term, [every[subject] for subject in own]] = True
    return Subjects(
        parts,
        of_term,
        np.array([[place[own[min(i, len(own) - 1)]] for own in of_term] for i in range(depth)]),
        speaks @ speaks.T,
        np.array([len(own) < len(parts) for own, parts in zip(subjects, of_term, strict=True)]),
    )
