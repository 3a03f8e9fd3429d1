"""What Ibis's Polars backend leaves out, or does otherwise than every other engine; Polars itself has it all.

Windows (row numbers, the value of the row before, aggregates over a group), and division that is correctly rounded:
Polars takes a quotient by a literal for a product with its reciprocal, which is the last digit off.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import ibis.common.exceptions as com
import ibis.expr.operations as ops

__all__ = ["teach_polars"]

_Translate = Callable[[Any], Any]


@cache
def teach_polars() -> None:
    """Add the rules to Ibis's Polars backend, for as long as the process lives."""
    # Imported only here: Polars is no dependency of the package, and who connects to it has it.
    translate = import_module("ibis.backends.polars.compiler").translate
    for kind, rule in ((ops.WindowFunction, _window), (ops.Divide, _divide)):
        translate.register(kind, lambda op, rule=rule, **kw: rule(op, lambda node: translate(node, **kw)))


def _window(op: Any, translate: _Translate) -> Any:
    groups = [translate(one) for one in op.group_by]
    if isinstance(op.func, ops.RowNumber):
        return _row_number(op.order_by, translate).over(groups or 1)
    if isinstance(op.func, ops.Lag) and op.func.offset is None and op.func.default is None:
        return translate(op.func.arg).shift(1).over(groups, order_by=[translate(one.args[0]) for one in op.order_by])
    if isinstance(op.func, ops.Reduction) and not op.order_by:
        return translate(ops.Cast(op.func, op.func.dtype)).over(groups)
    raise com.OperationNotDefinedError(f"Windows of {type(op.func).__name__} are not translated for Polars.")


def _row_number(order_by: Any, translate: _Translate) -> Any:
    polars = import_module("polars")
    if not order_by:
        return polars.int_range(polars.len())
    keys = [translate(one.args[0]) for one in order_by]
    descending = [one.descending for one in order_by]
    nulls_last = [not one.nulls_first for one in order_by]
    # The place of each row is the inverse of the order of places.
    return polars.arg_sort_by(keys, descending=descending, nulls_last=nulls_last).arg_sort()


def _divide(op: Any, translate: _Translate) -> Any:
    part, whole = translate(op.left), translate(op.right)
    if isinstance(op, ops.FloorDivide):
        return part.floordiv(whole)
    if isinstance(op.right, ops.Literal):
        whole = import_module("polars").when(part.is_not_null()).then(whole)
    return part.truediv(whole)
