"""Gradient boosting by LightGBM on columns that are binned once, whatever the product that is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from recommender.ranking.columns import Columns
from recommender.ranking.links import Link

__all__ = ["Boosting", "Task", "boost", "make_dataset", "mean_loss"]

Floats = NDArray[np.float64]
Index = NDArray[np.integer]

_NEVER = -1e30


@dataclass(frozen=True)
class Boosting:
    """How trees are grown; see LightGBM for what each setting does."""

    learning_rate: float
    max_leaves: int
    max_trees: int
    patience: int
    min_leaf_rows: int
    l2: float
    seed: int
    n_threads: int


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be learnt on some of the rows.

    Attributes
    ----------
    rows
        Which rows of the data set, rising; shape (n,).
    target, start : arrays of shape (n, n_outputs)
        What was taken up, 0 to 1; the log-odds that the trees add to.
    is_open : array of shape (n, n_outputs)
        Which pairs count.
    weight : array of shape (n,)
    """

    link: Link
    rows: Index
    target: Floats
    start: Floats
    is_open: NDArray[np.bool_]
    weight: Floats


def make_dataset(columns: Columns, settings: Boosting) -> lgb.Dataset:
    """Return LightGBM's own binned copy, from which `boost` takes rows."""
    categories = [i for i, is_category in enumerate(columns.is_category) if is_category]
    parameters = _parameters(columns, settings, 1, None)
    return lgb.Dataset(
        columns.values(), categorical_feature=categories, params=parameters, free_raw_data=False
    ).construct()


def boost(
    dataset: lgb.Dataset,
    columns: Columns,
    settings: Boosting,
    task: Task,
    held_out: Task,
    groups: Sequence[Sequence[int]] | None,
) -> tuple[lgb.Booster, int, float]:
    """Grow trees until the loss on `held_out` has not fallen for `patience` rounds.

    Parameters
    ----------
    groups
        Sets of columns that one path may ask about; without them it may ask about any.

    Returns
    -------
    The booster, how many rounds of it to use, and the mean loss on `held_out` after these.
    """
    n_outputs = task.target.shape[1]
    parameters = _parameters(columns, settings, n_outputs, groups)
    booster = lgb.Booster(parameters, _subset(dataset, task, parameters))
    booster.add_valid(_subset(dataset, held_out, parameters), "held_out")
    best, rounds = mean_loss(held_out, held_out.start), 0
    for done in range(1, settings.max_trees + 1):
        is_exhausted = booster.update(fobj=lambda scores, _: _slopes(task, _shaped(scores, n_outputs)))
        loss = booster.eval_valid(lambda scores, _: ("loss", mean_loss(held_out, _shaped(scores, n_outputs)), False))[
            -1
        ][2]
        if loss < best:
            best, rounds = loss, done
        if is_exhausted or done - rounds >= settings.patience:
            break
    return booster, rounds, best


def mean_loss(task: Task, scores: Floats) -> float:
    """Return the mean negative log-likelihood of a row."""
    if task.link == "independent":
        fit = np.where(task.is_open, np.logaddexp(0.0, scores) - task.target * scores, 0.0).sum(axis=1)
    else:
        open_scores = np.where(task.is_open, scores, _NEVER)
        fit = np.logaddexp.reduce(open_scores, axis=1) - (task.target * open_scores).sum(axis=1)
    return float((task.weight * fit).sum() / task.weight.sum())


def _slopes(task: Task, scores: Floats) -> tuple[Floats, Floats]:
    """Return first and second derivative of the loss, as LightGBM asks for them."""
    if task.link == "independent":
        share, factor = 1.0 / (1.0 + np.exp(-np.clip(scores, -700.0, 700.0))), 1.0
    else:
        open_scores = np.where(task.is_open, scores, _NEVER)
        share = np.exp(open_scores - open_scores.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        factor = scores.shape[1] / (scores.shape[1] - 1.0)
    exposure = task.weight[:, np.newaxis] * task.is_open
    first, second = exposure * (share - task.target), exposure * factor * share * (1.0 - share)
    return (first.ravel(), second.ravel()) if scores.shape[1] == 1 else (first, second)


def _shaped(scores: Floats, n_outputs: int) -> Floats:
    return scores.reshape(-1, n_outputs, order="F") if scores.ndim == 1 else scores


def _subset(dataset: lgb.Dataset, task: Task, parameters: dict[str, Any]) -> lgb.Dataset:
    part = dataset.subset(task.rows.tolist(), params=parameters).construct()
    part.set_label(np.zeros(len(task.rows)))
    part.set_init_score(task.start.ravel(order="F"))
    return part


def _parameters(
    columns: Columns, settings: Boosting, n_outputs: int, groups: Sequence[Sequence[int]] | None
) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "objective": "none",
        "metric": "none",
        "num_class": n_outputs,
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.max_leaves,
        "min_data_in_leaf": settings.min_leaf_rows,
        "min_sum_hessian_in_leaf": 1.0,
        "lambda_l2": settings.l2,
        "seed": settings.seed,
        "num_threads": settings.n_threads,
        "deterministic": True,
        "force_col_wise": True,
        "max_bin": max(columns.sizes, default=2) + 1,
        "min_data_in_bin": 1,
        "feature_pre_filter": False,
        "verbosity": -1,
    }
    if any(columns.monotone):
        parameters["monotone_constraints"] = list(columns.monotone)
    if groups is not None:
        parameters["interaction_constraints"] = [list(group) for group in groups]
    return parameters
