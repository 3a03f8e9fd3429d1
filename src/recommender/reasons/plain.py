"""Why a few offers are made: one after the other in plain values, as arrays pay from some dozen offers on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.reasons.subjects import Subjects
from recommender.reasons.words import HAS, HELD_COUNT, HELD_TERM, LACKS, ORDERED_IT, Words, say
from recommender.schema import HELD, ORDERED

__all__ = ["Account", "name_plainly", "phrase_of"]


@dataclass(frozen=True, eq=False)
class Account:
    """One of the rows, whose figures are looked up when they are first asked for."""

    rows: pa.Table
    row: int
    words: Words
    _figures: dict[str, Any] = field(default_factory=dict)

    def figure(self, part: str) -> Any:
        """Return the figure of a feature, or of `held:<product_id>` in words; None where it is unknown."""
        if part not in self._figures:
            self._figures[part] = self._holds(part) if part.startswith(HELD_TERM) else self._value(part)
        return self._figures[part]

    def may_name(self, part: str) -> bool:
        """Return whether a reason may name the part: nothing unknown, sensitive, or how many products are held."""
        if part.startswith(HELD_TERM):
            return True
        return part != HELD_COUNT and not self.words.features[part].is_sensitive and self.figure(part) is not None

    def tells(self, part: str) -> bool:
        """Return whether the figure is of something that is there: not zero, "no", or a product that is lacking."""
        figure = self.figure(part)
        return bool(figure) and figure is not LACKS

    def _holds(self, part: str) -> str:
        product_id = part.removeprefix(HELD_TERM)
        if product_id in (self._value(HELD) or ()):
            return HAS
        return ORDERED_IT if product_id in (self._value(ORDERED) or ()) else LACKS

    def _value(self, name: str) -> Any:
        return self.rows.column(name)[self.row].as_py()


def name_plainly(account: Account, subjects: Subjects, adds: NDArray[np.float64], most: int) -> list[int]:
    """Return the terms that the reason of one offer names, best first; see `explain_offers`.

    Parameters
    ----------
    adds : array of shape (n_terms,)
        What each term adds to the offer's log-odds.
    """
    speaking = partial(_speaking, account, subjects, adds)
    telling = (term for term in speaking() if all(map(account.tells, subjects.of_term[term])))
    return _unlike(telling, subjects, most) or _unlike(speaking(), subjects, most)


def phrase_of(account: Account, subjects: Subjects, named: Iterable[int]) -> str | None:
    """Return what the named terms say; None where there are none. It begins with a capital."""
    said = [" and ".join(say(part, account.figure(part), account.words) for part in subjects.of_term[i]) for i in named]
    return "; ".join([said[0][:1].upper() + said[0][1:], *said[1:]]) if said else None


def _speaking(account: Account, subjects: Subjects, adds: NDArray[np.float64]) -> Iterator[int]:
    """Give the terms that speak for the offer and may be named, best first."""
    for term in takewhile(lambda term: adds[term] > 0, np.argsort(-adds, kind="stable").tolist()):
        if not subjects.is_twice[term] and all(map(account.may_name, subjects.of_term[term])):
            yield term


def _unlike(terms: Iterable[int], subjects: Subjects, most: int) -> list[int]:
    """Return the first `most` terms of which none shares a subject with one before it."""
    found = list[int]()
    for term in terms:
        if not subjects.alike[term, found].any():
            found.append(term)
        if len(found) == most:
            break
    return found
