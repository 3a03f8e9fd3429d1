"""The figures of everyone, by the same code: the package's own metrics, which its tests hold against others."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender.evaluation import auc, hit_at_k, mean_of, ndcg_at_k, ranks, reciprocal_rank
from tables import Task

TOP_SHARE = 0.2
LEAST = 1e-12


@dataclass(frozen=True)
class Said:
    """What a contestant scored, and its few words."""

    scores: np.ndarray
    words: Mapping[str, Any]


def said_of(folder: Path, name: str) -> Said:
    return Said(np.load(folder / f"{name}.npy"), json.loads((folder / f"{name}.json").read_text()))


def figures(task: Task, said: Said) -> dict[str, float]:
    cost = {"fit s": said.words["fit_s"], "search s": said.words["search_s"]}
    speed = {"accounts/s": len(said.scores) / max(said.words["score_s"], 1e-9)}
    return (of_hidden(task, said) if task.target is None else of_target(task, said)) | cost | speed


def of_hidden(task: Task, said: Said) -> dict[str, float]:
    places = ranks(said.scores, task.candidates)
    found = {
        "hit@1": hit_at_k(places, task.taken, 1),
        "hit@3": hit_at_k(places, task.taken, 3),
        "MRR": reciprocal_rank(places, task.taken),
        "NDCG@3": ndcg_at_k(places, task.taken, 3),
    }
    surprise = -np.log(_share_of_hidden(task, said.scores)) if said.words["is_probability"] else np.full(1, np.nan)
    return {name: mean_of(one).value for name, one in found.items()} | {"log loss": float(surprise.mean())}


def _share_of_hidden(task: Task, scores: np.ndarray) -> np.ndarray:
    """Return the probability of what was hidden, among what the account does not hold besides."""
    open_scores = np.where(task.candidates, np.maximum(scores, LEAST), 0.0)
    return np.asarray((open_scores / open_scores.sum(axis=1, keepdims=True))[task.taken])


def of_target(task: Task, said: Said) -> dict[str, float]:
    taken = task.taken[:, [task.target]]
    score = said.scores if said.scores.shape[1] == 1 else said.scores[:, [task.target]]
    found = {"AUC": auc(score, taken, np.ones_like(taken)).value, "log loss": np.nan}
    if said.words["is_probability"]:
        own = np.clip(np.where(taken, score, 1 - score), LEAST, 1)
        found["log loss"] = float(-np.log(own).mean())
    return found | {"found": float(found_on_top(score[:, 0], taken[:, 0])), "of": float(taken.sum())}


def found_on_top(score: np.ndarray, taken: np.ndarray) -> int:
    """Count the take-ups among the fifth of the accounts that score highest."""
    order = np.argsort(-score, kind="stable")
    return int(taken[order[: round(TOP_SHARE * len(order))]].sum())


def summed_up(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean over the parts of a seed (policies found are summed), one row per table, contestant and seed."""
    by_seed = rows.drop(columns="part").groupby(["table", "contestant", "seed"], sort=False)
    whole, added = by_seed.mean(), by_seed[["found", "of"]].sum(min_count=1)
    return whole.assign(found=added["found"], of=added["of"]).reset_index()
