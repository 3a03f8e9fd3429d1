"""What was known at a moment: rows recorded by then, in the version recorded last."""

from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir

from recommender.schema import RECORDED_AT, TableContract

__all__ = ["cut_table", "key_columns"]


def cut_table(table: ir.Table, contract: TableContract, as_of: datetime, *, is_recorded: bool) -> ir.Table:
    """Return the rows of a canonical table as they were known at `as_of`, in the version recorded last.

    `is_recorded` tells that the source itself says when each row was recorded. Where it does not, the row became
    known when it happened, and what it foresees after `as_of` is null again.
    """
    if RECORDED_AT not in table.columns:
        return table
    moment = ibis.literal(as_of.astimezone(UTC).replace(tzinfo=None))
    known = table.filter(table[RECORDED_AT].isnull() | (table[RECORDED_AT] <= moment))
    known = known if is_recorded else _without_foresight(known, contract, moment)
    return _newest(known, contract, is_recorded=is_recorded) if contract.key else known


def key_columns(table: ir.Table, contract: TableContract) -> dict[str, ir.Value]:
    """Return what identifies a row, by name; `a|b` in a key is the first of the two that is not null."""
    return {part: ibis.coalesce(*(table[name] for name in part.split("|"))) for part in contract.key}


def _without_foresight(table: ir.Table, contract: TableContract, moment: ir.TimestampValue) -> ir.Table:
    unknown = {name: table[name] > moment for name in contract.foreseen}
    hidden = {name: ibis.ifelse(later, ibis.null(table[name].type()), table[name]) for name, later in unknown.items()}
    if contract.resolves and unknown:
        status = table[contract.resolves]
        hidden[contract.resolves] = ibis.ifelse(ibis.or_(*unknown.values()), ibis.null(status.type()), status)
    return table.mutate(**hidden) if hidden else table


def _newest(table: ir.Table, contract: TableContract, *, is_recorded: bool) -> ir.Table:
    """Keep one row per key, or all of those recorded last where twins count."""
    if contract.keeps_twins and not is_recorded:
        return table
    key = list(key_columns(table, contract).values())
    recorded = table[RECORDED_AT]
    if contract.keeps_twins:
        newest = recorded.max().over(group_by=key)
        return table.mutate(newest_=newest).filter(ibis._.newest_.identical_to(ibis._[RECORDED_AT])).drop("newest_")
    order = [recorded.desc(nulls_first=False), *_tie_break(table)]
    place = ibis.row_number().over(group_by=key, order_by=order)
    return table.mutate(place_=place).filter(ibis._.place_ == 0).drop("place_")


def _tie_break(table: ir.Table) -> list[ir.Value]:
    # Not recorded_at again: Ibis keeps one sort key per column, the last one, and would sort the oldest version first.
    names = [name for name, kind in table.schema().items() if not kind.is_nested() and name != RECORDED_AT]
    return [table[name].asc(nulls_first=False) for name in names]
