"""Usage in cells: each event has one, and an indicator is a sum over some of them, all in one grouped pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add, and_, or_
from typing import Final

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.config import Windows
from recommender.usage.known import Known
from recommender.usage.ratio import ratio

__all__ = ["LONG", "SHORT", "Bits", "Cells", "Dimension", "by_word", "fill"]

SHORT: Final = "short"
LONG: Final = "long"


@dataclass(frozen=True)
class Dimension:
    """One way to divide events: `code` numbers them by their place in `words`, everything else comes last."""

    name: str
    words: tuple[str, ...]
    code: ir.IntegerValue


@dataclass(frozen=True)
class Bits:
    """Where in a cell the code of a dimension stands: `width` bits from `first` on."""

    words: tuple[str, ...]
    first: int
    width: int

    @property
    def mask(self) -> int:
        """The bits of the dimension."""
        return ((1 << self.width) - 1) << self.first

    def of(self, word: str) -> tuple[int, int]:
        """Return the mask, and what is under it in the cells of `word`."""
        return self.mask, self.words.index(word) << self.first


def by_word(name: str, column: ir.StringValue, words: tuple[str, ...]) -> Dimension:
    """Divide events by the words of a text column."""
    return Dimension(name, words, column.cases(*((word, i) for i, word in enumerate(words)), else_=len(words)))


@dataclass(frozen=True)
class Cells:
    """Usage in cells, one row per event: what an indicator of a usage group receives.

    `table` holds account_id, `cell` (the cell that the event lies in, as bits of one integer; see `bits`) and one
    column per measure, as float64, in which sums of whole numbers are exact up to 2**53, in any order and on every
    engine. Every account that may be read has one row of nulls besides.
    """

    table: ir.Table
    bits: Mapping[str, Bits]
    windows: Windows
    minor_digits: int

    def total(self, measure: str, days: str = LONG, **within: str | tuple[str, ...]) -> ir.IntegerValue:
        """Sum `measure` over the window and the cells named, for example `band="night"`; 0 without usage."""
        kept = {**within, "recent": "recent"} if days == SHORT else within
        amount = self.table[measure]
        # A sum of zeros is cheaper than a sum under a filter, and a sum of floats than one of integers.
        counted = ibis.ifelse(self._where(kept), amount, 0.0) if kept else amount
        return counted.sum().coalesce(0).cast("int64")

    def only(self, **within: str | tuple[str, ...]) -> ir.Table:
        """Return the events in the cells named, without the rows of nulls."""
        return self.table.filter(self.table.cell.notnull(), *([self._where(within)] if within else []))

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

    def _where(self, within: Mapping[str, str | tuple[str, ...]]) -> ir.BooleanValue:
        """Tell whether an event lies in the cells named; bits that have to be equal are compared all at once."""
        single = [self.bits[name].of(words) for name, words in within.items() if isinstance(words, str)]
        mask, value = (reduce(or_, side, 0) for side in zip(*single, strict=True)) if single else (0, 0)
        tests = [(self.table.cell & mask) == value] if single else []
        tests += [self._any(self.bits[name], words) for name, words in within.items() if not isinstance(words, str)]
        return reduce(and_, tests)

    def _any(self, bits: Bits, words: tuple[str, ...]) -> ir.BooleanValue:
        return (self.table.cell & bits.mask).isin([bits.of(word)[1] for word in words])


def fill(
    known: Known, name: str, events: ir.Table, dimensions: tuple[Dimension, ...], measures: Mapping[str, ir.Value]
) -> Cells:
    """Give each of the `events` of usage table `name` its cell, the combination of `dimensions`, and its `measures`."""
    packed, bits = _packed(dimensions)
    usage = known.in_order(known.with_everyone(name, events.select(schema.ACCOUNT, cell=packed, **measures)))
    amounts = {measure: usage[measure].cast("float64") for measure in measures}
    return Cells(usage.mutate(**amounts), bits, known.config.windows, known.config.minor_digits)


def _packed(dimensions: tuple[Dimension, ...]) -> tuple[ir.IntegerValue, dict[str, Bits]]:
    """Return the codes as bits of one integer, and where the bits of each are."""
    codes: list[ir.IntegerValue] = []
    bits: dict[str, Bits] = {}
    first = 0
    for dimension in dimensions:
        width = len(dimension.words).bit_length()
        codes.append(dimension.code.cast("int32") * 2**first)
        bits[dimension.name] = Bits(dimension.words, first, width)
        first += width
    return reduce(add, codes).cast("int32"), bits
