"""The canonical tables of one operator, lazy, on the engine that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir

from recommender.config import Config
from recommender.errors import DataError
from recommender.schema import TABLES
from recommender.tables.attributes import narrowed
from recommender.tables.cut import cut_table
from recommender.tables.overview import overview, tables_html

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Tables"]


@dataclass(frozen=True)
class Tables:
    """Raw tables in canonical form, as Ibis expressions: nothing is read until something asks.

    Every column of the contract is there under its own name. Types: ids and text are strings (stripped of blanks; a
    blank one is null), lists of ids are arrays of strings, times are naive and in UTC, durations and volumes are int64,
    and money is int64 in minor units of the currency. An optional column that the source lacks is null; an optional
    table that it lacks is absent. `recorded_at` is filled from the event time where the source has none.

    Parameters
    ----------
    by_name
        The tables, by the names of the contract.
    config
        The settings they were read with.
    recorded
        The tables whose source says itself when each row was recorded.
    indicators
        Indicators of one's own (`recommender.Indicator`), see `with_indicators`.
    history
        The tables before any cut, and the moment of the cut; None where nothing was cut.
    of_text
        The attributes of accounts that the source has as text; a cut finds their types from the rows that it keeps.
    has_settings
        Whether somebody gave the settings; otherwise `config` has the defaults, which say nothing of an operator.
    """

    by_name: Mapping[str, ir.Table]
    config: Config
    recorded: frozenset[str] = frozenset()
    indicators: tuple[Any, ...] = ()
    history: tuple[Mapping[str, ir.Table], datetime] | None = None
    of_text: tuple[str, ...] = ()
    has_settings: bool = True

    @property
    def settings(self) -> Config | None:
        """The operator's settings; None where nobody gave any."""
        return self.config if self.has_settings else None

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", MappingProxyType(dict(self.by_name)))

    def __repr__(self) -> str:
        """Name the tables: their expressions would fill pages."""
        known = f", as known at {self.history[1]:%Y-%m-%d %H:%M} UTC" if self.history else ""
        return f"<Tables: {', '.join(self.by_name)}{known}>"

    def __getitem__(self, name: str) -> ir.Table:
        if name not in self.by_name:
            raise DataError(f"The table {name!r} is needed here, and the source has none.")
        return self.by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def with_indicators(self, *own: Any) -> "Tables":
        """Return the same tables, from which every snapshot also computes indicators of one's `own`.

        Whatever takes these tables (a snapshot, training, scoring, an evaluation) computes them, and a model trained on
        them asks for them again.

        Parameters
        ----------
        own
            Instances of `recommender.Indicator`, with names of their own.

        Examples
        --------
        >>> from recommender.usage import Indicator
        >>> def longest_call_minutes_90d(calls):
        ...     '''Minutes of the longest call in the last 90 days; null without calls.'''
        ...     return calls.table.seconds.max() / 60
        >>> own = Indicator(longest_call_minutes_90d, "minutes", "a longest call of {value} minutes", group="calls")
        >>> [indicator.name for indicator in Tables({}, Config()).with_indicators(own).indicators]
        ['longest_call_minutes_90d']
        """
        return replace(self, indicators=(*self.indicators, *own))

    def cut(self, as_of: datetime) -> "Tables":
        """Return the tables as they were known at `as_of`.

        Only rows recorded by then (inclusive) remain, and of rows with equal key the version recorded last; of a
        complaint all rows recorded last remain, should there be several. Where the source has no `recorded_at`, a row
        is known from the moment it happened, and a later moment in it (an end, a resolution, a payment) is unknown
        until it has passed. A cut of a cut is the earlier of the two: a version that a later one replaced is there
        again at the earlier moment.

        Parameters
        ----------
        as_of
            The moment of decision; a naive one is read in the time zone of the settings.
        """
        uncut, known_at = self.history or (self.by_name, self.config.moment(as_of))
        moment = min(self.config.moment(as_of), known_at)
        cut = {
            name: cut_table(table, TABLES[name], moment, is_recorded=name in self.recorded)
            for name, table in uncut.items()
        }
        if self.of_text:
            cut["accounts"] = narrowed(cut["accounts"], self.of_text)
        return replace(self, by_name=cut, history=(uncut, moment))

    def overview(self) -> "pd.DataFrame":
        """Count the rows of each table and say from when until when they are; this reads them.

        Returns
        -------
        pandas.DataFrame
            One row per table: table, rows, accounts (how many occur in it), first and last (moments in UTC, null where
            its rows have none) and states_recorded_at (whether the source says itself when a row was recorded).

        Raises
        ------
        DataError
            If the engine fails.
        """
        return overview(self)

    def _repr_html_(self) -> str:
        return tables_html(self)
