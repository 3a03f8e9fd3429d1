"""Division, where nothing to divide by is unknown and not 0."""

from ibis.expr import types as ir

__all__ = ["ratio"]


def ratio(part: ir.NumericValue, whole: ir.NumericValue) -> ir.FloatingValue:
    """Return `part / whole`, null where `whole` is 0."""
    return part.cast("float64") / whole.nullif(0).cast("float64")
