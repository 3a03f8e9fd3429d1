"""Small tables row by row: what an indicator of a group other than usage receives."""

from dataclasses import dataclass

from ibis.expr import types as ir

from recommender.usage.cells import SHORT
from recommender.usage.clock import days_between
from recommender.usage.known import Known

__all__ = ["Rows", "rows"]


@dataclass(frozen=True)
class Rows:
    """The rows of one table that had happened by `as_of`; every account has one row of nulls besides.

    `is_there` is null in such a row and true in every other.
    """

    table: ir.Table
    known: Known

    def count(self, where: ir.BooleanValue | None = None) -> ir.IntegerValue:
        """Count the rows for which `where` is true; 0 without any."""
        kept = self.table.is_there if where is None else self.table.is_there & where
        return self.table.count(where=kept).coalesce(0).cast("int64")

    def within(self, at: ir.TimestampValue, days: str) -> ir.BooleanValue:
        """Tell whether `at` lies in the short or the long window."""
        windows = self.known.config.windows
        return at > self.known.ago(windows.short_days if days == SHORT else windows.long_days)

    def days_since(self, at: ir.TimestampValue) -> ir.IntegerValue:
        """Return the whole days, of 24 hours, from `at` to `as_of`."""
        return days_between(self.known, at)

    def money(self, amount: ir.IntegerValue) -> ir.FloatingValue:
        """Return minor units in the currency."""
        return amount.cast("float64") / 10**self.known.config.minor_digits


def rows(known: Known, name: str, happened: ir.Table) -> Rows:
    """Take the rows of table `name` that had `happened`, and one of nulls for each account that may be read."""
    return Rows(known.with_everyone(name, happened.mutate(is_there=True)), known)
