"""How often groups of accounts are offered something, before and after the policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recommender.config import Config, settings_in
from recommender.errors import DataError
from recommender.frames import is_frame, to_arrow
from recommender.report.run import Outcome
from recommender.schema import ACCOUNT

__all__ = ["FEWEST", "Group", "Rate", "group_rates", "read_groups"]

FEWEST: Final = 30
_MOST_LEVELS: Final = 12
_UNKNOWN: Final = "unknown"
_WITHIN: Final = (0.8, 1.25)
_Z: Final = 1.96


@dataclass(frozen=True)
class Rate:
    """The mean of a figure over a group, and its ratio to that over all other accounts, with its 95 % interval."""

    value: float
    ratio: float
    low: float
    high: float

    @property
    def is_apart(self) -> bool:
        """Whether the ratio lies outside 0.8 to 1.25; one that is unknown does not."""
        return self.ratio < _WITHIN[0] or self.ratio > _WITHIN[1]


@dataclass(frozen=True)
class Group:
    """The accounts of one group, and how they fare.

    `fits` is the share of the products that an account could take which fit it, over the accounts scored: what the
    ranker says, before the policy. `passes` is the share which fit and which no rule forbids, over all accounts:
    after it. `offered` is the share of all accounts that are offered something.
    """

    name: str
    accounts: int
    fits: Rate
    passes: Rate
    offered: Rate

    @property
    def is_apart(self) -> bool:
        """Whether a ratio lies outside 0.8 to 1.25, and the group is large enough to say so."""
        return self.accounts >= FEWEST and any(rate.is_apart for rate in (self.fits, self.passes, self.offered))


def read_groups(source: Any, by: Sequence[str], outcome: Outcome, config: Config) -> dict[str, list[str]]:
    """Return the group of each account of the run, for each column in `by`.

    Parameters
    ----------
    source
        A snapshot (a file or a frame with account_id and the columns), or raw tables, of which the accounts are read.
    by
        The columns; a number with many values is cut at its quartiles.

    Raises
    ------
    DataError
        If a column is not there, or is text with more than 12 values.
    """
    columns = _columns(source, config)
    if absent := [name for name in by if columns.schema.get_field_index(name) < 0]:
        known = sorted(set(columns.column_names) - {ACCOUNT})
        raise DataError(f"groups: there is no column {absent}; there are {known[:20]}.")
    place = pc.index_in(
        outcome.account_id.cast(pa.string()), columns.column(ACCOUNT).cast(pa.string()).combine_chunks()
    )
    return {name: _levels(columns.column(name).take(place), name) for name in by}


def group_rates(levels: Sequence[str], outcome: Outcome) -> list[Group]:
    """Return the rates of each group, the largest first."""
    found = np.array(levels)
    names, counts = np.unique(found, return_counts=True)
    order = np.lexsort((names, -counts))
    return [_group(str(names[i]), found == names[i], outcome) for i in order]


def _group(name: str, inside: NDArray[np.bool_], outcome: Outcome) -> Group:
    fits, passes = (_shares(part, outcome.could) for part in (outcome.fitting, outcome.passing))
    return Group(
        name=name,
        accounts=int(inside.sum()),
        fits=_rate(np.where(outcome.is_scored, fits, np.nan), inside),
        passes=_rate(passes, inside),
        offered=_rate((outcome.offers > 0).astype(np.float64), inside),
    )


def _shares(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of each account; not a number where there is nothing to have a share of."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def _rate(values: NDArray[np.float64], inside: NDArray[np.bool_]) -> Rate:
    is_known = ~np.isnan(values)
    own, others = values[inside & is_known], values[~inside & is_known]
    means = [float(part.mean()) if len(part) else float("nan") for part in (own, others)]
    ratio = means[0] / means[1] if means[1] else float("nan")
    reach = _Z * _spread(own, others)
    return Rate(means[0], ratio, ratio * float(np.exp(-reach)), ratio * float(np.exp(reach)))


def _spread(*parts: NDArray[np.float64]) -> float:
    """Return the standard error of the log of a ratio of two means; of two shares it is that of Katz et al. (1978)."""
    if any(len(part) == 0 or part.mean() == 0 for part in parts):
        return float("nan")
    return float(np.sqrt(sum(part.var() / (len(part) * part.mean() ** 2) for part in parts)))


def _columns(source: Any, config: Config) -> pa.Table:
    if is_frame(source):
        return to_arrow(source)
    if isinstance(source, str | Path) and Path(source).suffix == ".parquet" and Path(source).is_file():
        return pq.read_table(source)
    room = import_module("recommender.tables")  # only raw tables need an engine
    tables = room.read_tables(source, settings_in(source) or config, check=False)
    read: pa.Table = room.fetch(tables["accounts"], "accounts")
    return read


def _levels(column: Any, name: str) -> list[str]:
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_boolean(values.type):
        return ["unknown" if v is None else "yes" if v else "no" for v in values.to_pylist()]
    few = pc.count_distinct(values).as_py() <= _MOST_LEVELS
    if (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)) and not few:
        return _quartiles(np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False)))
    if not few:
        raise DataError(f"groups: {name!r} has more than {_MOST_LEVELS} values; a column with fewer was needed.")
    return [_UNKNOWN if v is None else str(v) for v in values.to_pylist()]


def _quartiles(values: NDArray[np.float64]) -> list[str]:
    edges = np.unique(np.nanquantile(values, [0, 0.25, 0.5, 0.75, 1]))
    names = [f"{low:,.4g} to {high:,.4g}" for low, high in pairwise(edges)]
    place = np.clip(np.searchsorted(edges, values, side="left") - 1, 0, len(names) - 1)
    return [_UNKNOWN if np.isnan(v) else names[i] for v, i in zip(values, place, strict=True)]
