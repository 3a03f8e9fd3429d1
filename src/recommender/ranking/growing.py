"""The tables of a generalised additive model with pairs: a ridge regression, and boosted trees on what it leaves."""

from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from recommender.ranking.additive import fit_points, fit_product
from recommender.ranking.affinity import Affinity, learn_affinity
from recommender.ranking.boosting import Boosting, boost
from recommender.ranking.columns import Columns
from recommender.ranking.examples import Examples
from recommender.ranking.one_thread import one_blas_thread
from recommender.ranking.ridge import Logistic
from recommender.ranking.trees import Gains, Tables, joint_gains, mean_tables, read_tables
from recommender.ranking.units import Sampling, Unit, evenly, everything, of_product, tasks_of

__all__ = ["Ground", "Growing", "grow"]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
Groups = list[list[int]]

_SEEDS = 1 << 30
# What shall be grown shows on so many rows, and so many suffice for a regression that trees go on from.
_CHOICE_ROWS = 20_000
_RIDGE_ROWS = 16_000


@dataclass(frozen=True)
class Growing:
    """The settings; see `ScorecardRanker`."""

    boosting: Boosting
    max_pairs: int
    max_triples: int
    ridge: float
    sampling: Sampling
    repeat_rows: int
    min_positives: int
    n_jobs: int | None


@dataclass(frozen=True, eq=False)
class Ground:
    """What all products share: the examples, their bins, the folds (n_repeats, n) and LightGBM's copy of the bins.

    `affinity` tells what take-ups may lean on; None where nothing is held, or exactly one product is asked for.
    """

    examples: Examples
    columns: Columns
    folds: Index
    dataset: lgb.Dataset
    settings: Growing
    affinity: Affinity | None = None

    @property
    def half(self) -> Index:
        """Which half of the accounts each row belongs to, 0 or 1, however often folds are drawn; shape (n,)."""
        return np.asarray(self.folds[0] % 2)


@dataclass(frozen=True, eq=False)
class _Start:
    """What trees start from, learnt on all but one fold: points by column, intercept, and log-odds of every row."""

    points: dict[int, Floats]
    intercept: Floats
    scores: Floats
    fitted: Logistic | None


@dataclass(frozen=True, eq=False)
class _Choice:
    """What is to be grown, as the first fold has shown, and what was grown there to see it."""

    with_ridge: bool
    start: _Start
    groups: Groups
    grown: list[Tables]


@one_blas_thread()
def grow(ground: Ground, random: np.random.RandomState) -> tuple[list[Tables], Floats]:
    """Return the tables of each product and the intercepts, the mean over folds.

    What is grown on the other folds stops where it no longer helps on the one left out. Pairs are those below whose
    splits freely grown trees gain most, and are used where they lower the loss on the first fold.
    """
    if ground.examples.link == "one_of":
        return _grow_unit(ground, everything(ground.examples, ground.folds[0], ground.columns.found))
    seeds = random.randint(2**31 - 1, size=len(ground.examples.products))
    seed = int(random.randint(_SEEDS))
    affinity = learn_affinity(ground.examples, ground.columns, ground.half, ground.settings.n_jobs, seed)
    ground = replace(ground, affinity=affinity)
    grown = Parallel(n_jobs=ground.settings.n_jobs, prefer="threads")(
        delayed(_grow_unit)(ground, _one(ground, p, int(seed))) for p, seed in enumerate(seeds)
    )
    return [tables[0] for tables, _ in grown], np.concatenate([intercept for _, intercept in grown])


def _one(ground: Ground, product: int, seed: int) -> Unit:
    found = ground.columns.found
    return of_product(ground.examples, ground.folds[0], found, product, seed=seed, sampling=ground.settings.sampling)


