"""A curve of a scorecard: by how much each bin of a feature multiplies the odds."""

import math

from recommender.report.charts.marks import WIDTH, axis_x, axis_y, line
from recommender.report.elements import Child, Element, el, svg
from recommender.report.scales import Scale
from recommender.report.words import times

__all__ = ["steps"]

_TOP, _LEFT, _BOTTOM = 26, 52, 170
_FACTORS = (1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)


def steps(title: str, says: str, points: list[float], ticks: list[tuple[float, str]], axis: str) -> Element:
    """Draw the factors exp(points) of adjoining bins as a staircase; 1 is the average account.

    Parameters
    ----------
    points
        Log-odds per bin, in the order of the bins, which are drawn equally wide.
    ticks
        Places between the bins (1 is between the first and the second) and what stands there.
    """
    across = Scale(0, len(points), _LEFT, WIDTH - 12)
    reach = max(0.2, *(abs(p) for p in points))
    up = Scale(-reach, reach, _BOTTOM, _TOP)
    marks: list[Child] = axis_y(up, _LEFT, WIDTH - 12, _factors(reach), "odds against the average account's")
    marks += axis_x(across, _TOP, _BOTTOM, ticks, axis)
    marks.append(line(_LEFT, up(0.0), WIDTH - 12, up(0.0), "level"))
    stairs = [f"{across(i + end):.1f},{up(p):.1f}" for i, p in enumerate(points) for end in (0, 1)]
    marks.append(el("polyline", points=" ".join(stairs), class_="curve s0"))
    return svg(title, says, (WIDTH, _BOTTOM + 42), *marks)


def _factors(reach: float) -> list[tuple[float, str]]:
    """Name 1 and the largest of some factors within reach, upwards and downwards."""
    most = max((factor for factor in _FACTORS if math.log(factor) <= reach), default=_FACTORS[0])
    return [(math.log(factor), times(factor)) for factor in (1 / most, 1.0, most)]
