"""Usage in cells: one grouped pass over the events, after which every indicator is a sum of a few cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Final

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.config import Windows
from recommender.usage.known import Known
from recommender.usage.ratio import ratio

__all__ = ["LONG", "SHORT", "Cells", "Dimension", "by_word", "fill"]

SHORT: Final = "short"
LONG: Final = "long"


@dataclass(frozen=True)
class Dimension:
    """One way to divide events: `code` numbers them by their place in `words`, everything else comes last."""

    name: str
    words: tuple[str, ...]
    code: ir.IntegerValue


def by_word(name: str, column: ir.StringValue, words: tuple[str, ...]) -> Dimension:
    """Divide events by the words of a text column."""
    return Dimension(name, words, column.cases(*((word, i) for i, word in enumerate(words)), else_=len(words)))


@dataclass(frozen=True)
class Cells:
    """Sums of usage per account and cell: what an indicator of a usage group receives.

    `table` holds account_id, one column per measure and one per dimension; every account that may be read has one row
    of nulls besides. `words` says which words a dimension knows.
    """

    table: ir.Table
    words: Mapping[str, tuple[str, ...]]
    windows: Windows
    minor_digits: int

    def total(self, measure: str, days: str = LONG, **within: str | tuple[str, ...]) -> ir.IntegerValue:
        """Sum `measure` over the window and the cells named, for example `band="night"`; 0 without usage."""
        kept = self._where(within)
        kept += [self.table.recent == 1] if days == SHORT else []
        where = reduce(and_, kept) if kept else None
        return self.table[measure].sum(where=where).coalesce(0).cast("int64")

    def only(self, **within: str | tuple[str, ...]) -> ir.Table:
        """Return the cells named, without the rows of nulls."""
        return self.table.filter(self.table.recent.notnull(), *self._where(within))

    def share(self, measure: str, days: str = LONG, **within: str | tuple[str, ...]) -> ir.FloatingValue:
        """Divide what lies in the cells named by everything in the window; null without usage."""
        return ratio(self.total(measure, days, **within), self.total(measure, days))

    def trend(self, measure: str, **within: str | tuple[str, ...]) -> ir.FloatingValue:
        """Divide the daily mean of the short window by that of the long one; null without usage in the long one."""
        recent = self.total(measure, SHORT, **within) * self.windows.long_days
        return ratio(recent, self.total(measure, LONG, **within) * self.windows.short_days)

    def mean(self, measure: str, per: str, days: str = LONG, **within: str | tuple[str, ...]) -> ir.FloatingValue:
        """Divide the sum of `measure` by that of `per`; null where there is none of it."""
        return ratio(self.total(measure, days, **within), self.total(per, days, **within))

    def money(self, measure: str, days: str = LONG, **within: str | tuple[str, ...]) -> ir.FloatingValue:
        """Sum a `measure` in minor units and return it in the currency; 0 without usage."""
        return self.total(measure, days, **within) / 10**self.minor_digits

    def _where(self, within: Mapping[str, str | tuple[str, ...]]) -> list[ir.BooleanValue]:
        return [self._is(name, words) for name, words in within.items()]

    def _is(self, name: str, words: str | tuple[str, ...]) -> ir.BooleanValue:
        wanted = (words,) if isinstance(words, str) else words
        return self.table[name].isin([self.words[name].index(word) for word in wanted])


def fill(
    known: Known, name: str, events: ir.Table, dimensions: tuple[Dimension, ...], measures: Mapping[str, ir.Value]
) -> Cells:
    """Sum `measures` of the `events` of usage table `name` per account and combination of `dimensions`.

    The codes are packed into one integer before the grouping and taken apart after it: grouping by one integer is
    much cheaper than by several columns.
    """
    packed, places = _packed(dimensions)
    narrow = events.select(schema.ACCOUNT, cell=packed, **measures)
    sums = {measure: narrow[measure].sum().cast("int64") for measure in measures}
    cells = narrow.group_by([schema.ACCOUNT, "cell"]).aggregate(**sums)
    return Cells(
        known.with_everyone(name, cells.select(schema.ACCOUNT, *measures, **_unpacked(cells.cell, places))),
        {dimension.name: dimension.words for dimension in dimensions},
        known.config.windows,
        known.config.minor_digits,
    )


def _packed(dimensions: tuple[Dimension, ...]) -> tuple[ir.IntegerValue, dict[str, tuple[int, int]]]:
    """Return the codes as bits of one integer, and where the bits of each begin and how many values they have."""
    packed: ir.IntegerValue = ibis.literal(0, type="int32")
    places: dict[str, tuple[int, int]] = {}
    first = 0
    for dimension in dimensions:
        bits = len(dimension.words).bit_length()
        packed = packed | (dimension.code.cast("int32") << first)
        places[dimension.name] = (first, 2**bits - 1)
        first += bits
    return packed.cast("int32"), places


def _unpacked(cell: ir.IntegerValue, places: Mapping[str, tuple[int, int]]) -> dict[str, ir.IntegerValue]:
    return {name: (cell >> first) & mask for name, (first, mask) in places.items()}
