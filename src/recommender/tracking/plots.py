"""The figures of a backtest as plots."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final

__all__ = ["plots_of"]

Figures = Sequence[Mapping[str, Any]]

_ENDS: Final = ("low", "high")


def plots_of(training: Mapping[str, Any]) -> dict[str, Any]:
    """Return matplotlib figures by file name: every metric by ranker, and by month where there are months."""
    plots = {"metrics.png": _by_ranker(training.get("figures", ()))}
    if training.get("months"):
        plots["months.png"] = _by_month(training["months"])
    return {name: plot for name, plot in plots.items() if plot is not None}


def _by_ranker(figures: Figures) -> Any:
    if not figures:
        return None
    metrics = list(dict.fromkeys(one["metric"] for one in figures))
    drawing, axes = _axes(len(metrics))
    for axis, metric in zip(axes, metrics, strict=True):
        of_metric = [one for one in figures if one["metric"] == metric and one["value"] is not None]
        values = [one["value"] for one in of_metric]
        spread = [[0.0 if one[end] is None else abs(one["value"] - one[end]) for one in of_metric] for end in _ENDS]
        axis.errorbar(values, range(len(values)), xerr=spread, fmt="o", capsize=3)
        axis.set_yticks(range(len(values)), [one["ranker"] for one in of_metric])
        axis.set_title(metric)
    return drawing


def _by_month(months: Figures) -> Any:
    metrics = list(dict.fromkeys(one["metric"] for one in months))
    drawing, axes = _axes(len(metrics))
    for axis, metric in zip(axes, metrics, strict=True):
        for ranker in dict.fromkeys(one["ranker"] for one in months):
            line = [one for one in months if (one["ranker"], one["metric"]) == (ranker, metric)]
            axis.plot([one["cut_off"][:10] for one in line], [one["value"] for one in line], marker="o", label=ranker)
        axis.set_title(metric)
        axis.tick_params(axis="x", labelrotation=30)
    axes[0].legend(fontsize="small")
    return drawing


def _axes(n: int) -> tuple[Any, list[Any]]:
    # a figure of its own: pyplot would keep it in a global list and pick a window system
    drawing = import_module("matplotlib.figure").Figure(figsize=(4 * n, 3), layout="constrained")
    return drawing, [drawing.add_subplot(1, n, i + 1) for i in range(n)]
