"""What a ranker learns from, checked and as arrays."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from recommender.errors import DataError, NotEnoughDataError
from recommender.ranking.frames import as_frame, held_matrix, read_features, read_flags
from recommender.ranking.links import Link

__all__ = ["Examples", "in_canonical_order", "read_examples"]


@dataclass(frozen=True, eq=False)
class Examples:
    """Rows to learn from.

    Attributes
    ----------
    rows
        The features; n rows.
    features
        The names of those columns of `rows` that are features.
    y : array of shape (n, n_products)
        Which products were taken up.
    held : array of shape (n, n_held_products)
        Which were held; the first n_products columns are the products.
    weight : array of shape (n,)
        At least 0.
    account : array of shape (n,)
        Rows of the same number are of one account.
    """

    rows: pa.Table
    features: tuple[str, ...]
    y: NDArray[np.bool_]
    held: NDArray[np.bool_]
    weight: NDArray[np.float64]
    account: NDArray[np.int64]
    products: tuple[str, ...]
    held_products: tuple[str, ...]
    link: Link

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Which (row, product) pairs are examples: those not held; shape (n, n_products)."""
        return ~self.held[:, : len(self.products)]

    def take(self, index: NDArray[np.integer]) -> "Examples":
        """Return the rows at `index`."""
        rows = self.rows.take(pa.array(index))
        y, held, weight, account = (part[index] for part in (self.y, self.held, self.weight, self.account))
        return replace(self, rows=rows, y=y, held=held, weight=weight, account=account)


def read_examples(
    X: Any,  # noqa: N803
    y: Any,
    held: Any = None,
    sample_weight: Any = None,
    link: Link | Literal["auto"] = "auto",
) -> Examples:
    """Check what `fit` was given and return it as arrays.

    Rows of X with the same label in its index are of one account. Rows that weigh nothing are left out, and under
    "one_of" those that took up none of the products they lacked.

    Raises
    ------
    DataError
        If shapes, values or the order of rows do not go together.
    NotEnoughDataError
        If no row or no product is left.
    """
    frame = as_frame(X)
    taken = read_flags(y, "y", len(frame))
    _check_order(frame, y, "y")
    _check_order(frame, held, "held")
    products = tuple(taken.columns)
    held_products = products + _further(held, products, len(frame))
    examples = Examples(
        rows=read_features(frame),
        features=tuple(str(name) for name in frame.columns),
        y=taken.to_numpy(dtype=bool).reshape(len(frame), len(products)),
        held=held_matrix(held, held_products, len(frame)),
        weight=_weights(sample_weight, len(frame)),
        account=pd.factorize(frame.index)[0].astype(np.int64),
        products=products,
        held_products=held_products,
        link=_link(link, taken),
    )
    kept = np.flatnonzero(_is_example(examples))
    if not (len(kept) and products):
        raise NotEnoughDataError(
            "There is no example to learn from: no row with weight, or none that took up anything."
        )
    return examples if len(kept) == len(frame) else examples.take(kept)


def in_canonical_order(examples: Examples, bins: NDArray[np.int32]) -> tuple[Examples, NDArray[np.int32]]:
    """Sort the rows, and their bins of shape (n_columns, n), by content.

    Rows of equal content are interchangeable, so that nothing learnt depends on the order in which rows came.
    """
    parts = [np.ascontiguousarray(bins.T), examples.y, examples.held, examples.weight[:, np.newaxis]]
    content = np.hstack([np.ascontiguousarray(part).view(np.uint8).reshape(len(examples.y), -1) for part in parts])
    order = np.argsort(np.ascontiguousarray(content).view(f"V{content.shape[1]}").ravel(), kind="stable")
    return examples.take(order), np.ascontiguousarray(bins[:, order])


def _is_example(examples: Examples) -> NDArray[np.bool_]:
    weighs = examples.weight > 0
    if examples.link == "independent":
        return weighs
    return weighs & (examples.y & examples.is_open).any(axis=1)


def _further(held: Any, products: tuple[str, ...], n: int) -> tuple[str, ...]:
    if held is None:
        return ()
    return tuple(sorted(set(read_flags(held, "held", n).columns) - set(products)))


def _link(link: Link | Literal["auto"], y: pd.DataFrame) -> Link:
    if link not in ("auto", "independent", "one_of"):
        raise DataError(f"link must be 'auto', 'independent' or 'one_of', but {link!r} came.")
    if link != "auto":
        return link
    exactly_one = y.shape[1] > 1 and bool((y.to_numpy().sum(axis=1) == 1).all())
    return "one_of" if exactly_one else "independent"


def _weights(sample_weight: Any, n: int) -> NDArray[np.float64]:
    if sample_weight is None:
        return np.ones(n)
    weight = np.array(sample_weight, dtype=np.float64)
    if weight.shape != (n,) or not np.isfinite(weight).all() or (weight < 0).any():
        raise DataError(f"sample_weight must be {n} finite numbers of at least 0.")
    return weight


def _check_order(frame: pd.DataFrame, other: Any, name: str) -> None:
    """Refuse the same rows in another order: rows go together by position."""
    if not isinstance(other, pd.DataFrame) or frame.index.equals(other.index):
        return
    if len(frame) == len(other) and set(frame.index) == set(other.index) and frame.index.is_unique:
        raise DataError(f"The rows of {name} must stand in the order of X, but their index is in another.")
