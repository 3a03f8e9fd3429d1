"""Bars that lie, each under its name: they are read on a telephone, too, however long the name."""

from dataclasses import dataclass
from typing import Final

from recommender.report.charts.marks import WIDTH, axis_x, legend, line, marker, text
from recommender.report.elements import Child, Element, el, svg
from recommender.report.scales import Scale, spanning

__all__ = ["Bar", "bars", "pairs_of_dots"]

_ROW: Final = 38
_LEFT, _RIGHT = 8, WIDTH - 8


@dataclass(frozen=True)
class Bar:
    """A bar from `start` to `end` under `name`, with `says` at its right; `kind` is "gone", "left" or "plain"."""

    name: str
    start: float
    end: float
    says: str
    kind: str = "plain"


def bars(title: str, says: str, rows: list[Bar]) -> Element:
    """Draw one bar below the other; those of a waterfall begin where the one before them ended."""
    scale = spanning([0.0, *(max(row.start, row.end) for row in rows)], _LEFT, _RIGHT)
    marks: list[Child] = []
    for i, row in enumerate(rows):
        marks += _bar(row, scale, i * _ROW)
    return svg(title, says, (WIDTH, len(rows) * _ROW + 4), *marks)


def pairs_of_dots(
    title: str, says: str, rows: list[tuple[str, float, float, str]], names: tuple[str, str], axis: str
) -> Element:
    """Draw two shares of 0 to 1 per row, before and after, joined by a line; each row says something at its right."""
    scale = Scale(0.0, 1.0, _LEFT + 8, _RIGHT - 8)
    marks: list[Child] = legend(list(names), 14)
    top, bottom = 42, 46 + len(rows) * _ROW
    marks += axis_x(scale, top, bottom, [(v, f"{v * 100:.0f} %") for v in scale.ticks()], axis)
    for i, (name, before, after, note) in enumerate(rows):
        y = top + i * _ROW
        marks += [text(name, _LEFT, y + 13), text(note, _RIGHT, y + 13, anchor="end")]
        marks += [line(scale(before), y + 27, scale(after), y + 27, "link")]
        shares = (before, after)
        marks += [marker(j, scale(share), y + 27, f"{names[j]}: {share:.1%}") for j, share in enumerate(shares)]
    return svg(title, says, (WIDTH, bottom + 42), *marks)


def _bar(row: Bar, scale: Scale, y: float) -> list[Child]:
    left, right = sorted((scale(row.start), scale(row.end)))
    return [
        text(row.name, _LEFT, y + 14),
        text(row.says, _RIGHT, y + 14, anchor="end", kind="value"),
        line(scale.start, y + 26, scale.end, y + 26, "rail"),
        el("rect", x=f"{left:.1f}", y=y + 20, width=f"{max(right - left, 1):.1f}", height=12, class_=f"bar {row.kind}"),
    ]
