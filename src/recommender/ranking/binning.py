"""From a column of an Arrow table to the bin of each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender.errors import FeatureError
from recommender.ranking.lookup import Grid, make_grid

__all__ = [
    "Bins",
    "CategoryBins",
    "NumericBins",
    "bin_features",
    "bin_held",
    "find_places",
    "is_category",
    "read_numbers",
    "read_texts",
]


_FEW_ROWS = 64


@dataclass(frozen=True, eq=False)
class NumericBins:
    """Bins of a number or a flag: up to and including each edge, above the last edge, and missing.

    `edges` are finite and rise strictly; shape (n_edges,).
    """

    feature: str
    edges: NDArray[np.float64]

    @property
    def size(self) -> int:
        """The number of bins; the last one is for missing values."""
        return len(self.edges) + 2

    @property
    def missing(self) -> int:
        """The bin of missing values."""
        return self.size - 1

    @cached_property
    def _uppers(self) -> NDArray[np.float64]:
        # NaN sorts after infinity, so that it finds the bin of missing values by itself
        return np.append(self.edges, np.inf)

    @cached_property
    def _grid(self) -> Grid | None:
        return make_grid(self.edges)

    def find(self, column: Any) -> NDArray[np.int32]:
        """Return the bin of each value; shape (n,)."""
        values = read_numbers(column, self.feature)
        if len(values) <= _FEW_ROWS or self._grid is None:
            return self._uppers.searchsorted(values, side="left").astype(np.int32)
        found = self._grid.find(values)
        np.putmask(found, np.isnan(values), self.missing)
        return found


@dataclass(frozen=True)
class CategoryBins:
    """Bins of a category: one per level, then one for missing values, then one for levels that have none."""

    feature: str
    levels: tuple[str, ...]

    @property
    def size(self) -> int:
        """The number of bins; the last but one is for missing values, the last for unseen levels."""
        return len(self.levels) + 2

    @property
    def missing(self) -> int:
        """The bin of missing values."""
        return len(self.levels)

    @cached_property
    def _level_set(self) -> "pa.Array[Any]":
        return pa.array(self.levels, pa.large_string())

    @cached_property
    def _positions(self) -> dict[str | None, int]:
        return {**{level: position for position, level in enumerate(self.levels)}, None: self.missing}

    def find(self, column: Any) -> NDArray[np.int32]:
        """Return the bin of each value; shape (n,)."""
        if len(column) <= _FEW_ROWS and _holds_text(column.type):
            unseen = self.size - 1
            return np.array([self._positions.get(text, unseen) for text in column.to_pylist()], dtype=np.int32)
        texts = read_texts(column, self.feature)
        position = pc.index_in(texts, value_set=self._level_set).fill_null(len(self.levels) + 1)
        found = np.array(position, dtype=np.int32)
        if texts.null_count:
            found[np.asarray(texts.is_null())] = self.missing
        return found


Bins = NumericBins | CategoryBins


def bin_features(rows: pa.Table, features: Sequence[Bins]) -> NDArray[np.int32]:
    """Return the bin of each row in each feature; shape (n_features, n).

    Raises
    ------
    FeatureError
        If a column is missing, stands twice or has another type.
    """
    found = np.empty((len(features), rows.num_rows), dtype=np.int32)
    for i, (bins, place) in enumerate(zip(features, find_places(rows.schema, features), strict=True)):
        found[i] = bins.find(rows.column(place))
    return found


def find_places(schema: pa.Schema, features: Sequence[Bins]) -> list[int]:
    """Return where the column of each feature stands.

    Raises
    ------
    FeatureError
        If a column is missing or stands twice.
    """
    places = [schema.get_field_index(bins.feature) for bins in features]
    if absent := [bins.feature for bins, place in zip(features, places, strict=True) if place < 0]:
        raise FeatureError(f"{len(absent)} features that the model reads are not there, or twice: {absent[:5]}.")
    return places


def bin_held(held: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return a column per product held, 0 or 1, and their number; shape (n_held_products + 1, n)."""
    found = np.empty((held.shape[1] + 1, len(held)), dtype=np.int32)
    found[:-1], found[-1] = held.T, held.sum(axis=1)
    return found


def is_category(kind: pa.DataType) -> bool:
    """Whether a column of this type is a category: text, or dictionary-encoded."""
    return _is_text(kind) or pa.types.is_dictionary(kind)


def read_numbers(column: Any, feature: str) -> NDArray[np.float64]:
    """Return the values of a numeric or boolean column, missing ones as NaN; shape (n,).

    Raises
    ------
    FeatureError
        If the column is neither.
    """
    values = _whole(column)
    if values.null_count == len(values):
        return np.full(len(values), np.nan)
    if not _is_number(values.type):
        raise FeatureError(f"The feature {feature!r} must be numeric or boolean, but it has the type {values.type}.")
    # a cast costs more than all the rest where there is one row; None becomes NaN
    if pa.types.is_boolean(values.type) and len(values) <= _FEW_ROWS:
        return np.array(values.to_pylist(), dtype=np.float64)
    if not (pa.types.is_float64(values.type) or (pa.types.is_integer(values.type) and not values.null_count)):
        values = values.cast(pa.float64(), safe=False)
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def read_texts(column: Any, feature: str) -> "pa.Array[Any]":
    """Return the values of a category as text.

    Raises
    ------
    FeatureError
        If the column is neither text nor dictionary-encoded.
    """
    values = _whole(column)
    if values.null_count == len(values):
        return pa.nulls(len(values), pa.large_string())
    if not is_category(column.type):
        raise FeatureError(f"The feature {feature!r} must be text or a category, but it has the type {column.type}.")
    texts: pa.Array[Any] = values.cast(pa.large_string())
    return texts


def _whole(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _is_number(kind: pa.DataType) -> bool:
    is_any = (
        pa.types.is_floating,
        pa.types.is_integer,
        pa.types.is_boolean,
        pa.types.is_decimal,
        pa.types.is_null,
    )
    return any(check(kind) for check in is_any)


def _holds_text(kind: Any) -> bool:
    return _is_text(kind.value_type if pa.types.is_dictionary(kind) else kind)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
