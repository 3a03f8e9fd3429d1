"""The types of attributes that stand in a file as text, found from what was known at a moment and no later row."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import ibis.expr.types as ir

from recommender.tables.engine import fetch

__all__ = ["narrowed"]

_NUMBER: Final = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?([eE][+-]?[0-9]+)?$"


def narrowed(accounts: ir.Table, names: Iterable[str]) -> ir.Table:
    """Return `accounts`, already cut, with the attributes `names` in the narrowest type that all their values fit.

    The whole file may have asked for a wider type than the rows that were known at the moment.

    Raises
    ------
    DataError
        If the engine fails.
    """
    kinds = {name: accounts[name].type() for name in names}
    wide = [name for name, kind in kinds.items() if kind.is_string() or kind.is_floating()]
    if not wide:
        return accounts
    row = fetch(accounts.aggregate(**_counts(accounts, wide)), "accounts").to_pylist()[0]
    types = {name: _type_of(row, i) for i, name in enumerate(wide)}
    return accounts.mutate(**{name: _in(accounts[name], kind) for name, kind in types.items() if kind})


def _counts(accounts: ir.Table, names: list[str]) -> dict[str, ir.Value]:
    counts: dict[str, ir.Value] = {}
    for i, name in enumerate(names):
        column: Any = accounts[name]
        number = _number(column)
        counts[f"filled_{i}"] = column.count()
        counts[f"numbers_{i}"] = number.count()
        counts[f"wholes_{i}"] = (number == number.round(0)).sum()
        counts[f"flags_{i}"] = column.cast("string").lower().isin(("true", "false")).sum()
    return counts


def _type_of(row: Mapping[str, int], i: int) -> str:
    """Return the narrower type that every value fits; nothing where there is none."""
    kinds = {"boolean": f"flags_{i}", "int64": f"wholes_{i}", "float64": f"numbers_{i}"}
    filled = row[f"filled_{i}"]
    return next((kind for kind, count in kinds.items() if filled and row[count] == filled), "")


def _number(column: Any) -> Any:
    if not column.type().is_string():
        return column
    return column.re_search(_NUMBER).ifelse(column, None).try_cast("float64")


def _in(column: Any, kind: str) -> ir.Value:
    return column.lower() == "true" if kind == "boolean" else _number(column).cast(kind)
