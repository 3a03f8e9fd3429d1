"""The figures of the accounts, and which of them may be named."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender.reasons.words import HAS, HELD_COUNT, HELD_TERM, LACKS, ORDERED_IT, Words
from recommender.schema import HELD, ORDERED

__all__ = ["TELLS", "Figures"]

# How far a figure may be named: not at all, where nothing else speaks for an offer, or gladly.
_NEVER: Final = 0
_AT_NEED: Final = 1
TELLS: Final = 2


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of n accounts: of features, and of `held:<product_id>` whether they have it or have ordered it."""

    rows: pa.Table
    words: Words

    def of(self, part: str, rows: NDArray[np.integer[Any]]) -> Any:
        """Return the figures of one part in m of the rows, unknown ones as null; an Arrow array of m."""
        if part.startswith(HELD_TERM):
            held, ordered = (self._listed(name, part)[rows] for name in (HELD, ORDERED))
            which = np.where(held, 0, np.where(ordered, 1, 2))
            return pa.array([HAS, ORDERED_IT, LACKS]).take(pa.array(which, pa.int64()))
        return _plain(_whole(self.rows.column(part)).take(pa.array(rows)))

    def states(self, parts: Sequence[str]) -> NDArray[np.uint8]:
        """Return how far the figure of each part may be named; shape (n, n_parts).

        Never what is unknown, sensitive, or how many products are held; at need what is not there (zero, "no", a
        product that the account lacks); gladly the rest.
        """
        found = np.full((len(parts), self.rows.num_rows), _NEVER, dtype=np.uint8)
        for place, part in enumerate(parts):
            if part.startswith(HELD_TERM):
                np.add(self._holds(part), np.uint8(_AT_NEED), out=found[place])
            elif part != HELD_COUNT and not self.words.features[part].is_sensitive:
                found[place] = _state(_plain(_whole(self.rows.column(part))))
        return np.ascontiguousarray(found.T)

    def _holds(self, part: str) -> NDArray[np.bool_]:
        """Return who has the product of `part` or has ordered it, as the ranker counts; shape (n,)."""
        return self._listed(HELD, part) | self._listed(ORDERED, part)

    def _listed(self, name: str, part: str) -> NDArray[np.bool_]:
        """Return in whose list called `name` the product of `part` stands; shape (n,)."""
        listed, places = self._lists[name]
        of_product: NDArray[np.bool_] = listed[places.get(part.removeprefix(HELD_TERM), len(places))]
        return of_product

    @cached_property
    def _lists(self) -> dict[str, tuple[NDArray[np.bool_], dict[str | None, int]]]:
        """Return which products are held, and which on order, a row of n for each and an empty one; and their rows."""
        return {name: _listed(self.rows.column(name).combine_chunks()) for name in (HELD, ORDERED)}


def _whole(column: Any) -> Any:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _plain(array: Any) -> Any:
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _listed(lists: Any) -> tuple[NDArray[np.bool_], dict[str | None, int]]:
    coded = lists.flatten().dictionary_encode("encode")
    places = {product_id: place for place, product_id in enumerate(coded.dictionary.to_pylist())}
    listed = np.zeros((len(places) + 1, len(lists)), dtype=bool)
    listed[coded.indices.to_numpy(), pc.list_parent_indices(lists).to_numpy()] = True
    return listed, places


def _state(column: Any) -> NDArray[np.uint8]:
    states = np.where(_is_something(column), np.uint8(TELLS), np.uint8(_AT_NEED))
    if column.null_count:
        states[column.is_null().to_numpy(zero_copy_only=False)] = _NEVER
    return states


def _is_something(column: Any) -> NDArray[np.bool_]:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        # a null is NaN here, and so not 0
        return np.asarray(column.to_numpy(zero_copy_only=False) != 0)
    if pa.types.is_boolean(kind):
        return np.asarray(column.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)
    coded = column.dictionary_encode()
    is_something = np.array([*map(bool, coded.dictionary.to_pylist()), False])
    there: NDArray[np.bool_] = is_something[coded.indices.fill_null(len(coded.dictionary)).to_numpy()]
    return there
