"""Holdings: orders, starts and ends, written as the versions in which they became known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.simulation import arrow
from recommender.simulation.timeline import DAY, NEVER

__all__ = ["Holdings", "holdings"]


@dataclass(frozen=True)
class Holdings:
    """Holdings, one row each; moments in seconds since 1970, `NEVER` where it did not come to that.

    `row` is the account's place in its block, `product` the place in the catalogue.
    """

    row: NDArray[np.int64]
    product: NDArray[np.int64]
    ordered: NDArray[np.int64]
    started: NDArray[np.int64]
    ended: NDArray[np.int64]


def holdings(
    rng: np.random.Generator,
    drawn: Sequence[Holdings],
    number: NDArray[np.int64],
    products: pa.StringArray,
    first: int,
    until: int,
) -> pa.Table:
    """Build the versions of the holdings that were recorded by `until`; some orders before `first` are lost."""
    row, product, ordered, started, ended = (
        np.concatenate([getattr(batch, name) for batch in drawn])
        for name in ("row", "product", "ordered", "started", "ended")
    )
    lost = (ordered < first) & (started == ordered) & (rng.random(len(row)) < 0.3)
    shown = np.where(lost, NEVER, ordered)
    never = np.full(len(row), NEVER)
    late = np.where(rng.random(len(row)) < 0.01, rng.integers(3600, 2 * DAY, len(row)), 0)
    versions = (
        (ordered, np.where(started == ordered, started, never), never),
        (np.where((started == ordered) | (started >= ended), never, started), started, never),
        (ended, np.where(started < ended, started, never), ended),
    )
    parts = [_version(at, late, number[row], product, (shown, begins, ends), products) for at, begins, ends in versions]
    return arrow.known(pa.concat_tables(parts), until)


def _version(
    at: NDArray[np.int64],
    late: NDArray[np.int64],
    account: NDArray[np.int64],
    product: NDArray[np.int64],
    moments: tuple[NDArray[np.int64], ...],
    products: pa.StringArray,
) -> pa.Table:
    real = at != NEVER
    ordered, started, ended = moments
    return pa.table(
        {
            "account_id": arrow.ids("A", account[real]),
            "product_id": arrow.coded(product[real], products),
            "started_at": arrow.times(started[real]),
            "ended_at": arrow.times(ended[real]),
            "ordered_at": arrow.times(ordered[real]),
            "recorded_at": arrow.times(at[real] + late[real]),
        }
    )
