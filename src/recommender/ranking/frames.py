"""From pandas frames to Arrow columns and arrays, and back."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from recommender.errors import DataError, FeatureError

__all__ = ["Scores", "as_frame", "held_matrix", "names_of", "predict", "read_features", "read_flags"]


class Scores(Protocol):
    """A compiled ranker."""

    @property
    def held_products(self) -> tuple[str, ...]:
        """The columns of `held`."""

    def propensities(self, rows: pa.Table, held: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the propensities; shape (n, n_products)."""


def as_frame(values: Any) -> pd.DataFrame:
    """Return a frame of `values`; the columns of an array are called x0, x1, ..."""
    if isinstance(values, pd.DataFrame):
        return values
    array = np.asarray(values)
    if array.ndim != 2:
        raise FeatureError(f"A frame or a two-dimensional array was needed, but it has {array.ndim} dimensions.")
    return pd.DataFrame(array, columns=[f"x{i}" for i in range(array.shape[1])])


def read_features(X: pd.DataFrame) -> pa.Table:  # noqa: N803  scikit-learn's own name
    """Return the columns as Arrow: numbers, flags, text or dictionary-encoded text; NaN is missing.

    Raises
    ------
    FeatureError
        If a name stands twice or a column is neither numeric, boolean nor a category.
    """
    names = [str(name) for name in X.columns]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise FeatureError(f"A feature may stand once, but these stand more often: {twice[:5]}.")
    columns = [_arrow(X.iloc[:, i], name) for i, name in enumerate(names)]
    # without a column a table forgets how many rows it has
    spare = pa.nulls(len(X))
    return pa.table([*columns, spare], names=[*names, _spare_name(names)])


def read_flags(frame: Any, name: str, n: int) -> pd.DataFrame:
    """Return a frame of n rows as plain booleans with text column names.

    Raises
    ------
    DataError
        If it has another number of rows, a value that is neither true nor false, or a column twice.
    """
    frame = frame if isinstance(frame, pd.DataFrame) else _of_array(frame)
    if len(frame) != n:
        raise DataError(f"{name} must have one row per row of X ({n}), but it has {len(frame)}.")
    if not frame.columns.is_unique:
        raise DataError(f"{name} has a product twice.")
    flags = [_flag(frame.iloc[:, i], name) for i in range(frame.shape[1])]
    values = np.column_stack(flags) if flags else np.empty((n, 0), dtype=bool)
    return pd.DataFrame(values, index=frame.index, columns=[str(product) for product in frame.columns])


def held_matrix(held: pd.DataFrame | None, products: Sequence[str], n: int) -> NDArray[np.bool_]:
    """Return which row holds which of `products`, those that `held` lacks not; shape (n, n_products)."""
    if held is None:
        return np.zeros((n, len(products)), dtype=bool)
    return np.ascontiguousarray(
        read_flags(held, "held", n).reindex(columns=list(products), fill_value=False).to_numpy(dtype=bool)
    )


def names_of(X: Any) -> NDArray[Any]:  # noqa: N803
    """Return the names of the features, as scikit-learn keeps them; shape (n_features,)."""
    return np.array(as_frame(X).columns, dtype=object)


def predict(model: Scores, X: Any, held: Any, columns: pd.Index) -> pd.DataFrame:  # noqa: N803
    """Return the propensities of a frame, with its index, under the names `columns`."""
    frame = as_frame(X)
    holds = held_matrix(held, model.held_products, len(frame))
    return pd.DataFrame(model.propensities(read_features(frame), holds), index=frame.index, columns=columns)


def _of_array(values: Any) -> pd.DataFrame:
    array = np.asarray(values)
    return pd.DataFrame(array.reshape(len(array), -1) if array.ndim else array.reshape(0, 0))


def _arrow(column: "pd.Series[Any]", name: str) -> Any:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _category(column.cat)
    if isinstance(column.dtype, pd.SparseDtype):
        column = pd.Series(np.asarray(column))
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return _mixed(column, name)


def _category(category: Any) -> "pa.Array[Any]":
    codes = category.codes.to_numpy()
    levels = pa.array([str(level) for level in category.categories], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), levels)


def _mixed(column: "pd.Series[Any]", name: str) -> "pa.Array[Any]":
    if column.dtype != object:
        raise FeatureError(f"The feature {name!r} must be numeric, boolean or a category, but it is {column.dtype}.")
    return pa.array([None if pd.isna(value) else str(value) for value in column], pa.string())


def _flag(column: "pd.Series[Any]", name: str) -> NDArray[np.bool_]:
    if column.dtype == bool:
        return column.to_numpy()
    values = column.to_numpy(dtype=object)
    flags = np.array([value == 1 for value in values], dtype=bool) if not column.isna().any() else None
    if flags is None or not all(flag or value == 0 for flag, value in zip(flags, values, strict=True)):
        raise DataError(f"{name} must be true or false throughout, but {column.name!r} holds something else.")
    return flags


def _spare_name(names: Sequence[str]) -> str:
    return max(names, key=len, default="") + "_"
