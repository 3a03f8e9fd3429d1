"""Estimates with their intervals, one below the other."""

from dataclasses import dataclass
from typing import Final

from recommender.report.charts.marks import WIDTH, axis_x, line, marker, text
from recommender.report.elements import Child, Element, svg
from recommender.report.scales import spanning

__all__ = ["Estimate", "dots"]

_ROW: Final = 36
_LEFT, _RIGHT = 14, WIDTH - 14


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; `says` writes it out, `series` chooses colour and shape."""

    name: str
    value: float
    low: float
    high: float
    says: str
    series: int = 0


def dots(title: str, says: str, rows: list[Estimate], axis: str) -> Element:
    """Draw a mark per estimate on a line as long as its interval."""
    scale = spanning([v for row in rows for v in (row.low, row.value, row.high)], _LEFT, _RIGHT)
    bottom = len(rows) * _ROW + 4
    marks: list[Child] = axis_x(scale, 0, bottom, [(v, f"{v:g}") for v in scale.ticks()], axis)
    for i, row in enumerate(rows):
        y = i * _ROW + 25
        marks += [
            text(row.name, 8, y - 11),
            text(row.says, WIDTH - 8, y - 11, anchor="end", kind="value"),
            line(scale(row.low), y, scale(row.high), y, f"whisker s{row.series % 4}"),
            marker(row.series, scale(row.value), y, f"{row.name}: {row.says}"),
        ]
    return svg(title, says, (WIDTH, bottom + 42), *marks)
