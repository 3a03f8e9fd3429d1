"""What may be read: the tables as known at a moment, for the accounts asked for, under their consent."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.config import Config
from recommender.tables import Tables
from recommender.tables.casts import TYPES

__all__ = ["Known", "moment"]

_NEIGHBOURS = 4  # bits of a code: sixteen accounts


def moment(at: datetime) -> ir.TimestampScalar:
    """Return `at` as the naive UTC literal that canonical tables are compared with."""
    naive = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return ibis.literal(naive, type="timestamp(6)")


@dataclass(frozen=True)
class Known:
    """Tables already cut at `as_of`, the accounts to be described, and which of them let their usage be read.

    `accounts` and `consenting` hold one row per account; `accounts` has every column of its table. Where there are
    `codes` (account_id and code, of the consenting), usage carries the code as its account_id: to group millions of
    events by a whole number, in its order, costs a fraction of what text in no order does.
    """

    tables: Tables
    as_of: datetime
    accounts: ir.Table
    consenting: ir.Table
    codes: ir.Table | None = None

    @property
    def config(self) -> Config:
        """The settings of the tables."""
        return self.tables.config

    def ago(self, days: int) -> ir.TimestampScalar:
        """Return the moment `days` times 24 hours before `as_of`."""
        return moment(self.as_of - timedelta(days=days))

    def may_read(self, table: str) -> ir.Table:
        """Return the ids, or the codes, of the accounts whose rows of `table` may be read."""
        if table not in schema.USAGE_TABLES:
            return self.accounts.select(schema.ACCOUNT)
        if self.codes is None:
            return self.consenting.select(schema.ACCOUNT)
        return self.codes.select(**{schema.ACCOUNT: self.codes.code})

    def readable(self, table: str, rows: ir.Table) -> ir.Table:
        """Return those of `rows`, which come from `table`, that may be read, with the codes of their accounts."""
        if table not in schema.USAGE_TABLES or self.codes is None:
            # Not a semi join: where two parts of a query share one, sqlglot leaves PostgreSQL a join unknown to it.
            return rows.filter(rows[schema.ACCOUNT].isin(self.may_read(table)[schema.ACCOUNT]))
        coded = rows.inner_join(self.codes.rename({"coded": schema.ACCOUNT}), [(schema.ACCOUNT, "coded")])
        others = [name for name in rows.columns if name != schema.ACCOUNT]
        return coded.select(*others, **{schema.ACCOUNT: coded.code})

    def in_order(self, usage: ir.Table) -> ir.Table:
        """Put `usage` in the order of the codes, if there are any, but for neighbours.

        Sums over a few accounts by turns stay in the cache, and hardly any waits for the one before it.
        """
        return usage if self.codes is None else usage.order_by(usage[schema.ACCOUNT] >> _NEIGHBOURS)

    def with_empty(self, table: str) -> "Known":
        """Return the same with a stand-in for an absent `table`, from which types can be told but nothing read."""
        kinds = {column.name: TYPES[column.type] for column in schema.TABLES[table].columns}
        tables = {**self.tables.by_name, table: ibis.table(kinds, name=table)}
        return replace(self, tables=replace(self.tables, by_name=tables))

    def happened(self, table: str, column: str, days: int | None = None) -> ir.Table:
        """Return the rows of `table` that may be read, with `column` at most at `as_of` and in the last `days`."""
        rows = self.tables[table]
        inside = rows[column] <= moment(self.as_of)
        if days is not None:
            inside &= rows[column] > self.ago(days)
        return self.readable(table, rows.filter(inside))

    def with_everyone(self, table: str, rows: ir.Table) -> ir.Table:
        """Add to `rows`, which come from `table`, one row of nulls for each account whose rows may be read."""
        gaps = {name: ibis.null(kind) for name, kind in rows.schema().items() if name != schema.ACCOUNT}
        return rows.union(self.may_read(table).mutate(**gaps).select(rows.columns))
