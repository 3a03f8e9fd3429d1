"""The phrases of reasons: each distinct one is made once and spread by codes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.reasons.figures import Figures
from recommender.reasons.subjects import Subjects
from recommender.reasons.words import say

__all__ = ["features_of", "parts_of", "phrases_of"]

Places = NDArray[np.int64]


def phrases_of(figures: Figures, subjects: Subjects, named: Places, of: NDArray[np.integer[Any]]) -> list[Any]:
    """Return what the named terms say, as many Arrow arrays of text as `named` has rows; null for no term.

    The first begins with a capital.
    """
    said: list[str] = []
    which = np.full(named.size, -1)
    for term, here in _by_term(named.ravel()):
        codes, texts = _said(figures, subjects.of_term[term], of[here % named.shape[1]])
        which[here] = codes + len(said)
        said += texts
    plain: Any = pa.array(said, pa.string())
    capital: Any = pa.array([text[:1].upper() + text[1:] for text in said], pa.string())
    first, *others = which.reshape(named.shape)
    return [capital.take(_places(first)), *(plain.take(_places(other)) for other in others)]


def features_of(subjects: Subjects, named: Places) -> Any:
    """Return the parts of the named terms, each once; an Arrow array of lists."""
    base, code = len(subjects.of_term) + 1, np.zeros(named.shape[1], dtype=np.int64)
    for slot in named:
        code = code * base + slot + 1
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    names = [parts_of(subjects, some) for some in named[:, first].T.tolist()]
    return pa.array(names, pa.list_(pa.string())).take(_places(which))


def parts_of(subjects: Subjects, terms: Iterable[int]) -> list[str]:
    """Return the parts of one offer's terms, each once; -1 is no term."""
    return list(dict.fromkeys(part for term in terms if term >= 0 for part in subjects.of_term[term]))


def _by_term(named: Places) -> Iterator[tuple[int, Places]]:
    """Give each term that is named, and where."""
    order = np.argsort(named, kind="stable")
    terms, starts = np.unique(named[order], return_index=True)
    for term, here in zip(terms.tolist(), np.split(order, starts[1:]), strict=True):
        if term >= 0:
            yield term, here


def _said(figures: Figures, parts: Sequence[str], rows: NDArray[np.integer[Any]]) -> tuple[Places, list[str]]:
    """Return the distinct phrases of a term in these rows, and which each row says."""
    codes, texts = _figures_said(figures, parts[0], rows)
    for part in parts[1:]:
        further, others = _figures_said(figures, part, rows)
        pairs, codes = np.unique(codes * len(others) + further, return_inverse=True)
        texts = [f"{texts[pair // len(others)]} and {others[pair % len(others)]}" for pair in pairs.tolist()]
    return codes, texts


def _figures_said(figures: Figures, part: str, rows: NDArray[np.integer[Any]]) -> tuple[Places, list[str]]:
    asked = figures.of(part, rows)
    coded = asked.dictionary_encode()
    texts = [say(part, value, figures.words) for value in coded.dictionary.to_pylist()]
    return coded.indices.to_numpy().astype(np.int64), texts


def _places(at: NDArray[np.integer[Any]]) -> Any:
    """Return places for `take`; -1 gives null."""
    return pa.array(at, pa.int64(), mask=at < 0)
