"""What is boosted in one go: all products at once, or one after the other."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.ranking.additive import targets
from recommender.ranking.boosting import Task
from recommender.ranking.examples import Examples

__all__ = ["Unit", "everything", "of_product", "tasks_of"]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


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
        What sampling added to the log-odds, to be added to intercepts: at most 0.
    product
        Its position among the products; None where all are learnt at once.
    """

    examples: Examples
    rows: Index
    folds: Index
    found: NDArray[np.int32]
    shift: float
    product: int | None = None


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
    negatives: float,
    min_negatives: int,
) -> Unit:
    """Take the rows without the product: those that took it up, and of the others a sample.

    Parameters
    ----------
    negatives, min_negatives
        So many per row that took it up, but no fewer than `min_negatives`.
    """
    is_open, taken = examples.is_open[:, product], examples.y[:, product]
    positives, others = np.flatnonzero(is_open & taken), np.flatnonzero(is_open & ~taken)
    wanted = int(max(negatives * len(positives), min_negatives))
    random = np.random.RandomState(seed)
    sample = others if len(others) <= wanted else random.choice(others, wanted, replace=False)
    rows = np.sort(np.concatenate([positives, sample]))
    shift = np.log(examples.weight[sample].sum() / examples.weight[others].sum()) if len(sample) else 0.0
    order = [product, *(p for p in range(examples.held.shape[1]) if p != product)]
    alone = replace(
        _without_features(examples),
        y=examples.y[:, [product]],
        held=examples.held[:, order],
        products=(examples.products[product],),
        held_products=tuple(examples.held_products[p] for p in order),
    )
    return Unit(alone.take(rows), rows, folds[rows], np.ascontiguousarray(found[:, rows]), float(shift), product)


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


def _without_features(examples: Examples) -> Examples:
    return replace(examples, rows=pa.table({"": pa.nulls(len(examples.y))}))
