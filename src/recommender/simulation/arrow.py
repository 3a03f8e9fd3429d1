"""From numpy to Arrow columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.simulation.timeline import NEVER

__all__ = ["coded", "ids", "known", "money", "order", "times", "words"]


def ids(prefix: str, numbers: NDArray[np.int64], digits: int = 7) -> pa.StringArray:
    """Return ids such as A0001234.

    Examples
    --------
    >>> ids("A", np.array([1234])).to_pylist()
    ['A0001234']
    """
    return pa.array([f"{prefix}{number:0{digits}d}" for number in numbers.tolist()], pa.string())


def coded(codes: NDArray[np.integer], values: pa.StringArray) -> "pa.DictionaryArray[Any, Any]":
    """Return the values that `codes` stand for, without spelling them out."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), values)


def words(
    codes: NDArray[np.integer], values: Sequence[str], *, null: NDArray[np.bool_] | None = None
) -> "pa.DictionaryArray[Any, Any]":
    """Return the words that `codes` stand for, null where `null` says so.

    Examples
    --------
    >>> words(np.array([1, 0]), ("in", "out"), null=np.array([False, True])).to_pylist()
    ['out', None]
    """
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=null), pa.array(values, pa.string()))


def times(seconds: NDArray[np.int64]) -> "pa.Array[Any]":
    """Return moments from seconds since 1970 UTC; `NEVER` becomes null."""
    never = seconds == NEVER
    return pa.array(np.where(never, 0, seconds) * 1_000_000, pa.timestamp("us", "UTC"), mask=never)


def money(cents: NDArray[np.int64]) -> "pa.Array[Any]":
    """Return decimals with two places from whole cents, 0 or more.

    Examples
    --------
    >>> money(np.array([1999])).to_pylist()
    [Decimal('19.99')]
    """
    halves = np.zeros((len(cents), 2), np.int64)
    halves[:, 0] = cents
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(cents), [None, pa.py_buffer(halves.tobytes())])


def known(table: pa.Table, until: int) -> pa.Table:
    """Keep the rows recorded by `until`, sorted by account and moment of recording."""
    recorded = table["recorded_at"].cast(pa.int64()).to_numpy()
    kept = table.filter(pa.array(recorded <= until * 1_000_000))
    return kept.sort_by([("account_id", "ascending"), ("recorded_at", "ascending")])


def order(row: NDArray[np.int64], moment: NDArray[np.int64], kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the positions of the rows kept, by `row` and then by moment (seconds below 2 ** 40)."""
    positions = np.flatnonzero(kept)
    return positions[np.argsort((row[positions] << 40) + moment[positions], kind="stable")]
