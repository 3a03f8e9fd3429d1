"""Division: nothing to divide by is unknown and not 0, and a quotient of integers keeps what follows the point."""

from collections.abc import Mapping
from typing import Any

import ibis.expr.operations as ops
from ibis.expr import types as ir

__all__ = ["in_full", "ratio"]


def ratio(part: ir.NumericValue, whole: ir.NumericValue) -> ir.FloatingValue:
    """Return `part / whole`, null where `whole` is 0."""
    return part.cast("float64") / whole.nullif(0).cast("float64")


def in_full(value: ir.Value) -> ir.Value:
    """Return `value` with integers divided as floats, as Ibis means it: PostgreSQL would drop what follows the point.

    Ibis leaves the cast to sqlglot, which forgets it where two quotients share their dividend.

    Examples
    --------
    >>> import ibis
    >>> print(ibis.to_sql(in_full(ibis.table({"n": "int64"}, name="t").n / 60).name("minutes"), "postgres"))
    SELECT CAST("t0"."n" AS DOUBLE PRECISION) / 60 AS "minutes"
    FROM "t" AS "t0"
    """
    return value.op().replace(_divided, filter=ops.Value).to_expr()


def _divided(node: ops.Node, changed: Mapping[str, Any] | None) -> ops.Node:
    again = node.__recreate__(changed) if changed else node
    if type(again) is ops.Divide and again.left.dtype.is_integer():
        return ops.Divide(ops.Cast(again.left, "float64"), again.right)
    return again
