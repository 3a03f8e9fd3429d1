"""What is boosted in one go: all products at once, or one after the other."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.ranking.additive import targets
from recommender.ranking.boosting import Task
from recommender.ranking.examples import Examples
from recommender.ranking.sampling import at_most

__all__ = ["Sampling", "Unit", "evenly", "everything", "of_product", "tasks_of"]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Sampling:
    """Which rows one product is learnt from.

    Attributes
    ----------
    negatives, min_negatives
        So many rows without take-up per row with it, but no fewer than `min_negatives`.
    max_rows
        Of both together; of the rows with a take-up, too, a sample is taken where they would fill more than half.
    """

    negatives: float
    min_negatives: int
    max_rows: int


@dataclass(frozen=True, eq=False)
class Unit:
    """What is learnt in one go: examples of one product, or of all under "one_of".

    Attributes
    ----------
    rows, folds : arrays of shape (n,)
        Where the examples stand among all, and the fold of each.
    found : array of shape (n_columns, n)
        Their bins.
    shift
        What is to be added to intercepts for the sampling.
    product
        Its position among the products; None where all are learnt at once.
    """

    examples: Examples
    rows: Index
    folds: Index
    found: NDArray[np.int32]
    shift: float
    product: int | None = None

    def some(self, most: int) -> "Unit":
        """Return `most` of the rows, evenly spread over their order; the unit itself where it has no more."""
        kept = evenly(np.arange(len(self.rows)), most)
        if len(kept) == len(self.rows):
            return self
        return replace(
            self,
            examples=self.examples.take(kept),
            rows=self.rows[kept],
            folds=self.folds[kept],
            found=np.ascontiguousarray(self.found[:, kept]),
        )


def everything(examples: Examples, folds: Index, found: NDArray[np.int32]) -> Unit:
    """Return the unit of all products."""
    return Unit(_without_features(examples), np.arange(len(folds)), folds, found, 0.0)


def of_product(
    examples: Examples,
    folds: Index,
    found: NDArray[np.int32],
    product: int,
    *,
    seed: int,
    sampling: Sampling,
) -> Unit:
    """Take the rows without the product: those that took it up, and of the others a sample."""
    is_open, taken = examples.is_open[:, product], examples.y[:, product]
    positives, others = np.flatnonzero(is_open & taken), np.flatnonzero(is_open & ~taken)
    random = np.random.RandomState(seed)
    takers = at_most(positives, max(sampling.max_rows // 2, sampling.max_rows - len(others)), random)
    wanted = int(max(sampling.negatives * len(takers), sampling.min_negatives))
    sample = at_most(others, min(wanted, sampling.max_rows - len(takers)), random)
    rows = np.sort(np.concatenate([takers, sample]))
    shift = _log_share(examples.weight, sample, others) - _log_share(examples.weight, takers, positives)
    order = [product, *(p for p in range(examples.held.shape[1]) if p != product)]
    alone = replace(
        _without_features(examples),
        y=examples.y[:, [product]],
        held=examples.held[:, order],
        products=(examples.products[product],),
        held_products=tuple(examples.held_products[p] for p in order),
    )
    return Unit(alone.take(rows), rows, folds[rows], np.ascontiguousarray(found[:, rows]), shift, product)


def tasks_of(unit: Unit, start: Floats, fold: int) -> tuple[Task, Task]:
    """Return what is learnt from the other folds, and what `fold` checks it on, from the log-odds `start` on."""
    return _task(unit, start, unit.folds != fold), _task(unit, start, unit.folds == fold)


def _task(unit: Unit, start: Floats, chosen: NDArray[np.bool_]) -> Task:
    examples = unit.examples
    return Task(
        link=examples.link,
        rows=unit.rows[chosen],
        target=targets(examples)[chosen],
        start=start[chosen],
        is_open=examples.is_open[chosen],
        weight=examples.weight[chosen],
    )


def evenly(rows: Index, most: int) -> Index:
    """Return `most` of the rows, evenly spread over their order; all of them where there are no more."""
    return rows if len(rows) <= most else rows[np.arange(most) * len(rows) // most]


def _log_share(weight: Floats, sample: Index, rows: Index) -> float:
    return float(np.log(weight[sample].sum() / weight[rows].sum())) if len(sample) else 0.0


def _without_features(examples: Examples) -> Examples:
    return replace(examples, rows=pa.table({"": pa.nulls(len(examples.y))}))
