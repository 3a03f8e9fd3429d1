"""The lists of a snapshot: engines collect them in any order, each in its own types, and here they become equal."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["sorted_lists"]


def sorted_lists(lists: Any, kind: pa.DataType) -> "pa.ListArray[Any]":
    """Return `lists` in the type `kind`, null ones as empty ones, the entries of each in order.

    Texts are ordered by their bytes, as no collation of an engine's is; structs by their fields, the first one first.

    Parameters
    ----------
    lists
        An Arrow array of lists of texts, or of structs of texts and times. A time may be a text in ISO 8601, in UTC.
    kind
        A list type.

    Examples
    --------
    >>> sorted_lists(pa.array([["b", "a"], None], pa.list_(pa.string())), pa.list_(pa.string())).to_pylist()
    [['a', 'b'], []]
    """
    entries = _typed(pc.list_flatten(lists), kind.field(0).type)
    order = np.lexsort([*_keys(entries), pc.list_parent_indices(lists).to_numpy()])
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    return pa.ListArray.from_arrays(offsets, entries.take(pa.array(order)), type=kind)


def _typed(values: Any, kind: Any) -> Any:
    if pa.types.is_struct(kind):
        columns = [_typed(column, one.type) for column, one in zip(values.flatten(), kind, strict=True)]
        return pa.StructArray.from_arrays(columns, fields=list(kind))
    if pa.types.is_timestamp(kind) and not pa.types.is_timestamp(values.type):
        return values.cast(pa.timestamp("us")).cast(kind)
    return values.cast(kind)


def _keys(entries: Any) -> list[NDArray[np.int64]]:
    """Return what `entries` are sorted by, the last key first, as numpy wants it."""
    columns = entries.flatten() if pa.types.is_struct(entries.type) else [entries]
    return [_key(column) for column in reversed(columns)]


def _key(column: Any) -> NDArray[np.int64]:
    """Return whole numbers in the order of the values, nulls last."""
    codes = column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else _places(column)
    key: NDArray[np.int64] = pc.fill_null(codes, np.iinfo(np.int64).max).to_numpy()
    return key


def _places(texts: Any) -> Any:
    coded = texts.dictionary_encode()
    places = np.empty(len(coded.dictionary), np.int64)
    places[pc.sort_indices(coded.dictionary).to_numpy()] = np.arange(len(places))
    return pa.array(places).take(coded.indices)
