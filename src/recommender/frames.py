"""Frames of other libraries as Arrow tables."""

import warnings
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from recommender.errors import DataError

__all__ = ["is_frame", "to_arrow"]


def is_frame(source: Any) -> bool:
    """Whether `source` is an Arrow table or hands itself on as one, as pandas and Polars frames do."""
    return isinstance(source, pa.Table) or (hasattr(source, "__arrow_c_stream__") and hasattr(source, "columns"))


def to_arrow(frame: Any, name: str = "frame") -> pa.Table:
    """Return `frame` as an Arrow table; an index of pandas is left behind, and a lazy frame is collected.

    `name` is what an error calls it.

    Raises
    ------
    DataError
        If it is none.
    """
    if isinstance(frame, pa.Table):
        return frame
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pyarrow asks pandas 3.1 for what pandas 4 will drop
        try:
            return _read(frame)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise DataError(
                f"{name}: a pandas, Arrow or Polars frame was needed, and this {type(frame).__name__} cannot be read "
                f"as one ({type(error).__name__}); a column may hold values of several types, or a name twice."
            ) from None


def _read(frame: Any) -> pa.Table:
    if hasattr(frame, "iloc"):  # pandas, which only a caller who has it hands in
        return pa.Table.from_pandas(frame, preserve_index=False)
    if isinstance(frame, Mapping):
        return pa.table(dict(frame))
    return pa.table(frame.collect() if hasattr(frame, "collect") else frame)
