"""Rows to learn from and to judge on: what was known at past moments, and what was taken up after them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender.errors import DataError
from recommender.labels import take_up
from recommender.schema import ACCOUNT, AS_OF, FACTS, HELD, ORDERED
from recommender.snapshots import build_snapshot
from recommender.tables import Tables

__all__ = ["Examples", "examples_at", "examples_of", "feature_frame", "held_frame", "stack"]


@dataclass(frozen=True, eq=False)
class Examples:
    """One row per account and cut-off; every frame has the same index 0, 1, ...

    `X` holds the features, shape (n, F). `y` (take-up in the horizon) and `held` are boolean, shape (n, P), with
    the product ids, sorted, as columns. `held` is true where the account has the product or has it on order at the
    cut-off: either way it is no candidate, and no example of an account that did not want it. `account_id` and
    `cut_off` have shape (n,).
    """

    X: pd.DataFrame
    y: pd.DataFrame
    held: pd.DataFrame
    account_id: "pd.Series[Any]"
    cut_off: "pd.Series[Any]"

    def __len__(self) -> int:
        return len(self.X)

    @property
    def products(self) -> tuple[str, ...]:
        """The product ids, sorted."""
        return tuple(self.y.columns)

    @property
    def cut_offs(self) -> tuple[datetime, ...]:
        """The moments, ascending; none where there is no history."""
        return tuple(sorted(self.cut_off.dropna().unique()))

    @cached_property
    def candidates(self) -> NDArray[np.bool_]:
        """Which pairs are ranked: neither held nor on order; shape (n, P)."""
        return ~self.held.to_numpy(dtype=bool)

    @cached_property
    def taken(self) -> NDArray[np.bool_]:
        """Which candidates were taken up; shape (n, P)."""
        return self.y.to_numpy(dtype=bool) & self.candidates

    def at(self, cut_offs: Collection[datetime]) -> "Examples":
        """Return the rows of `cut_offs`."""
        return self.where(self.cut_off.isin(list(cut_offs)).to_numpy(dtype=bool))

    def where(self, rows: NDArray[Any]) -> "Examples":
        """Return the rows that `rows` marks, or names by place."""
        return self._each(lambda part: part[rows] if rows.dtype == bool else part.iloc[rows])

    def _each(self, pick: Callable[[Any], Any]) -> "Examples":
        parts = (self.X, self.y, self.held, self.account_id, self.cut_off)
        return Examples(*(pick(part).reset_index(drop=True) for part in parts))


def examples_at(
    tables: Tables,
    cut_offs: Sequence[datetime],
    *,
    horizon_days: int,
    gap_days: int = 0,
    known_at: datetime | None = None,
    accounts: Sequence[str] | None = None,
) -> Examples:
    """Return what was known at each cut-off and what was taken up after it, one below the other.

    Parameters
    ----------
    tables
        As read, with all their history.
    cut_offs
        Past moments. The features of each use only rows recorded by then.
    horizon_days, gap_days
        The label window is `(cut_off + gap_days, cut_off + gap_days + horizon_days]`.
    known_at
        The labels, too, use only rows recorded by this moment: the moment at which the ranker is trained. Without
        it they use all rows.
    accounts
        Only these accounts; all of them without it.
    """
    later = tables if known_at is None else tables.cut(known_at)
    parts = [
        examples_of(build_snapshot(later, cut_off, accounts=accounts), take_up(later, cut_off, horizon_days, gap_days))
        for cut_off in cut_offs
    ]
    return stack(parts)


def examples_of(rows: pa.Table, taken: pa.Table) -> Examples:
    """Put snapshot rows and the take-ups after them side by side.

    Parameters
    ----------
    rows
        A snapshot.
    taken
        From `take_up`: account_id and one boolean column per product; it may hold more accounts.

    Raises
    ------
    DataError
        If an account of the snapshot has no row in `taken`.
    """
    products = sorted(set(taken.column_names) - {ACCOUNT})
    account_id = rows.column(ACCOUNT).to_pandas()
    place = pd.Index(taken.column(ACCOUNT).to_pandas()).get_indexer(pd.Index(account_id))
    if lost := int((place < 0).sum()):
        raise DataError(f"A label was needed for each of {len(account_id)} accounts, but {lost} have none.")
    y = taken.select(products).take(pa.array(place)).to_pandas()
    held = held_frame(rows, products)
    return Examples(feature_frame(rows), y, held, account_id, rows.column(AS_OF).to_pandas())


def feature_frame(rows: pa.Table) -> pd.DataFrame:
    """Return the features of snapshot rows as Arrow-backed columns, in which unknown stays apart from any value."""
    names = [name for name in rows.column_names if name not in {ACCOUNT, AS_OF, *FACTS}]
    return rows.select(names).to_pandas(types_mapper=pd.ArrowDtype)


def held_frame(rows: pa.Table, products: Sequence[str]) -> pd.DataFrame:
    """Return which of `products` the accounts of snapshot rows have or have on order; booleans, shape (n, P)."""
    held = np.zeros((rows.num_rows, len(products)), dtype=bool)
    for name in (HELD, ORDERED):
        lists = rows.column(name).combine_chunks()
        account = pc.list_parent_indices(lists).to_numpy()
        product = pd.Index(products).get_indexer(pd.Index(pc.list_flatten(lists).to_pandas()))
        held[account[product >= 0], product[product >= 0]] = True
    return pd.DataFrame(held, columns=list(products))


def stack(parts: Sequence[Examples]) -> Examples:
    """Return the rows of `parts`, which must not be empty, one below the other."""
    frames = zip(*((part.X, part.y, part.held, part.account_id, part.cut_off) for part in parts), strict=True)
    return Examples(*(pd.concat(list(same), ignore_index=True) for same in frames))
