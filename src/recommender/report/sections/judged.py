"""How good the ranking is: the backtest beside the baselines, calibration, lift and gains."""

from dataclasses import replace
from typing import Any, Final

from recommender.report.charts import Estimate, Line, columns, dots, lines
from recommender.report.elements import Element, el, figure, section, table
from recommender.report.run import Run
from recommender.report.scales import Scale
from recommender.report.words import percent, times

__all__ = ["judged"]

_METRICS: Final = {
    "hit@3": (
        "Among the best three",
        "Of the accounts that took something up, the share where it was among the best 3",
    ),
    "hit@1": ("First of all", "Of the accounts that took something up, the share where it stood first"),
    "auc": ("Separation", "How often a pair that was taken up scores above one that was not; 0.5 is chance"),
}
_SERIES: Final = 4  # that a colour, a shape and a dash tell apart
_UNJUDGED: Final = (
    "This model was trained without a backtest, so that nothing is known here of how well it ranks. "
    "`recommender train --tests 2` judges the ranker on the last two months beside the baselines, and keeps the "
    "figures with the model."
)


def judged(run: Run) -> Element:
    """Return the section on the backtest; where there was none, it says so."""
    training: Any = run.model.training
    if not training.get("figures"):
        return section("judged", "How good it is", el("p", _UNJUDGED, class_="warning", role="note"))
    names = _own_first(training)
    figures = [one for one in training["figures"] if one["value"] is not None]
    drawn = [_dots(figures, metric, names) for metric in _METRICS if any(one["metric"] == metric for one in figures)]
    return section(
        "judged",
        "How good it is",
        el("p", _way(training)),
        el("div", *drawn, *_diagrams(training, names), class_="charts"),
        el("details", el("summary", "Every figure of the backtest"), _table(figures, names)),
    )


def _way(training: Any) -> str:
    if training["learn_from"] == "hide_one":
        return "Judged by hiding one product of each of three accounts in ten. Lines are 95 % intervals by account."
    return (
        "Judged on months that came after those learnt from, on the same accounts as the baselines: everybody is given "
        "the most popular products, or those that go with what they hold. Lines are 95 % intervals by account."
    )


def _own_first(training: Any) -> list[str]:
    named = dict.fromkeys(one["ranker"] for one in training["figures"])
    return sorted(named, key=lambda name: name != training["ranker"])


def _dots(figures: list[Any], metric: str, names: list[str]) -> Element:
    found = {one["ranker"]: one for one in figures if one["metric"] == metric}
    own = [f"{names[0]} (this model)", *names[1:]]
    rows = [replace(_estimate(found[name], i), name=own[i]) for i, name in enumerate(names) if name in found]
    says = "; ".join(f"{row.name} {row.says}" for row in rows)
    heading, meaning = _METRICS[metric]
    return figure(dots(heading, says, rows, metric), f"{meaning}.", f"{heading} ({metric})")


def _estimate(one: Any, series: int) -> Estimate:
    low, high = (one["value"] if one[end] is None else one[end] for end in ("low", "high"))
    return Estimate(one["ranker"], one["value"], low, high, f"{one['value']:.3f} ({low:.3f} to {high:.3f})", series)


def _diagrams(training: Any, names: list[str]) -> list[Element]:
    tenths = training["diagrams"]["tenths"].get(names[0], [])
    gains = {name: training["diagrams"]["gains"].get(name) for name in names[:_SERIES]}
    return [
        *([_lift(tenths), _calibration(tenths)] if _above_nothing(tenths) else []),
        *([_gains({name: points for name, points in gains.items() if points})] if any(gains.values()) else []),
    ]


def _lift(tenths: list[Any]) -> Element:
    mean = sum(one["rate"] * one["pairs"] for one in tenths) / sum(one["pairs"] for one in tenths) or 1.0
    rows = [
        Estimate(
            f"{i + 1}",
            one["rate"] / mean,
            one["low"] / mean,
            one["high"] / mean,
            f"tenth {i + 1}: {times(one['rate'] / mean)}, {percent(one['rate'], 2)} took it up",
        )
        for i, one in enumerate(reversed(tenths))
    ]
    drawing = columns("Lift by tenth", "; ".join(row.says for row in rows), rows, _LIFT_AXES, level=1.0)
    said = (
        f"The best tenth is taken up {rows[0].value:.1f} times as often as the average. The dashed line is the average."
    )
    return figure(drawing, said, "Lift: the best candidates first")


_LIFT_AXES: Final = ("tenths of all (account, product) pairs, best first", "take-up rate over the average's")


def _calibration(tenths: list[Any]) -> Element:
    some = _above_nothing(tenths)
    left_out = len(tenths) - len(some)
    note = f" Not drawn, as nothing was taken up: {left_out} of the tenths." if left_out else ""
    floor = 0.7 * min([one["propensity"] for one in some] + [one["rate"] for one in some])
    top = 1.4 * max(one[name] for one in some for name in ("propensity", "high"))
    line = Line(
        "tenths of the pairs",
        [(one["propensity"], one["rate"]) for one in some],
        [(max(one["low"], floor), one["high"]) for one in some],
        [f"said {percent(one['propensity'], 2)}, came {percent(one['rate'], 2)}" for one in some],
    )
    scale = Scale(floor, top, 0, 1, is_log=True)
    drawing = lines(
        "Calibration",
        "; ".join(line.says or []),
        [line],
        (scale, scale),
        ("chance that the model gave", "share that took the product up"),
        diagonal="said is what came",
    )
    said = "On the dashed line, three in a hundred means three in a hundred. Both axes by powers of ten."
    return figure(drawing, said + note, "Calibration")


def _above_nothing(tenths: list[Any]) -> list[Any]:
    """Return the tenths that a scale by powers of ten can show."""
    return [one for one in tenths if one["rate"] > 0 and one["propensity"] > 0]


def _gains(of: dict[str, Any]) -> Element:
    series = [Line(name, [(one["share"], one["found"]) for one in points]) for name, points in of.items()]
    unit = Scale(0.0, 1.0, 0, 1)
    own = next(iter(of.values()))
    found = next(one["found"] for one in own if one["share"] == 0.1)
    drawing = lines(
        "Cumulative gains",
        f"The best tenth of the pairs holds {percent(found, 0)} of the take-ups",
        series,
        (unit, unit),
        ("share of the pairs, best first", "share of all take-ups found"),
        diagonal="by chance",
    )
    return figure(drawing, f"The best tenth of all pairs holds {percent(found, 0)} of all take-ups.", "Gains")


def _table(figures: list[Any], names: list[str]) -> Element:
    found = {(one["metric"], one["ranker"]): one for one in figures}
    metrics = list(dict.fromkeys(one["metric"] for one in figures))
    rows = [[m, *(_estimate(found[m, name], 0).says if (m, name) in found else "" for name in names)] for m in metrics]
    return table(["metric", *names], rows)
