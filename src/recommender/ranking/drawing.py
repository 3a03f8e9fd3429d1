"""A scorecard's curves as a figure; the one place in this room that needs matplotlib."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from recommender.ranking.shapes import Shape, in_two

__all__ = ["AGAINST", "FOR", "draw"]

FOR, AGAINST = "#1f6fb4", "#c8641e"  # told apart by the colour-blind, too
_PANELS_A_ROW = 3
_WIDTH, _HEIGHT = 3.2, 2.8
_TICKS = 8
_MANY_BINS = 20


def draw(shapes: Sequence[Shape], title: str, titles: Mapping[str, str]) -> Figure:
    """Draw each shape in a panel: all bars on one scale, each heat map on its own.

    Bins are drawn equally wide, since each holds about as many rows as the next.
    """
    n_rows = max(-(-len(shapes) // _PANELS_A_ROW), 1)
    size = (_WIDTH * _PANELS_A_ROW, _HEIGHT * n_rows + 0.4)
    figure, grid = plt.subplots(n_rows, _PANELS_A_ROW, figsize=size, squeeze=False, layout="constrained")
    plt.close(figure)  # a notebook shows what a cell returns; it need not show it twice
    reach = max((float(np.abs(shape.points).max()) for shape in shapes if len(shape.columns) == 1), default=1.0)
    panels: list[Axes] = list(grid.ravel())
    for panel, shape in zip(panels, shapes, strict=False):
        if len(shape.columns) > 1:
            _heat_map(panel, in_two(shape), titles)
        else:
            _bars(panel, shape, reach, titles)
    for panel in panels[len(shapes) :]:
        panel.set_visible(False)
    figure.suptitle(f"{_title(title, titles)}: what each term adds to the log-odds")
    return figure


def _bars(panel: Axes, shape: Shape, reach: float, titles: Mapping[str, str]) -> None:
    places = np.arange(len(shape.points))
    width = 0.92 if len(places) <= _MANY_BINS else 1.0
    panel.bar(places, shape.points, width=width, color=[FOR if points > 0 else AGAINST for points in shape.points])
    panel.axhline(0, color="black", linewidth=0.8)
    panel.set_ylim(-1.08 * reach, 1.08 * reach)
    panel.set_title(_title(shape.columns[0], titles), fontsize=9)
    panel.yaxis.set_major_locator(MaxNLocator(5))
    _name(panel.xaxis, shape.labels[0])
    panel.tick_params(axis="x", rotation=45, labelsize=7)
    for label in panel.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")
    panel.spines[["top", "right"]].set_visible(False)


def _heat_map(panel: Axes, shape: Shape, titles: Mapping[str, str]) -> None:
    reach = float(np.abs(shape.points).max())
    image = panel.imshow(shape.points, cmap="PuOr", vmin=-reach, vmax=reach, aspect="auto", origin="lower")
    panel.figure.colorbar(image, ax=panel, shrink=0.9)
    panel.set_title(" and ".join(_title(column, titles) for column in shape.columns), fontsize=9, wrap=True)
    panel.set_ylabel(_title(shape.columns[0], titles), fontsize=7)
    panel.set_xlabel(_title(shape.columns[1], titles), fontsize=7)
    _name(panel.yaxis, shape.labels[0])
    _name(panel.xaxis, shape.labels[1])
    panel.tick_params(axis="both", labelsize=7)
    panel.tick_params(axis="x", rotation=45)


def _name(axis: Any, labels: Sequence[str]) -> None:
    """Name every bin, or every other one and so on where there are many; the last is always named."""
    step = -(-len(labels) // _TICKS)
    named = sorted({*range(0, len(labels) - 1, step), len(labels) - 1})
    if len(named) > 1 and named[-1] - named[-2] < step:
        named.pop(-2)
    axis.set_ticks(named, [labels[i] for i in named])


def _title(column: str, titles: Mapping[str, str]) -> str:
    return titles.get(column, column)
