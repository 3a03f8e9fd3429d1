"""The bins of one row or a few: all numbers at once, as a call per column costs more than the search in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.ranking.binning import Bins, NumericBins, find_places

__all__ = ["FewRows", "plan_few_rows"]

Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class FewRows:
    """How the features of rows with this schema are binned.

    Attributes
    ----------
    features, places
        The bins of each feature, and where its column stands in the schema.
    numbers : array of shape (n_numbers,)
        Which features are plain numbers, found all at once; `others` are found one by one.
    uppers : array of shape (n_numbers, most_edges)
        The edges of each, and infinity behind them.
    missing : array of shape (n_numbers,)
        The bin of a missing value.
    """

    schema: pa.Schema
    features: tuple[Bins, ...]
    places: tuple[int, ...]
    numbers: Index
    uppers: NDArray[np.float64]
    missing: NDArray[np.int32]

    @cached_property
    def others(self) -> list[int]:
        """Which features are not plain numbers."""
        return sorted(set(range(len(self.features))) - set(self.numbers.tolist()))

    @cached_property
    def number_places(self) -> list[int]:
        """Where the plain numbers stand in the schema."""
        return [self.places[i] for i in self.numbers.tolist()]

    def find(self, rows: pa.Table) -> NDArray[np.int32]:
        """Return the bin of each row in each feature; shape (n_features, n)."""
        found = np.empty((len(self.features), rows.num_rows), dtype=np.int32)
        if len(self.numbers):
            found[self.numbers] = self._find_numbers(rows)
        for i in self.others:
            found[i] = self.features[i].find(rows.column(self.places[i]))
        return found

    def _find_numbers(self, rows: pa.Table) -> NDArray[np.integer]:
        batches = rows.select(self.number_places).to_batches()
        batch = batches[0] if len(batches) == 1 else pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
        values = np.asarray(batch.to_tensor(null_to_nan=True), dtype=np.float64)
        below = (values[:, :, np.newaxis] > self.uppers).sum(axis=2)
        return np.where(np.isnan(values), self.missing, below).T


def plan_few_rows(schema: pa.Schema, features: Sequence[Bins]) -> FewRows:
    """Look up once what `FewRows.find` needs for rows of this schema.

    Raises
    ------
    FeatureError
        If a column is missing or stands twice.
    """
    places = find_places(schema, features)
    numbers = [i for i, bins in enumerate(features) if isinstance(bins, NumericBins) and _is_plain(schema, places[i])]
    edges = [bins.edges for i in numbers if isinstance(bins := features[i], NumericBins)]
    uppers = np.full((len(edges), max(map(len, edges), default=0)), np.inf)
    for upper, of_one in zip(uppers, edges, strict=True):
        upper[: len(of_one)] = of_one
    missing = np.array([features[i].missing for i in numbers], dtype=np.int32)
    return FewRows(schema, tuple(features), tuple(places), np.array(numbers, dtype=np.intp), uppers, missing)


def _is_plain(schema: pa.Schema, place: int) -> bool:
    kind = schema.field(place).type
    return bool(pa.types.is_float64(kind) or pa.types.is_int64(kind))
