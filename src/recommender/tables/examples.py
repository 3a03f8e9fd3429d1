"""Up to five examples of what is wrong: values where they are no ids of accounts, else the numbers of rows."""

import re
from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir

from recommender.tables.drafts import Draft
from recommender.tables.engine import fetch

__all__ = ["rows_of", "values_of"]

_MOST, _LONGEST = 5, 40
_ROW = "row number"
_LONG_NUMBER = re.compile(r"\d(?:[ /()-]?\d){6,}")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?!\d)")


def values_of(draft: Draft, find: Callable[[ir.Table], ir.Table], column: str) -> str:
    """Return the first values of `column`, in their order, among the rows that `find` finds.

    Long runs of digits are masked, as a column that was mixed up may hold phone numbers.
    """
    rows = find(draft.staged)
    values = rows.select(value=rows[column].cast("string")).distinct().order_by("value").limit(_MOST)
    shown = [_shown(value) for value in fetch(values, draft.contract.name)["value"].to_pylist()]
    return f", for example {', '.join(shown)}" if shown else ""


def rows_of(draft: Draft, find: Callable[[ir.Table], ir.Table]) -> str:
    """Return the numbers of the first rows that `find` finds, counted from 1 without a header."""
    if not draft.is_embedded:
        return ""
    rows = find(draft.staged.mutate(**{_ROW: ibis.row_number() + 1}))
    numbers: list[Any] = fetch(rows.select(_ROW).order_by(_ROW).limit(_MOST), draft.contract.name)[_ROW].to_pylist()
    return f", for example row {', '.join(str(number) for number in numbers)}"


def _shown(value: Any) -> str:
    text = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}..."
    if _DATE.match(text):
        return repr(text)
    return repr(_LONG_NUMBER.sub(lambda found: "#" * len(found[0]), text))
