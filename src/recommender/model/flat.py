"""Snapshot rows and offers as flat columns of numbers and texts, for carriers that know no lists and no time zones."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from recommender.errors import DataError
from recommender.policy.facts.arrow import FACT_TYPES
from recommender.schema import ACCOUNT, AS_OF

__all__ = ["flat_rows", "nested_rows"]

_MOMENT: Final = pa.timestamp("us", tz="UTC")
_KNOWN: Final = {**FACT_TYPES, AS_OF: _MOMENT}
_FLAGS: Final = ("false", "true")


def flat_rows(rows: pa.Table) -> pa.Table:
    """Return `rows` with every column as text or as float64; what is unknown stays null.

    Moments become ISO 8601 in UTC, lists JSON, flags "true" or "false", decimals their digits, and whole numbers
    floats, since a whole number that may be missing has no other place in a frame or in JSON.

    Examples
    --------
    >>> flat_rows(pa.table({"account_id": ["a"], "held_products": [["p", "q"]], "sessions": [3]})).to_pylist()
    [{'account_id': 'a', 'held_products': '["p", "q"]', 'sessions': 3.0}]
    """
    return pa.table({name: _flat(rows.column(name)) for name in rows.column_names})


def nested_rows(flat: pa.Table, flags: Collection[str] = ()) -> pa.Table:
    """Return the snapshot rows that `flat_rows` made flat; its facts and moments have their types again.

    Parameters
    ----------
    flags
        Features that are true or false.

    Raises
    ------
    DataError
        If a fact, a moment or a flag is not written as `flat_rows` writes it.
    """
    kinds = {**_KNOWN, **dict.fromkeys(flags, pa.bool_())}
    return pa.table({name: _nested(flat.column(name), name, kinds.get(name)) for name in flat.column_names})


def _flat(column: Any) -> Any:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column.cast(pa.float64(), safe=False)
    if pa.types.is_boolean(kind):
        return pc.if_else(column, *reversed(_FLAGS))
    if pa.types.is_nested(kind) or pa.types.is_temporal(kind) or pa.types.is_decimal(kind):
        return pa.array([_text(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value, default=_plain) if isinstance(value, list | dict) else str(_plain(value))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _nested(column: Any, name: str, kind: pa.DataType | None) -> Any:
    if kind is None or name == ACCOUNT or not _is_text(column):
        return column
    try:
        return pa.array([_value(text, kind) for text in column.to_pylist()], kind)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, pa.ArrowException) as error:
        raise DataError(f"{name}: {_wanted(kind)} was needed, as flat_rows writes it; something else came.") from error


def _is_text(column: Any) -> bool:
    return pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_null(column.type)


def _value(text: str | None, kind: pa.DataType) -> Any:
    if text is None:
        return None
    if pa.types.is_boolean(kind):
        return bool(_FLAGS.index(text.lower()))
    return datetime.fromisoformat(text) if pa.types.is_timestamp(kind) else _of_json(json.loads(text), kind)


def _of_json(value: Any, kind: Any) -> Any:
    if pa.types.is_list(kind):
        # a text, too, can be gone through: its letters would be products that nobody has
        if not isinstance(value, list):
            raise TypeError
        return [_of_json(one, kind.value_type) for one in value]
    if pa.types.is_struct(kind):
        return {field.name: _of_json(value[field.name], field.type) for field in kind}
    return datetime.fromisoformat(value) if pa.types.is_timestamp(kind) and value is not None else value


def _wanted(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return '"true" or "false"'
    return "a moment in ISO 8601" if pa.types.is_timestamp(kind) else "a JSON list"
