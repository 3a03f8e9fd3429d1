"""What each term of a scorecard adds, bin by bin: its shape function, fit to be read and drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.errors import DataError
from recommender.ranking.binning import NumericBins
from recommender.ranking.terms import Term

if TYPE_CHECKING:
    from recommender.ranking.scorecard import Scorecard

__all__ = ["UNKNOWN", "UNSEEN", "Shape", "in_two", "shape_rows", "shapes_of"]

UNKNOWN = "unknown"
UNSEEN = "other"


@dataclass(frozen=True, eq=False)
class Shape:
    """What one term adds to the log-odds of one product.

    Attributes
    ----------
    columns
        One to three: a feature, `held:<product_id>` or `held_count`.
    labels
        For each column, the bins in words; the bins of a pair may be coarser than those of its columns.
    points : array of shape (n_bins,), (n_bins_of_the_first, n_bins_of_the_second) or so on
        In log-odds; over the training rows their mean is 0.

    References
    ----------
    Lou, Caruana and Gehrke, "Intelligible Models for Classification and Regression", KDD 2012.
    """

    columns: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    points: NDArray[np.float64]

    @property
    def term(self) -> str:
        """The name of the term, as `Scorecard.terms` has it."""
        return " & ".join(self.columns)

    @property
    def span(self) -> float:
        """By how many log-odds two accounts can differ through this term: its highest points less its lowest."""
        return float(self.points.max() - self.points.min())


def in_two(shape: Shape) -> Shape:
    """Return a shape of three columns as one of two, the last two taken together; others as they are."""
    if len(shape.columns) <= 2:
        return shape
    first, *rest = shape.columns
    together = tuple(" & ".join(labels) for labels in product(*shape.labels[1:]))
    return Shape((first, " & ".join(rest)), (shape.labels[0], together), shape.points.reshape(len(shape.points), -1))


def shapes_of(card: "Scorecard", product: str) -> tuple[Shape, ...]:
    """Return the terms that say anything about `product`, the widest `span` first (ties by name)."""
    if product not in card.products:
        raise DataError(f"The scorecard ranks no product {product!r}; it ranks {list(card.products[:5])} and so on.")
    position = card.products.index(product)
    shapes = [_shape(card, term, position) for term in card.tables if position in term.products]
    return tuple(sorted((one for one in shapes if one.span > 0), key=lambda one: (-one.span, one.term)))


def _shape(card: "Scorecard", term: Term, product: int) -> Shape:
    points = term.points[:, int(term.products.searchsorted(product))]
    groups = term.coarse or tuple(np.arange(card.sizes[column]) for column in term.columns)
    grid = points.reshape([int(of_bin.max()) + 1 for of_bin in groups])
    runs = [_runs(of_bin) for of_bin in groups]
    shown = grid[np.ix_(*(of_bin[[run[0] for run in found]] for of_bin, found in zip(groups, runs, strict=True)))]
    labels = tuple(_labels(card, column, found) for column, found in zip(term.columns, runs, strict=True))
    return Shape(tuple(card.columns[column] for column in term.columns), labels, shown)


def _runs(group_of_bin: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """Split the bins where neighbours belong to different groups, and before the last, which is for what is unknown."""
    breaks = np.flatnonzero(np.diff(group_of_bin)) + 1
    return np.split(np.arange(len(group_of_bin)), np.union1d(breaks, [len(group_of_bin) - 1]))


def _labels(card: "Scorecard", column: int, runs: Sequence[NDArray[np.intp]]) -> tuple[str, ...]:
    bins = card.bins[column] if column < len(card.bins) else None
    if isinstance(bins, NumericBins):
        return (*(_between(bins.edges, int(run[0]), int(run[-1])) for run in runs[:-1]), UNKNOWN)
    if bins is not None:
        names = [*bins.levels, UNKNOWN, UNSEEN]
    else:
        names = (
            [str(count) for count in range(card.sizes[column])] if column == len(card.columns) - 1 else ["no", "yes"]
        )
    return tuple(", ".join(names[i] for i in run) for run in runs)


def _between(edges: NDArray[np.float64], first: int, last: int) -> str:
    """Say which values the bins `first` to `last` hold: above the edge before them, up to the edge after them."""
    above = _figure(edges[first - 1]) if first > 0 else ""
    up_to = _figure(edges[last]) if last < len(edges) else ""
    if above and up_to:
        return f"{above} to {up_to}"
    return f"up to {up_to}" if up_to else f"above {above}" if above else "known"


def _figure(edge: float) -> str:
    return f"{edge:,.0f}" if abs(edge) >= 1000 else f"{edge:.3g}"


def shape_rows(shapes: Sequence[Shape]) -> pa.Table:
    """Return one row per bin or cell: term, first, second (null for one column, two bins for three), points."""
    rows = [
        (shape.term, shape.labels[0][place[0]], _further(shape, place), float(points))
        for shape in shapes
        for place, points in np.ndenumerate(shape.points)
    ]
    names, kinds = ("term", "first", "second", "points"), (pa.string(), pa.string(), pa.string(), pa.float64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({name: pa.array(column, kind) for name, column, kind in zip(names, columns, kinds, strict=True)})


def _further(shape: Shape, place: tuple[int, ...]) -> str | None:
    labels = [labels[i] for labels, i in zip(shape.labels[1:], place[1:], strict=True)]
    return " & ".join(labels) if labels else None
