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

__all__ = ["FEWEST", "Group", "group_rates", "read_groups"]

FEWEST: Final = 30
_MOST_LEVELS: Final = 12
_UNKNOWN: Final = "unknown"
_WITHIN: Final = (0.8, 1.25)
_Z: Final = 1.96


@dataclass(frozen=True)
class Group:
    """The accounts of one group, and how many of them got how far.

    `before` is the share of those scored whom some product fits, `after` the share of all who are offered one. The
    ratios are to the same share of all other accounts, `ratio_after` with its 95 % interval.
    """

    name: str
    accounts: int
    before: float
    after: float
    ratio_before: float
    ratio_after: float
    low: float
    high: float

    @property
    def is_apart(self) -> bool:
        """Whether a ratio lies outside 0.8 to 1.25, and the group is large enough to say so."""
        ratios = (self.ratio_before, self.ratio_after)
        return self.accounts >= FEWEST and any(not _WITHIN[0] <= r <= _WITHIN[1] for r in ratios if not np.isnan(r))


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
    offered = outcome.offers > 0
    before = [_share(outcome.fits, part & outcome.is_scored) for part in (inside, ~inside)]
    after = [_share(offered, part) for part in (inside, ~inside)]
    ratio = _ratio(*after)
    spread = _spread(offered, inside)
    return Group(
        name=name,
        accounts=int(inside.sum()),
        before=before[0],
        after=after[0],
        ratio_before=_ratio(*before),
        ratio_after=ratio,
        low=ratio * float(np.exp(-_Z * spread)),
        high=ratio * float(np.exp(_Z * spread)),
    )


def _share(marked: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(marked[among].mean()) if among.any() else float("nan")


def _ratio(one: float, other: float) -> float:
    return one / other if other else float("nan")


def _spread(marked: NDArray[np.bool_], inside: NDArray[np.bool_]) -> float:
    """Return the standard error of the log of a ratio of two shares (Katz et al., 1978)."""
    parts = [(int((marked & part).sum()), int(part.sum())) for part in (inside, ~inside)]
    if any(hits == 0 or n == 0 for hits, n in parts):
        return float("nan")
    return float(np.sqrt(sum(1 / hits - 1 / n for hits, n in parts)))


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
