"""From a column as the source has it to the canonical one; a value that does not fit becomes null, and is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from recommender.schema import ColumnType
from recommender.tables.engine import is_on_duckdb

__all__ = ["TYPES", "Reading", "as_flag", "canonical", "given", "naive", "refusal", "unknown"]

TYPES: dict[ColumnType, str] = {
    "id": "string",
    "ids": "array<string>",
    "text": "string",
    "time": "timestamp(6)",
    "flag": "boolean",
    "seconds": "int64",
    "bytes": "int64",
    "count": "int64",
    "money": "int64",
}
_NEEDED: dict[ColumnType, str] = {
    "id": "text or whole numbers were",
    "ids": "lists of ids, or text with `;` between the ids, were",
    "text": "text was",
    "time": "timestamps were",
    "flag": "true and false were",
    "seconds": "whole seconds were",
    "bytes": "whole bytes were",
    "count": "whole numbers were",
    "money": "amounts were",
}
_PADDED = r"^\s|\s$"  # of ids, which are many and differ, asking costs less than stripping
_BELOW_WORDS = "!"  # the first character after the blanks; to compare costs DuckDB a tenth of what a pattern does
_WHOLE = r"^[+-]?[0-9]+(\.0*)?$"
_ZONE = r"([zZ]|UTC|[+-][0-9]{2}(:?[0-9]{2})?)"
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?( ?" + _ZONE + ")?)?$"
_AWARE = r":[0-9]{2}([.][0-9]+)? ?" + _ZONE + "$"
_TRUE, _FALSE = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")
# Binary floats spell 9.99 as 9.9900000000000002: what lies nearer to a whole minor unit than this is that unit.
_NOISE = 1e-3
_EXACT = float(2**53)
_DECIMALS = 18  # of a decimal that int64 holds; such a one needs no detour by floats
# DuckDB's own functions: its cast from an aware time costs twenty times as much as these two.
_EPOCH_US = ibis.udf.scalar.builtin(lambda at: at, name="epoch_us", signature=((dt.Timestamp("UTC"),), dt.int64))
_MAKE_TIMESTAMP = ibis.udf.scalar.builtin(
    lambda microseconds: microseconds, name="make_timestamp", signature=((dt.int64,), dt.Timestamp(scale=6))
)


@dataclass(frozen=True)
class Reading:
    """How values are read.

    Parameters
    ----------
    to_utc
        From naive wall times to naive UTC.
    digits
        Decimals of the currency.
    is_duckdb
        Whether the engine is DuckDB.
    """

    to_utc: Callable[[Any], ir.Value]
    digits: int
    is_duckdb: bool


def unknown(kind: ColumnType) -> ir.Value:
    """Return null in the type of `kind`; as a cast, for Ibis cannot print a null that is a list."""
    return ibis.null().cast(TYPES[kind])


def refusal(dtype: dt.DataType, kind: ColumnType) -> str | None:
    """Return why a column of type `dtype` cannot be read as `kind`, or None where it can."""
    if dtype.is_null() or _FITS[kind](dtype):
        return None
    if kind == "id" and dtype.is_floating():
        return (
            "is of floating point, and an id must not be: a gap turned it into one, leading zeros are lost, "
            "and above 2^53 the ids are wrong already; hand it over as text or whole numbers"
        )
    return f"is of type {dtype}, where {_NEEDED[kind]} needed"


def given(column: ir.Column, kind: ColumnType = "text") -> ir.Column:
    """Return `column` without blanks around text, and with what stands for nothing (blank, not-a-number) as null."""
    dtype = column.type()
    if dtype.is_string() and kind == "id":
        return ibis.ifelse(_may_be_padded(column), _stripped(column), column).nullif("")
    if dtype.is_string():
        return _stripped(column).nullif("")
    if dtype.is_floating():
        return ibis.ifelse(column.isnan(), ibis.null(dtype), column)
    return column


def _may_be_padded(text: ir.StringColumn) -> ir.BooleanValue:
    """Tell which texts may have blanks at their ends; DuckDB compares bytes, other engines in orders of their own."""
    if not is_on_duckdb(text):
        return text.re_search(_PADDED)
    return (text <= _BELOW_WORDS) | (text.reverse() <= _BELOW_WORDS)


def _stripped(text: ir.StringColumn) -> ir.StringColumn:
    """Return `text` without blanks at its ends; Spark reads the form feed in what Ibis would strip as the letter f."""
    backends, _ = text._find_backends()  # noqa: SLF001 (the public way refuses a table without an engine)
    is_spark = any(backend.name == "pyspark" for backend in backends)
    return text.re_replace(r"^\s+|\s+$", "") if is_spark else text.strip()


def canonical(value: ir.Value, kind: ColumnType, reading: Reading) -> ir.Value:
    """Return `value` (see `given`) in the type of `kind`, null where it does not fit.

    Parameters
    ----------
    value
        A column that `refusal` has nothing against.
    kind
        The type that the contract asks for.
    reading
        The time zone and the currency.
    """
    if value.type().is_null():
        return unknown(kind)
    if kind == "time":
        return _time(value, reading)
    if kind == "money":
        return _money(value, reading.digits)
    return _CASTS[kind](value)


def _text(value: Any) -> ir.Value:
    whole = value.cast("int64") if value.type().is_decimal() else value
    return whole if whole.type().is_string() else whole.cast("string")


def _ids(value: Any) -> ir.Value:
    """Split at `;`, blanks and empty parts aside, so that a list and its text come out the same."""
    text = value if value.type().is_string() else value.cast("array<string>").join(";")
    tight = text.re_replace(r"\s*[|]\s*", "|").re_replace(r"\s*;[\s;]*", ";").re_replace(r"^;|;$", "")
    return _stripped(tight).nullif("").split(";")


def as_flag(value: Any) -> ir.Value:
    """Return what a word or a number says of true and false, null where it says neither."""
    if value.type().is_boolean():
        return value
    word = value.cast("string").lower()
    return ibis.cases((word.isin(_TRUE), True), (word.isin(_FALSE), False), else_=ibis.null("boolean"))


def _whole(value: Any) -> ir.Value:
    dtype = value.type()
    if dtype.is_integer() and not dtype.is_unsigned_integer():
        return value.cast("int64")
    if dtype.is_string():
        return ibis.ifelse(value.re_search(_WHOLE), value, ibis.null("string")).try_cast("int64")
    number = _within_reach(value.cast("float64"))
    nearest = number.round(0).cast("int64")
    return ibis.ifelse(number == nearest, nearest, ibis.null("int64"))


def _money(value: Any, digits: int) -> ir.Value:
    dtype = value.type()
    if dtype.is_decimal() and _fits_exactly(dtype, digits):
        return (value * 10**digits).cast("int64")
    number = value.try_cast("float64") if value.type().is_string() else value.cast("float64")
    units = _within_reach(number * float(10**digits))
    nearest = units.round(0).cast("int64")
    return ibis.ifelse((units - nearest).abs() <= _NOISE, nearest, ibis.null("int64"))


def _fits_exactly(dtype: dt.Decimal, digits: int) -> bool:
    precision, scale = dtype.precision, dtype.scale
    return precision is not None and scale is not None and scale <= digits and precision + digits <= _DECIMALS


def _within_reach(number: Any) -> Any:
    """Return `number`, null where a float cannot tell it from the next whole number; an infinite one too."""
    return ibis.ifelse(number.abs() < _EXACT, number, ibis.null("float64"))


def _time(value: Any, reading: Reading) -> ir.Value:
    dtype = value.type()
    if dtype.is_string():
        return ibis.ifelse(value.re_search(_AWARE), _aware_text(value, reading), reading.to_utc(naive(value)))
    if dtype.is_timestamp() and dtype.timezone is not None:
        return _without_zone(value, reading)
    return reading.to_utc(naive(value))


def naive(value: Any) -> ir.Value:
    """Return the naive times in a column as they stand, null for those that name their offset."""
    dtype = value.type()
    if not dtype.is_string():
        return value.cast(TYPES["time"])
    readable = value.re_search(_ISO) & ~value.re_search(_AWARE)
    return ibis.ifelse(readable, value, ibis.null("string")).try_cast(TYPES["time"])


def _aware_text(value: Any, reading: Reading) -> ir.Value:
    readable = ibis.ifelse(value.re_search(_ISO), value, ibis.null("string"))
    return _without_zone(readable.try_cast("timestamp('UTC')"), reading)


def _without_zone(value: Any, reading: Reading) -> ir.Value:
    return _MAKE_TIMESTAMP(_EPOCH_US(value)) if reading.is_duckdb else value.cast(TYPES["time"])


def _is_id(dtype: dt.DataType) -> bool:
    whole = isinstance(dtype, dt.Decimal) and dtype.scale == 0
    return dtype.is_string() or dtype.is_integer() or dtype.is_uuid() or whole


def _is_list(dtype: dt.DataType) -> bool:
    return bool(dtype.is_string()) or (
        isinstance(dtype, dt.Array) and (dtype.value_type.is_null() or _is_id(dtype.value_type))
    )


def _is_number(dtype: dt.DataType) -> bool:
    return bool(dtype.is_numeric() or dtype.is_string())


_FITS: dict[ColumnType, Callable[[dt.DataType], bool]] = {
    "id": _is_id,
    "ids": _is_list,
    "text": lambda dtype: dtype.is_string() or dtype.is_integer(),
    "time": lambda dtype: dtype.is_timestamp() or dtype.is_date() or dtype.is_string(),
    "flag": lambda dtype: dtype.is_boolean() or dtype.is_integer() or dtype.is_string(),
    "seconds": _is_number,
    "bytes": _is_number,
    "count": _is_number,
    "money": _is_number,
}
_CASTS: dict[ColumnType, Callable[[Any], ir.Value]] = {
    "id": _text,
    "ids": _ids,
    "text": _text,
    "flag": as_flag,
    "seconds": _whole,
    "bytes": _whole,
    "count": _whole,
}
