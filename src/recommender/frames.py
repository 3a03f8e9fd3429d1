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


def to_arrow(frame: Any) -> pa.Table:
    """Return `frame` as an Arrow table, without an index.

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
            return pa.table(dict(frame) if isinstance(frame, Mapping) else frame)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise DataError(
                f"A frame cannot be read ({type(error).__name__}): a column holds values of several types, or a name "
                "stands twice."
            ) from None
