"""One raw table on its way to canonical form: its columns cast, and what is wrong with its shape."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from recommender.config import Config
from recommender.schema import (
    AS_OF,
    FACTS,
    RECORDED_AT,
    RESERVED_FEATURES,
    RESERVED_MARKS,
    TABLES,
    Column,
    TableContract,
)
from recommender.tables.casts import Reading, canonical, given, refusal, unknown
from recommender.tables.profile import profile
from recommender.tables.renaming import closest, renamed
from recommender.tables.sources import RawTable
from recommender.tables.spelling import respelt

__all__ = ["Draft", "draft", "given_name", "raw_name"]

_BOM = "\ufeff"


@dataclass(frozen=True)
class Draft:
    """A table whose columns are cast.

    `values` are expressions on the raw table `base`: every canonical column; beside those that the source has, as
    `given_name`, the value as it was given; and beside those that are text on both sides, as `raw_name`, the text with
    its blanks. `present` are the columns of the contract that the source has in a readable type, `spelt` those of them
    with a raw text; the types of the attributes `of_text` were found from their texts, and `flags` are those attributes
    that have to say yes or no. Rows have a place that can be
    named where the source `is_embedded`.
    """

    contract: TableContract
    base: ir.Table
    values: Mapping[str, ir.Value]
    present: tuple[str, ...]
    spelt: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    of_text: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    is_embedded: bool = True

    @cached_property
    def staged(self) -> ir.Table:
        """The table with all the `values`."""
        return self.base.select(**self.values)

    def narrow(self, *names: str) -> ir.Table:
        """Return the table with a few of the `values`, which is far quicker to compile."""
        return self.base.select(**{name: self.values[name] for name in names})

    @property
    def is_recorded(self) -> bool:
        """Whether the source itself says when each row was recorded."""
        return RECORDED_AT in self.present

    def table(self, clean: Collection[str] = ()) -> ir.Table:
        """Return the canonical table; the texts of `clean` need no stripping, which costs more than a sum."""
        names = [*(column.name for column in self.contract.columns), *self.attributes]
        return self.base.select(**{name: self.values[raw_name(name) if name in clean else name] for name in names})


@dataclass
class _Shape:
    """The columns of a raw table: those of the contract, the attributes, and what is wrong with them."""

    present: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def given_name(column: str) -> str:
    """Return the name under which a draft keeps the value of `column` as the source gave it."""
    return f"given {column}"


def raw_name(column: str) -> str:
    """Return the name under which a draft keeps the text of `column` with its blanks."""
    return f"raw {column}"


def draft(name: str, raw: RawTable, config: Config) -> Draft:
    """Cast the columns of the raw table `name`.

    Nothing is read but the period of naive times and, of text, the types of attributes.

    Raises
    ------
    ConfigError
        If there are naive times and no time zone is named.
    """
    contract = TABLES[name]
    twice, table = _tidied(raw.table)
    unfound, table = renamed(table, contract, config)
    table = respelt(table, contract, config)
    shape = _shape(contract, table, config)
    of_text = [attribute for attribute in shape.attributes if raw.is_text]
    found = profile(table, _naive_times(table, contract, shape.present), of_text, config, name)
    reading = Reading(found.to_utc, config.minor_digits, raw.is_duckdb)
    spelt = tuple(one for one in shape.present if _is_spelt(contract.column(one), table[one].type()))
    attributes = {one: _attribute(table[one], found.attributes.get(one)) for one in shape.attributes}
    beside = {given_name(one): given(table[one], contract.column(one).type) for one in shape.present}
    beside |= {raw_name(one): table[one] for one in spelt}
    values = _values(table, contract, shape.present, reading) | attributes | beside
    problems = tuple(f"{name}: {problem}" for problem in [*twice, *unfound, *shape.problems])
    present = tuple(shape.present)
    flags = tuple(one for one in attributes if one == config.features.vulnerable)
    return Draft(
        contract, table, values, present, spelt, tuple(attributes), tuple(of_text), flags, problems, raw.is_embedded
    )


def _tidied(table: ir.Table) -> tuple[list[str], ir.Table]:
    """Strip blanks from the column names, and give a known type to columns that hold nothing."""
    names: dict[str, str] = {}
    twice: list[str] = []
    for raw in table.columns:
        name = raw.strip(f" \t\r\n{_BOM}")
        if name.casefold() in {known.casefold() for known in names}:
            twice.append(f"the column {name!r} stands more than once, small and capital letters or blanks aside.")
        else:
            names[name] = raw
    return twice, table.select(**{name: _known(table[raw]) for name, raw in names.items()})


def _known(column: ir.Column) -> ir.Column:
    """Return `column` in a type of Ibis, where the engine has one that Ibis does not know."""
    if not isinstance(column.type(), dt.Unknown):
        return column
    spelt = str(column.type()).upper()
    if "TIMESTAMPTZ" in spelt:
        return column.cast("timestamp('UTC')")
    return column.cast("string") if "NULL" in spelt else column


def _shape(contract: TableContract, table: ir.Table, config: Config) -> _Shape:
    shape = _Shape()
    for column in contract.columns:
        _judge(column, table, shape)
    if contract.attributes:
        known = {column.name for column in contract.columns}
        for name in table.columns:
            if name not in known:
                _judge_attribute(name, table[name].type(), config, shape)
    return shape


def _judge(column: Column, table: ir.Table, shape: _Shape) -> None:
    if column.name not in table.columns:
        if column.required:
            near = f" (is it {close!r}?)" if (close := closest(column.name, table.columns)) else ""
            shape.problems.append(f"the column {column.name!r} is needed, and there is none{near}.")
    elif why := refusal(table[column.name].type(), column.type):
        shape.problems.append(f"the column {column.name!r} {why}.")
    else:
        shape.present.append(column.name)


def _judge_attribute(name: str, dtype: dt.DataType, config: Config, shape: _Shape) -> None:
    if name in {*FACTS, AS_OF, *RESERVED_FEATURES} - {config.features.vulnerable}:
        shape.problems.append(f"the attribute {name!r} has a name that is kept for something else; rename it.")
    elif any(mark in name for mark in RESERVED_MARKS):
        shape.problems.append(
            f"the attribute {name!r} has {' or '.join(map(repr, RESERVED_MARKS))} in its name; rename it."
        )
    elif dtype.is_numeric() or dtype.is_boolean() or dtype.is_string() or dtype.is_null():
        shape.attributes.append(name)
    elif name not in config.features.exclude:
        shape.problems.append(
            f"the attribute {name!r} is of type {dtype}, and attributes are numbers, flags or text; "
            "leave it out by exclude in [features] of recommender.toml."
        )


def _is_spelt(column: Column, dtype: dt.DataType) -> bool:
    return column.type in {"id", "text"} and bool(dtype.is_string())


def _naive_times(table: ir.Table, contract: TableContract, present: list[str]) -> list[str]:
    times = [name for name in present if contract.column(name).type == "time"]
    return [name for name in times if not _is_aware(table[name].type()) and not table[name].type().is_null()]


def _is_aware(dtype: dt.DataType) -> bool:
    return isinstance(dtype, dt.Timestamp) and dtype.timezone is not None


def _values(table: ir.Table, contract: TableContract, present: list[str], reading: Reading) -> dict[str, ir.Value]:
    values: dict[str, ir.Value] = {}
    for column in contract.columns:
        if column.name in present:
            values[column.name] = canonical(given(table[column.name], column.type), column.type, reading)
        else:
            values[column.name] = unknown(column.type)
    if RECORDED_AT in values and contract.happened:
        values[RECORDED_AT] = ibis.coalesce(*_recorded(values, contract, present))
    return values


def _recorded(values: Mapping[str, ir.Value], contract: TableContract, present: list[str]) -> list[ir.Value]:
    return [values[name] for name in (RECORDED_AT, *contract.happened) if name in present] or [values[RECORDED_AT]]


def _attribute(column: Any, kind: str | None) -> ir.Value:
    dtype = column.type()
    value = given(column)
    if dtype.is_null():
        return ibis.null("string")
    if kind == "boolean":
        return value.lower() == "true"
    if kind:
        return value if kind == "string" else value.try_cast(kind)
    if dtype.is_boolean() or dtype.is_string():
        return value
    return value.cast("int64" if dtype.is_integer() else "float64")
