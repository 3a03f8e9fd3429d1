"""Usage in cells: each event has one, and an indicator is a sum over some of them, all in one grouped pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add, mul
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

    def of(self, word: str) -> int:
        """Return what is under the mask in the cells of `word`."""
        return self.words.index(word) << self.first


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
        kept = {"recent": "recent", **within} if days == SHORT else within
        # Products are cheaper than sums under a condition, as an engine needs each factor once for all of them.
        factors = [ibis.ifelse(self._is_in(*one), 1, 0).cast("float64") for one in kept.items()]
        return reduce(mul, factors, self.table[measure]).sum().coalesce(0).cast("int64")

    def only(self, **within: str | tuple[str, ...]) -> ir.Table:
        """Return the events in the cells named, without the rows of nulls."""
        return self.table.filter(self.table.cell.notnull(), *(self._is_in(*one) for one in within.items()))

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

    def _is_in(self, dimension: str, words: str | tuple[str, ...]) -> ir.BooleanValue:
        """Tell whether an event lies in the cells of any of `words`."""
        bits = self.bits[dimension]
        code = self.table.cell & bits.mask
        return code == bits.of(words) if isinstance(words, str) else code.isin([bits.of(word) for word in words])


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
