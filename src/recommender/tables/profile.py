"""What has to be known of a raw table before it can be cast: the period of its naive times, the types of its texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir

from recommender.config import Config
from recommender.tables.casts import naive
from recommender.tables.clock import utc_time
from recommender.tables.engine import fetch

__all__ = ["Profile", "profile"]

_MARGIN = timedelta(days=2)
_FIRST, _LAST = datetime(1900, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 (naive times are bounded by naive ones)
# More digits than a float holds are no number but an id.
_WHOLE, _NUMBER = r"^(0|-?[1-9][0-9]{0,14})$", r"^-?[0-9]{1,15}(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_LEADING_ZERO = r"^-?0[0-9]"


@dataclass(frozen=True)
class Profile:
    """The time zone and period of the naive times (None: there are none), and the type of each text attribute."""

    zone: ZoneInfo | None = None
    period: tuple[datetime, datetime] = (_FIRST, _LAST)
    attributes: Mapping[str, str] = field(default_factory=dict)

    def to_utc(self, column: Any) -> ir.Value:
        """Return naive times in UTC; without a zone there are none to convert."""
        return column if self.zone is None else utc_time(column, self.zone, *self.period)


def profile(table: ir.Table, times: list[str], attributes: list[str], config: Config, what: str) -> Profile:
    """Read what is needed of `table` in one pass, and nothing where nothing is.

    Parameters
    ----------
    table
        A raw table.
    times
        Its time columns that hold naive times, or text.
    attributes
        Its columns of text whose types are to be found.
    config
        Names the time zone.
    what
        The name of the table, for an error.

    Raises
    ------
    ConfigError
        If there are naive times and no time zone is named.
    """
    asked = _periods(table, times) | _counts(table, attributes)
    if not asked:
        return Profile()
    row = fetch(table.aggregate(**asked), what).to_pylist()[0]
    bounds = [row[name] for i in range(len(times)) for name in (f"from_{i}", f"to_{i}") if row[name] is not None]
    types = {name: _type_of(row, i) for i, name in enumerate(attributes)}
    if not bounds:
        return Profile(attributes=types)
    return Profile(config.zone, (_bounded(min(bounds)) - _MARGIN, _bounded(max(bounds)) + _MARGIN), types)


def _bounded(at: datetime) -> datetime:
    return min(max(at, _FIRST), _LAST).replace(tzinfo=UTC)


def _periods(table: ir.Table, times: list[str]) -> dict[str, ir.Value]:
    columns = [naive(table[name]) for name in times]
    return {f"from_{i}": column.min() for i, column in enumerate(columns)} | {
        f"to_{i}": column.max() for i, column in enumerate(columns)
    }


def _counts(table: ir.Table, attributes: list[str]) -> dict[str, ir.Value]:
    counts: dict[str, ir.Value] = {}
    for i, name in enumerate(attributes):
        text: Any = table[name].strip().nullif("")
        counts[f"filled_{i}"] = text.count()
        counts[f"flags_{i}"] = text.lower().isin(("true", "false")).sum()
        counts[f"wholes_{i}"] = text.re_search(_WHOLE).sum()
        counts[f"numbers_{i}"] = (text.re_search(_NUMBER) & ~text.re_search(_LEADING_ZERO)).sum()
    return counts


def _type_of(row: Mapping[str, int], i: int) -> str:
    """Return the narrowest type that every value fits; text where there is none."""
    kinds = {"boolean": f"flags_{i}", "int64": f"wholes_{i}", "float64": f"numbers_{i}"}
    filled = row[f"filled_{i}"]
    return next((kind for kind, count in kinds.items() if filled and row[count] == filled), "string")
