"""Lines over a square: calibration and gains."""

from dataclasses import dataclass

from recommender.report.charts.marks import WIDTH, axis_x, axis_y, legend, line, marker
from recommender.report.elements import Child, Element, el, svg
from recommender.report.scales import Scale

__all__ = ["Line", "lines"]

_TOP, _LEFT, _BOTTOM = 26, 50, 290
_LEGEND = 58


@dataclass(frozen=True)
class Line:
    """Points (x, y) of a series, with the interval of each y where there is one, and what each point says."""

    name: str
    points: list[tuple[float, float]]
    intervals: list[tuple[float, float]] | None = None
    says: list[str] | None = None


def lines(
    title: str, says: str, series: list[Line], scales: tuple[Scale, Scale], names: tuple[str, str], *, diagonal: str
) -> Element:
    """Draw each series as a line with marks, the first on top, and the diagonal, which the legend calls `diagonal`.

    Parameters
    ----------
    scales
        Across and upwards, from figures to shares of the drawing, 0 to 1.
    names
        What the axes are about.
    """
    across, up = _placed(scales[0], _LEFT, WIDTH - 10), _placed(scales[1], _BOTTOM, _TOP)
    marks: list[Child] = axis_x(across, _TOP, _BOTTOM, [(v, _share(v)) for v in across.ticks()], names[0])
    marks += axis_y(up, _LEFT, WIDTH - 10, [(v, _share(v)) for v in up.ticks()], names[1])
    low, high = max(across.low, up.low), min(across.high, up.high)
    marks.append(line(across(low), up(low), across(high), up(high), "level"))
    for i in reversed(range(len(series))):
        marks += _drawn(series[i], i, across, up)
    below = _BOTTOM + _LEGEND
    marks += [*legend([one.name for one in series], below), *_diagonal(diagonal, below)]
    return svg(title, says, (WIDTH, below + 18 * max(len(series), 1)), *marks)


def _drawn(one: Line, i: int, across: Scale, up: Scale) -> list[Child]:
    places = [(across(x), up(y)) for x, y in one.points]
    whiskers = [
        line(x, up(low), x, up(high), f"whisker s{i % 4}")
        for (x, _), (low, high) in zip(places, one.intervals or [], strict=False)
    ]
    path = el("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_=f"curve s{i % 4}")
    said = one.says or [one.name] * len(places)
    return [path, *whiskers, *(marker(i, x, y, words) for (x, y), words in zip(places, said, strict=True))]


def _diagonal(name: str, y: float) -> list[Child]:
    return [
        line(WIDTH / 2, y - 4, WIDTH / 2 + 22, y - 4, "level"),
        el("text", name, x=WIDTH / 2 + 30, y=y, class_="label"),
    ]


def _placed(scale: Scale, start: float, end: float) -> Scale:
    return Scale(scale.low, scale.high, start, end, is_log=scale.is_log)


def _share(value: float) -> str:
    return f"{value * 100:.3g} %"
