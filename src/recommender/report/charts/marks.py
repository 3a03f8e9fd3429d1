"""What drawings are made of. A series has a colour, a shape and a dash of its own, so that none carries it alone."""

from typing import Final

from recommender.report.elements import Child, Element, el
from recommender.report.scales import Scale

__all__ = ["WIDTH", "axis_x", "axis_y", "legend", "line", "marker", "text"]

WIDTH: Final = 380
_SIZE: Final = 4.5
_LEGEND_STEP: Final = 18


def text(words: str, x: float, y: float, *, anchor: str = "start", kind: str = "label") -> Element:
    """Return a line of words."""
    return el("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=kind)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Element:
    """Return a straight line."""
    return el("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=kind)


def marker(series: int, x: float, y: float, says: str | None = None) -> Element:
    """Return the mark of a series: circle, square, triangle or diamond; `says` shows when it is pointed at."""
    title = el("title", says) if says else None
    kind, r = f"mark s{series % 4}", _SIZE
    if series % 4 == 0:
        return el("circle", title, cx=f"{x:.1f}", cy=f"{y:.1f}", r=r, class_=kind)
    if series % 4 == 1:
        return el("rect", title, x=f"{x - r:.1f}", y=f"{y - r:.1f}", width=2 * r, height=2 * r, class_=kind)
    corners = (
        [(0, -r - 1), (r + 1, r), (-r - 1, r)]
        if series % 4 == 2
        else [(0, -r - 2), (r + 2, 0), (0, r + 2), (-r - 2, 0)]
    )
    return el("polygon", title, points=" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners), class_=kind)


def legend(names: list[str], y: float, x: float = 8) -> list[Child]:
    """Return the names of the series beside their marks, one below the other."""
    marks: list[Child] = []
    for i, name in enumerate(names):
        at = y + i * _LEGEND_STEP
        marks += [marker(i, x, at - 4), text(name, x + 14, at)]
    return marks


def axis_x(scale: Scale, top: float, bottom: float, names: list[tuple[float, str]], says: str) -> list[Child]:
    """Return upright lines of a grid with what they mean below, and what the axis is about."""
    marks: list[Child] = []
    for value, name in names:
        x = scale(value)
        marks += [line(x, top, x, bottom, "grid"), text(name, x, bottom + 16, anchor="middle", kind="tick")]
    return [*marks, text(says, (scale.start + scale.end) / 2, bottom + 34, anchor="middle", kind="tick")]


def axis_y(scale: Scale, left: float, right: float, names: list[tuple[float, str]], says: str) -> list[Child]:
    """Return level lines of a grid with what they mean beside, and above what the axis is about."""
    marks: list[Child] = []
    for value, name in names:
        y = scale(value)
        marks += [line(left, y, right, y, "grid"), text(name, left - 6, y + 4, anchor="end", kind="tick")]
    return [*marks, text(says, 0, 12, kind="tick")]