def _grow_unit(ground: Ground, unit: Unit) -> tuple[list[Tables], Floats]:
    if not len(unit.rows):
        return [Tables()] * len(unit.examples.products), np.zeros(len(unit.examples.products))
    taken = int((unit.examples.y & unit.examples.is_open).sum())
    if taken < ground.settings.min_positives or not ground.columns.varies:
        start = _start(ground, unit, -1, with_ridge=True)
        return _ridge_tables(start), start.intercept + unit.shift
    folds = [fold for repeat in _repeats(ground, unit) for fold in _grow_folds(ground, repeat)]
    parts = [part for start, grown in folds for part in (_ridge_tables(start), grown)]
    intercept = np.mean([start.intercept for start, _ in folds], axis=0)
    return [mean_tables([part[i] for part in parts], len(folds)) for i in range(len(intercept))], intercept + unit.shift


def _repeats(ground: Ground, unit: Unit) -> list[Unit]:
    """Return the unit with its folds and, where there is little to learn from, with folds that were drawn anew."""
    n_rows = len(unit.rows) * len(ground.examples.products)
    n = min(max(ground.settings.repeat_rows // n_rows, 1), len(ground.folds))
    return [replace(unit, folds=folds[unit.rows]) for folds in ground.folds[:n]]


def _grow_folds(ground: Ground, unit: Unit) -> list[tuple[_Start, list[Tables]]]:
    some = unit.some(_CHOICE_ROWS)
    choice = _choose(ground, some)
    first = (choice.start, choice.grown) if some is unit else _grow_fold(ground, unit, 0, choice)
    return [first, *(_grow_fold(ground, unit, fold, choice) for fold in range(1, int(ground.folds.max()) + 1))]


def _grow_fold(ground: Ground, unit: Unit, fold: int, choice: _Choice) -> tuple[_Start, list[Tables]]:
    start = _start(ground, unit, fold, with_ridge=choice.with_ridge, near=choice.start.fitted)
    return start, _boosted(ground, unit, start, fold, choice.groups)[0]


def _choose(ground: Ground, unit: Unit) -> _Choice:
    with_ridge, start, gains = _choose_start(ground, unit)
    groups, grown = _choose_groups(ground, unit, start, gains)
    return _Choice(with_ridge, start, groups, grown)


def _choose_start(ground: Ground, unit: Unit) -> tuple[bool, _Start, Gains]:
    """Return whether trees shall start from a ridge regression, that start, and what pairs gain from there.

    A regression on many columns may follow its rows so closely that it leaves trees nothing to learn: whichever start
    serves freely grown trees better on the first fold is taken. Trees that only choose may take larger steps.
    """
    found = []
    for with_ridge in (True, False):
        start = _start(ground, unit, 0, with_ridge=with_ridge)
        tasks = tasks_of(unit, start.scores, 0)
        booster, rounds, loss = boost(ground.dataset, ground.columns, _in_haste(ground.settings.boosting), *tasks, None)
        found.append((loss, with_ridge, start, joint_gains(_trees(booster, rounds))))
    _, with_ridge, start, gains = min(found, key=lambda trial: trial[0])
    return with_ridge, start, gains


def _in_haste(boosting: Boosting) -> Boosting:
    return replace(boosting, learning_rate=min(2 * boosting.learning_rate, 0.3), patience=(boosting.patience + 1) // 2)


def _start(ground: Ground, unit: Unit, fold: int, *, with_ridge: bool, near: Logistic | None = None) -> _Start:
    # a regression knows no monotone points: those columns are left to the trees
    free = [i for i, direction in enumerate(ground.columns.monotone) if with_ridge and not direction]
    fit = _fit_all if unit.product is None else _fit_one
    by_column, intercept, fitted = fit(ground, unit, np.flatnonzero(unit.folds != fold), free, near)
    scores = np.repeat(intercept[np.newaxis], len(unit.rows), axis=0)
    for column, table in by_column.items():
        scores += table[unit.found[column]]
    if ground.affinity is None or fitted is None:
        return _Start(by_column, intercept, scores, fitted)
    product = unit.product or 0
    leads = ground.affinity.leads(unit.found, ground.half[unit.rows], product)
    scores += (leads.scores @ fitted.slopes)[:, np.newaxis]
    leant = _sum_of(by_column, ground.affinity.tables(fitted.slopes, product))
    return _Start(leant, intercept, scores, fitted)


def _sum_of(by_column: dict[int, Floats], further: dict[int, Floats]) -> dict[int, Floats]:
    added = {column: by_column.get(column, 0.0) + table[:, np.newaxis] for column, table in further.items()}
    return by_column | added


def _fit_all(
    ground: Ground, unit: Unit, learnt: Index, free: list[int], _near: Logistic | None
) -> tuple[dict[int, Floats], Floats, None]:
    points, intercept = fit_points(
        unit.examples.take(learnt),
        unit.found[np.array(free, dtype=np.int64)][:, learnt],
        [ground.columns.sizes[i] for i in free],
        [ground.columns.has_gap[i] for i in free],
        penalty=ground.settings.ridge,
        n_jobs=1,
    )
    return _by_column(ground, free, points), intercept, None


def _fit_one(
    ground: Ground, unit: Unit, learnt: Index, free: list[int], near: Logistic | None
) -> tuple[dict[int, Floats], Floats, Logistic]:
    """Fit one product on some of the rows, leaning on the affinity where there is one."""
    learnt = evenly(learnt, _RIDGE_ROWS)
    affinity, half, product = ground.affinity, ground.half[unit.rows[learnt]], unit.product or 0
    fitted = fit_product(
        unit.examples.take(learnt),
        unit.found[np.array(free, dtype=np.int64)][:, learnt],
        [ground.columns.sizes[i] for i in free],
        [ground.columns.has_gap[i] for i in free],
        penalty=ground.settings.ridge,
        leads=None if affinity is None else affinity.leads(unit.found[:, learnt], half, product),
        near=near,
    )
    return _by_column(ground, free, fitted.points[:, np.newaxis]), np.array([fitted.intercept]), fitted


def _by_column(ground: Ground, free: list[int], points: Floats) -> dict[int, Floats]:
    sizes = [ground.columns.sizes[i] for i in free]
    parts = np.split(points, np.cumsum(sizes)[:-1]) if free else []
    return dict(zip(free, parts, strict=True))


def _ridge_tables(start: _Start) -> list[Tables]:
    return [Tables({i: table[:, p] for i, table in start.points.items()}) for p in range(len(start.intercept))]


def _choose_groups(ground: Ground, unit: Unit, start: _Start, gains: Gains) -> tuple[Groups, list[Tables]]:
    """Return single columns, and pairs and triples where they help on the first fold; and what grew from them."""
    singles: Groups = [[column] for column in range(len(ground.columns.sizes))]
    alone, loss_alone = _boosted(ground, unit, start, 0, singles)
    joint = _best(gains, 2, ground.settings.max_pairs) + _best(gains, 3, ground.settings.max_triples)
    if not joint:
        return singles, alone
    together, loss_together = _boosted(ground, unit, start, 0, singles + joint)
    return (singles + joint, together) if loss_together < loss_alone else (singles, alone)


def _best(gains: Gains, size: int, most: int) -> Groups:
    keys = sorted((key for key in gains if len(key) == size), key=lambda key: (-gains[key], key))
    return [list(key) for key in keys[:most]]


def _boosted(ground: Ground, unit: Unit, start: _Start, fold: int, groups: Groups) -> tuple[list[Tables], float]:
    tasks = tasks_of(unit, start.scores, fold)
    booster, rounds, loss = boost(ground.dataset, ground.columns, ground.settings.boosting, *tasks, groups)
    trees, n_outputs = _trees(booster, rounds), len(unit.examples.products)
    return [read_tables(trees[i::n_outputs], ground.columns) for i in range(n_outputs)], loss


def _trees(booster: lgb.Booster, rounds: int) -> list[dict[str, object]]:
    # of no round LightGBM would dump them all
    dumped = booster.dump_model(num_iteration=rounds)["tree_info"] if rounds else []
    return [tree["tree_structure"] for tree in sorted(dumped, key=lambda tree: tree["tree_index"])]
