"""Where the edges between bins lie, and which levels have a bin of their own."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.ranking.binning import Bins, CategoryBins, NumericBins, is_category, read_numbers, read_texts
from recommender.ranking.examples import Examples

__all__ = ["learn_bins"]


def learn_bins(examples: Examples, max_bins: int, max_levels: int, min_level_rows: int) -> tuple[Bins, ...]:
    """Return the bins of each feature that tells rows apart; the others are not read at all.

    Parameters
    ----------
    max_bins
        Of a number, missing values aside.
    max_levels, min_level_rows
        A category keeps the levels of most accounts (ties by name), of at least so many; the rest share the bin of
        unseen levels. An account counts once however many of its rows there are: else what one account alone says
        would stand in the model as soon as it was learnt from at enough cut-offs.
    """
    bins = (_bins(examples, feature, max_bins, max_levels, min_level_rows) for feature in examples.features)
    return tuple(b for b in bins if len(np.unique(b.find(examples.rows[b.feature]))) > 1)


def _bins(examples: Examples, feature: str, max_bins: int, max_levels: int, min_level_rows: int) -> Bins:
    column = examples.rows[feature]
    if is_category(column.type):
        accounts = _accounts_of(read_texts(column, feature), examples.account)
        return CategoryBins(feature, _levels(accounts, max_levels, min_level_rows))
    values = read_numbers(column, feature)
    return NumericBins(feature, _edges(values[~np.isnan(values)], max_bins))


def _levels(accounts: Mapping[str, int], most: int, fewest: int) -> tuple[str, ...]:
    counts = [(-count, level) for level, count in accounts.items() if count >= fewest]
    return tuple(sorted(level for _, level in sorted(counts)[:most]))


def _accounts_of(texts: "pa.Array[Any]", account: NDArray[np.int64]) -> dict[str, int]:
    """Return how many accounts say each text."""
    said = pa.table({"text": texts, "account": pa.array(account)})
    counted: Any = said.group_by("text").aggregate([("account", "count_distinct")])
    counts = zip(counted["text"].to_pylist(), counted["account_count_distinct"].to_pylist(), strict=True)
    return {text: count for text, count in counts if text is not None}


def _edges(values: NDArray[np.float64], max_bins: int) -> NDArray[np.float64]:
    """Cut between distinct values into bins of about equal numbers of rows, no value counting for more than a bin."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) > max_bins:
        rows = np.cumsum(np.minimum(counts, _rows_of_a_bin(counts, max_bins)))
        bin_of = np.ceil(rows / rows[-1] * max_bins - 1e-9)
        last_of_bin = np.flatnonzero(np.diff(bin_of) > 0)
    else:
        last_of_bin = np.arange(len(distinct) - 1)
    below, above = distinct[last_of_bin], distinct[np.minimum(last_of_bin + 1, len(distinct) - 1)]
    middle = below / 2 + above / 2
    edges = np.where((middle >= below) & (middle < above), middle, below)
    return edges[np.isfinite(edges)]


def _rows_of_a_bin(counts: NDArray[np.int64], max_bins: int) -> float:
    """Return how many rows a bin has where values of more rows fill a bin each and the rest share the others."""
    largest = np.sort(counts)[::-1][:max_bins]
    rest = counts.sum() - np.cumsum(largest) + largest
    share = rest / np.arange(max_bins, max_bins - len(largest), -1)
    return float(share[np.argmax(largest <= share)])
