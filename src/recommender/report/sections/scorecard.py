"""What the model looks at: the heaviest terms of the products offered most."""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommender.ranking import CategoryBins, NumericBins
from recommender.reasons import HELD_COUNT, HELD_TERM, Feature, figure
from recommender.report.charts import Estimate, dots, steps
from recommender.report.elements import Element, el, section
from recommender.report.elements import figure as drawn
from recommender.report.run import Run, tally
from recommender.report.words import plain, times

__all__ = ["scorecard"]

_PRODUCTS, _CURVES, _LABELS = 3, 3, 4
_HOW: Final = (
    "The chance of a take-up comes from points that each feature adds or takes away; nothing else enters. The curves "
    "show, for the products offered most often, the features that weigh most: by how much each value multiplies the "
    "odds against the average account. A curve that runs against what you know of your customers is the first sign of "
    "a wrong model."
)


def scorecard(run: Run) -> Element:
    """Return the section on the curves."""
    weights: Any = run.model.training.get("weights", {})
    often = tally(run.offers.column("product_id"))
    names = {product.product_id: product.name for product in run.model.catalogue.products}
    chosen = [p for p, _ in sorted(often.items(), key=lambda item: (-item[1], item[0])) if weights.get(p)][:_PRODUCTS]
    parts: list[Element] = []
    for product in chosen:
        curves = [c for c in (_curve(run, product, term) for term, _ in weights[product]) if c is not None][:_CURVES]
        parts += [el("h3", names[product]), el("div", *curves, class_="charts three")]
    return section("scorecard", "What the model looks at", el("p", _HOW), *parts)


def _curve(run: Run, product: str, name: str) -> Element | None:
    """Draw one term; a pair and the number of products held have no curve of one feature."""
    card = run.model.scorecard
    i = card.terms.index(name)
    term, j = card.tables[i], card.products.index(product)
    if len(term.columns) > 1 or name == HELD_COUNT or j not in term.products:
        return None
    points = term.points[:, int(np.flatnonzero(term.products == j)[0])]
    if name.startswith(HELD_TERM):
        return _held(run, name.removeprefix(HELD_TERM), points)
    feature = run.model.words.features[name]
    bins = card.bins[term.columns[0]]
    return _levels(feature, bins, points) if isinstance(bins, CategoryBins) else _staircase(feature, bins, points)


def _staircase(feature: Feature, bins: NumericBins, points: NDArray[np.float64]) -> Element:
    known = points[:-1].tolist()
    if len(known) <= 2:
        return _factors(_heading(feature), ["no, or 0", "yes, or more"][: len(known)], known)
    ticks = _ticks(bins.edges, feature.unit)
    low, high = _told(known[0]), _told(known[-1])
    says = f"From {low} at the lowest values to {high} at the highest"
    missing = "" if points[-1] == 0 else f" Where it is unknown: {_told(float(points[-1]))}."
    return drawn(
        steps(_heading(feature), says, known, ticks, feature.unit or "value"), f"{says}.{missing}", _heading(feature)
    )


def _levels(feature: Feature, bins: CategoryBins, points: NDArray[np.float64]) -> Element:
    return _factors(_heading(feature), list(bins.levels), points[: len(bins.levels)].tolist())


def _held(run: Run, product: str, points: NDArray[np.float64]) -> Element:
    name = run.model.words.product_names.get(product, product)
    return _factors(f"Has {name}", ["does not have it", "has it"], points.tolist())


def _factors(heading: str, names: list[str], points: list[float]) -> Element:
    order = sorted(range(len(points)), key=lambda i: -points[i])[:6]
    rows = [
        Estimate(names[i], math.exp(points[i]), math.exp(points[i]), math.exp(points[i]), _told(points[i]))
        for i in order
    ]
    says = "; ".join(f"{row.name} {row.says}" for row in rows)
    return drawn(dots(heading, says, rows, "odds against the average account's"), f"{says}.", heading)


def _ticks(edges: NDArray[np.float64], unit: str) -> list[tuple[float, str]]:
    """Name a few of the edges, evenly spaced."""
    places = np.unique(np.linspace(0, len(edges) - 1, min(_LABELS, len(edges))).round().astype(int))
    return [(float(i) + 1, figure(float(edges[i]), unit)) for i in places]


def _heading(feature: Feature) -> str:
    """Return what the feature is; an attribute's definition says no more than its name."""
    said = feature.name if feature.definition.startswith("attribute ") or not feature.definition else feature.definition
    text = plain(said) if said == feature.name else said.split(";")[0].rstrip(".")
    return text[0].upper() + text[1:]


def _told(points: float) -> str:
    return times(math.exp(points))
