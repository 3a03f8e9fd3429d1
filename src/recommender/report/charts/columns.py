"""Columns with their intervals."""

from recommender.report.charts.dots import Estimate
from recommender.report.charts.marks import WIDTH, axis_y, line, text
from recommender.report.elements import Child, Element, el, svg
from recommender.report.scales import Scale, spanning

__all__ = ["columns"]

_TOP, _BOTTOM, _LEFT = 26, 230, 30


def columns(title: str, says: str, rows: list[Estimate], axes: tuple[str, str], level: float | None = None) -> Element:
    """Draw a column per estimate with its interval; `level` is a line across, such as the average.

    Parameters
    ----------
    axes
        What the columns are, and what their height is.
    """
    scale = spanning([v for row in rows for v in (row.high, row.value)] + [level or 0.0], _BOTTOM, _TOP)
    ticks = [(v, f"{v:g}") for v in scale.ticks()]
    marks: list[Child] = axis_y(scale, _LEFT, WIDTH, ticks, axes[1])
    step = (WIDTH - _LEFT) / max(len(rows), 1)
    for i, row in enumerate(rows):
        marks += _column(row, scale, _LEFT + (i + 0.5) * step, step * 0.62)
    if level is not None:
        marks.append(line(_LEFT, scale(level), WIDTH, scale(level), "level"))
    marks.append(text(axes[0], (_LEFT + WIDTH) / 2, _BOTTOM + 34, anchor="middle", kind="tick"))
    return svg(title, says, (WIDTH, _BOTTOM + 42), *marks)


def _column(row: Estimate, scale: Scale, x: float, width: float) -> list[Child]:
    top, floor = scale(row.value), scale.start
    return [
        el(
            "rect",
            el("title", row.says),
            x=f"{x - width / 2:.1f}",
            y=f"{top:.1f}",
            width=f"{width:.1f}",
            height=f"{max(floor - top, 1):.1f}",
            class_="bar plain",
        ),
        line(x, scale(row.low), x, scale(row.high), "whisker"),
        text(row.name, x, floor + 16, anchor="middle", kind="tick"),
    ]
