"""The other libraries, each in its best honest use: `python peers.py TASK OUT NAME...`.

This file runs in an environment of its own (see `environment.py`) and knows nothing of the package. It reads what is
known of the accounts from the folder TASK; what was hidden is not in it. It writes, per name, the scores of the test
accounts and a few words as JSON. A setting is chosen on a fifth of the training accounts, and what is chosen learns
from all of them.
"""

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np
import pandas as pd
import scipy.sparse as sp

VALIDATION = 0.2
PATIENCE = 20
MOST_TREES = 400
TIE = 1e-6
Setting = Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """What is known of some accounts: features, and held products (n, P)."""

    features: pd.DataFrame
    held: np.ndarray

    def at(self, rows: np.ndarray) -> "Known":
        return Known(self.features.iloc[rows].reset_index(drop=True), self.held[rows])


@dataclass(frozen=True)
class Task:
    """What to learn from and whom to score; `target` is the place of the one product asked for, or None."""

    train: Known
    test: Known
    target: int | None
    seed: int

    def split(self) -> tuple[Known, Known]:
        order = np.random.default_rng(self.seed).permutation(len(self.train.held))
        n = round(VALIDATION * len(order))
        return self.train.at(np.sort(order[n:])), self.train.at(np.sort(order[:n]))


@dataclass(frozen=True)
class Answer:
    """Scores (n_test, P) or (n_test, 1), and what they cost in processor seconds."""

    scores: np.ndarray
    fit_s: float
    score_s: float
    setting: Setting
    search_s: float = 0.0
    is_probability: bool = False


def read(folder: Path) -> Task:
    words = json.loads((folder / "words.json").read_text())
    parts = [pd.read_parquet(folder / f"{part}.parquet") for part in ("train", "test")]
    return Task(*(_known(part) for part in parts), words["target"], words["seed"])


def _known(frame: pd.DataFrame) -> Known:
    features = frame[[name for name in frame if name.startswith("x:")]].rename(columns=lambda name: name[2:])
    texts = [name for name in features if features[name].dtype == object]
    held = frame[[name for name in frame if name.startswith("h:")]].to_numpy(dtype=bool)
    return Known(features.astype(dict.fromkeys(texts, "category")), held)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = process_time()
    result = work()
    return result, process_time() - start


def best_timed(work: Callable[[], Any]) -> tuple[Any, float]:
    tries = [timed(work) for _ in range(3)]
    return tries[0][0], min(seconds for _, seconds in tries)


# ---- collaborative: rank from holdings --------------------------------------------------------------------------


def hide(known: Known, target: int | None, seed: int) -> tuple[Known, np.ndarray]:
    """Hide one product of each account, or the target of all; return what is left, and what was hidden."""
    random = np.random.default_rng(seed + 1)
    if target is not None:
        hidden = np.zeros_like(known.held)
        hidden[:, target] = known.held[:, target]
        return Known(known.features, known.held & ~hidden), hidden
    known = known.at(np.flatnonzero(known.held.any(axis=1)))
    drawn = np.where(known.held, random.random(known.held.shape), -1.0).argmax(axis=1)
    hidden = np.arange(known.held.shape[1]) == drawn[:, None]
    return Known(known.features, known.held & ~hidden), hidden


def goodness(scores: np.ndarray, held: np.ndarray, hidden: np.ndarray, target: int | None) -> float:
    """Mean reciprocal rank of what was hidden, or the area under the curve of the target."""
    if target is not None:
        from sklearn.metrics import roc_auc_score

        return float(roc_auc_score(hidden[:, target], scores[:, target]))
    open_scores = np.where(held, -np.inf, scores)
    own = open_scores[hidden][:, None]
    above, level = (open_scores > own).sum(axis=1), (open_scores == own).sum(axis=1)
    return float((1 / (above + (1 + level) / 2)).mean())


def collaborate(
    task: Task, learn: Callable[..., Callable[[], np.ndarray]], settings: list[Setting], *, sees_features: bool = False
) -> Answer:
    def answer(fit: Known, asked: Known, setting: Setting) -> tuple[np.ndarray, float, float]:
        pair = (fit, asked) if sees_features else (fit.held, asked.held)
        say, fit_s = timed(lambda: learn(*pair, task.seed, **setting))
        return (*best_timed(say), fit_s)

    def search() -> Setting:
        fit, check = task.split()
        asked, hidden = hide(check, task.target, task.seed)
        marks = [goodness(answer(fit, asked, one)[0], asked.held, hidden, task.target) for one in settings]
        return settings[int(np.argmax(marks))]

    setting, search_s = timed(search) if len(settings) > 1 else (settings[0], 0.0)
    scores, score_s, fit_s = answer(task.train, task.test, setting)
    return Answer(scores, fit_s, score_s, setting, search_s)


def grid(**choices: list[Any]) -> list[Setting]:
    return [dict(zip(choices, chosen, strict=True)) for chosen in product(*choices.values())]


def matrix(held: np.ndarray) -> sp.csr_matrix:
    return sp.csr_matrix(held.astype(np.float32))


def by_popularity(scores: np.ndarray, fit: np.ndarray) -> np.ndarray:
    """Order by popularity what scores alike: all products of an account of which no holding is left, to begin with."""
    return scores + TIE * fit.mean(axis=0)


def rectools_data(held: np.ndarray) -> Any:
    from rectools import Columns
    from rectools.dataset import Dataset

    user, item = held.nonzero()
    rows = {Columns.User: user, Columns.Item: item, Columns.Weight: 1.0, Columns.Datetime: pd.Timestamp("2026-01-01")}
    return Dataset.construct(pd.DataFrame(rows))


def popular(fit: np.ndarray, asked: np.ndarray, _seed: int) -> Callable[[], np.ndarray]:
    from rectools.models import PopularModel

    data = rectools_data(fit)
    model = PopularModel().fit(data)
    items, scores = model.popularity_list
    counts = np.zeros(fit.shape[1])
    counts[data.item_id_map.convert_to_external(items)] = scores
    return lambda: np.repeat(counts[None], len(asked), axis=0)


def ease(fit: np.ndarray, asked: np.ndarray, _seed: int, regularization: float) -> Callable[[], np.ndarray]:
    from rectools.models import EASEModel

    data = rectools_data(fit)
    model = EASEModel(regularization=regularization, num_threads=1).fit(data)
    items = data.item_id_map.convert_to_external(np.arange(model.weight.shape[0]))
    weight = np.zeros((fit.shape[1], fit.shape[1]))
    weight[np.ix_(items, items)] = model.weight
    return lambda: by_popularity(asked.astype(np.float64) @ weight, fit)


def _ranked(model: Any, asked: np.ndarray, **how: Any) -> np.ndarray:
    n, p = asked.shape
    ids, values = model.recommend(np.arange(n), matrix(asked), N=p, filter_already_liked_items=False, **how)
    scores = np.full((n, p + 1), 0.0, dtype=np.float64)
    np.put_along_axis(scores, np.where(ids < 0, p, ids), values, axis=1)
    return scores[:, :p]


def cosine(fit: np.ndarray, asked: np.ndarray, _seed: int, neighbours: int) -> Callable[[], np.ndarray]:
    from implicit.nearest_neighbours import CosineRecommender

    model = CosineRecommender(K=neighbours, num_threads=1)
    model.fit(matrix(fit), show_progress=False)
    return lambda: by_popularity(_ranked(model, asked), fit)


def als(
    fit: np.ndarray, asked: np.ndarray, seed: int, factors: int, regularization: float, alpha: float
) -> Callable[[], np.ndarray]:
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors, regularization, alpha, iterations=20, num_threads=1, random_state=seed)
    model.fit(matrix(fit), show_progress=False)
    return lambda: by_popularity(_ranked(model, asked, recalculate_user=True), fit)


def bpr(
    fit: np.ndarray, asked: np.ndarray, seed: int, factors: int, learning_rate: float, iterations: int
) -> Callable[[], np.ndarray]:
    """It knows only the accounts that it learnt from, so it learns from what is left of those asked, too."""
    from implicit.bpr import BayesianPersonalizedRanking

    model = BayesianPersonalizedRanking(factors, learning_rate, iterations=iterations, num_threads=1, random_state=seed)
    model.fit(matrix(np.concatenate([fit, asked])), show_progress=False)
    return lambda: model.user_factors[len(fit) :] @ model.item_factors.T


def one_hot(frame: pd.DataFrame) -> sp.csr_matrix:
    """Numbers in ten bins of equal mass, categories as they are."""
    binned = {
        name: column if column.dtype.name == "category" else pd.qcut(column, 10, duplicates="drop").cat.codes
        for name, column in frame.items()
    }
    return sp.csr_matrix(pd.get_dummies(pd.DataFrame(binned).astype(str)).to_numpy(dtype=np.float32))


def lightfm(
    fit: Known, asked: Known, seed: int, target: int | None, fitting: Setting, *, by_id: bool, with_features: bool
) -> Callable[[], np.ndarray]:
    """An account is its id, so that it has to be learnt from with what is left of it; or its features; or both."""
    from lightfm import LightFM

    known = interactions(fit.held, asked.held if by_id else asked.held[:0], target, fitting["loss"])
    who: Any = sp.identity(len(fit.held) + len(asked.held), dtype=np.float32, format="csr")
    if with_features:
        of_account = one_hot(pd.concat([fit.features, asked.features], ignore_index=True))
        who = sp.hstack([who, of_account]).tocsr() if by_id else of_account
    model = LightFM(no_components=fitting["components"], loss=fitting["loss"], random_state=seed)
    model.fit(known, user_features=who[: known.shape[0]], epochs=fitting["epochs"], num_threads=1)

    def say() -> np.ndarray:
        (user_bias, users), (item_bias, items) = model.get_user_representations(who), model.get_item_representations()
        return (users[len(fit.held) :] @ items.T) + user_bias[len(fit.held) :, None] + item_bias

    return say


def interactions(fit: np.ndarray, asked: np.ndarray, target: int | None, loss: str) -> sp.coo_matrix:
    """Held products are 1; the logistic loss needs the others as well, as -1, where the losses of ranks draw them."""
    if loss != "logistic":
        return matrix(np.concatenate([fit, asked])).tocoo()
    signs = np.where(np.concatenate([fit, asked]), 1, -1).astype(np.float32)
    if target is not None:
        signs[len(fit) :, target] = 0
    return sp.coo_matrix(signs)


# ---- boosting: read the account -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """Examples for a classifier."""

    x: pd.DataFrame
    y: np.ndarray
    weight: np.ndarray


def with_held(features: pd.DataFrame, held: np.ndarray) -> pd.DataFrame:
    columns = pd.DataFrame(held.astype(np.int8), columns=[f"held_{p}" for p in range(held.shape[1])])
    counted = columns.assign(held_count=held.sum(axis=1))
    return pd.concat([features.reset_index(drop=True), counted], axis=1)


def rows_of(known: Known, target: int | None) -> Rows:
    """Every held product hidden in turn, each account weighing 1; or one row per account for a target."""
    if target is not None:
        return Rows(known.features, known.held[:, target].astype(int), np.ones(len(known.held)))
    account, hidden = known.held.nonzero()
    rest = known.held[account]
    rest[np.arange(len(account)), hidden] = False
    weight = 1 / known.held.sum(axis=1)[account]
    return Rows(with_held(known.features.iloc[account], rest), hidden, weight)


def asked_of(known: Known, target: int | None) -> pd.DataFrame:
    return known.features if target is not None else with_held(known.features, known.held)


def log_loss(rows: Rows, said: np.ndarray, classes: np.ndarray) -> float:
    place = np.searchsorted(classes, rows.y)
    place = np.minimum(place, len(classes) - 1)
    own = np.where(classes[place] == rows.y, said[np.arange(len(rows.y)), place], 0.0)
    return float(-np.average(np.log(np.maximum(own, 1e-12)), weights=rows.weight))


def boost(task: Task, settings: list[Setting], check: Callable[..., Any], final: Callable[..., Any]) -> Answer:
    """`check` fits to the rows with a stop on the others and returns the model and its trees; `final` fits to all."""

    def search() -> tuple[Setting, int]:
        fit, held_out = (rows_of(part, task.target) for part in task.split())
        tried = [check(fit, held_out, one) for one in settings]
        losses = [log_loss(held_out, model.predict_proba(held_out.x), model.classes_) for model, _ in tried]
        best = int(np.argmin(losses))
        return settings[best], tried[best][1]

    (setting, trees), search_s = timed(search)
    rows, asked = rows_of(task.train, task.target), asked_of(task.test, task.target)
    model, fit_s = timed(lambda: final(rows, trees, setting))
    said, score_s = best_timed(lambda: model.predict_proba(asked))
    return Answer(_spread(said, model.classes_, task), fit_s, score_s, {**setting, "trees": trees}, search_s, True)


def _spread(said: np.ndarray, classes: np.ndarray, task: Task) -> np.ndarray:
    if task.target is not None:
        return said[:, [1]]
    scores = np.zeros((len(said), task.train.held.shape[1]))
    scores[:, classes.astype(int)] = said
    return scores


def lightgbm(task: Task) -> Answer:
    import lightgbm as lgb

    fixed = {"subsample_freq": 1, "subsample": 0.9, "colsample_bytree": 0.8, "n_jobs": 1, "verbose": -1}
    fixed["random_state"] = task.seed

    def make(trees: int, setting: Setting) -> Any:
        return lgb.LGBMClassifier(n_estimators=trees, **fixed, **setting)

    def check(fit: Rows, held_out: Rows, setting: Setting) -> tuple[Any, int]:
        model = make(MOST_TREES, setting).fit(
            fit.x, fit.y, sample_weight=fit.weight, eval_set=[(held_out.x, held_out.y)],
            eval_sample_weight=[held_out.weight], callbacks=[lgb.early_stopping(PATIENCE, verbose=False)],
        )  # fmt: skip
        return model, int(model.best_iteration_)

    def final(rows: Rows, trees: int, setting: Setting) -> Any:
        return make(trees, setting).fit(rows.x, rows.y, sample_weight=rows.weight)

    settings = grid(num_leaves=[4, 8, 31], learning_rate=[0.07], min_child_samples=[20])
    return boost(task, settings, check, final)


def hist_boosting(task: Task) -> Answer:
    from sklearn.ensemble import HistGradientBoostingClassifier

    fixed = {"random_state": task.seed, "categorical_features": "from_dtype", "learning_rate": 0.08}

    def check(fit: Rows, held_out: Rows, setting: Setting) -> tuple[Any, int]:
        model = HistGradientBoostingClassifier(
            max_iter=MOST_TREES, early_stopping=True, n_iter_no_change=PATIENCE, tol=0, **fixed, **setting
        )
        part = {"X_val": held_out.x, "y_val": held_out.y, "sample_weight_val": held_out.weight}
        model.fit(fit.x, fit.y, sample_weight=fit.weight, **part)
        return model, int(np.argmax(model.validation_score_)) or 1

    def final(rows: Rows, trees: int, setting: Setting) -> Any:
        model = HistGradientBoostingClassifier(max_iter=trees, early_stopping=False, **fixed, **setting)
        return model.fit(rows.x, rows.y, sample_weight=rows.weight)

    return boost(task, grid(max_leaf_nodes=[4, 8, 31]), check, final)


class CatBoost:
    """CatBoost with categories as texts, behind the two calls that `boost` makes."""

    def __init__(self, task: Task, trees: int, setting: Setting) -> None:
        from catboost import CatBoostClassifier

        fixed = {"random_seed": task.seed, "thread_count": 1, "verbose": False, "allow_writing_files": False}
        loss = "Logloss" if task.target is not None else "MultiClass"
        self.model = CatBoostClassifier(iterations=trees, loss_function=loss, learning_rate=0.15, **fixed, **setting)

    def fit(self, rows: Rows, held_out: Rows | None = None) -> "CatBoost":
        stop = {} if held_out is None else {"eval_set": self._pool(held_out), "early_stopping_rounds": PATIENCE}
        self.model.fit(self._pool(rows), **stop)
        self.classes_ = np.asarray(self.model.classes_)
        return self

    def predict_proba(self, x: pd.DataFrame) -> np.ndarray:
        return self.model.predict_proba(self._texts(x), thread_count=1)

    def _pool(self, rows: Rows) -> Any:
        from catboost import Pool

        named = list(rows.x.select_dtypes("category").columns)
        return Pool(self._texts(rows.x), rows.y, weight=rows.weight, cat_features=named)

    def _texts(self, x: pd.DataFrame) -> pd.DataFrame:
        return x.astype(dict.fromkeys(x.select_dtypes("category").columns, str))


def catboost(task: Task) -> Answer:
    def check(fit: Rows, held_out: Rows, setting: Setting) -> tuple[Any, int]:
        model = CatBoost(task, MOST_TREES, setting).fit(fit, held_out)
        return model, int(model.model.get_best_iteration()) + 1

    def final(rows: Rows, trees: int, setting: Setting) -> Any:
        return CatBoost(task, trees, setting).fit(rows)

    # with many classes a fit takes half a minute, so one depth has to do there
    return boost(task, grid(depth=[4, 6] if task.target is not None else [4]), check, final)


def explainable(task: Task) -> Answer:
    """Its own bags hold out rows to stop on, so there is nothing to search; pairs where there are two classes."""
    from interpret.glassbox import ExplainableBoostingClassifier

    pairs = 0 if task.target is None else "3x"
    setting = {"outer_bags": 4, "interactions": pairs, "learning_rate": 0.04}
    model = ExplainableBoostingClassifier(**setting, n_jobs=1, random_state=task.seed)
    rows, asked = rows_of(task.train, task.target), asked_of(task.test, task.target)
    _, fit_s = timed(lambda: model.fit(rows.x, rows.y, sample_weight=rows.weight))
    said, score_s = best_timed(lambda: model.predict_proba(asked))
    return Answer(_spread(said, model.classes_, task), fit_s, score_s, setting, is_probability=True)


def lightfm_by(*, with_features: bool) -> Callable[[Task], Answer]:
    fitting = grid(loss=["warp", "logistic"], components=[8, 24], epochs=[3, 10, 40])
    settings = grid(fitting=fitting, by_id=[True, False] if with_features else [True], with_features=[with_features])
    return lambda task: collaborate(task, partial(lightfm, target=task.target), settings, sees_features=True)


PEERS: Mapping[str, Callable[[Task], Answer]] = {
    "RecTools popular": lambda task: collaborate(task, popular, [{}]),
    "RecTools EASE": lambda task: collaborate(task, ease, grid(regularization=[1.0, 10.0, 50.0, 200.0, 1000.0])),
    "implicit item cosine": lambda task: collaborate(task, cosine, grid(neighbours=[3, 6, 30])),
    "implicit ALS": lambda task: collaborate(
        task, als, grid(factors=[2, 4, 8], regularization=[0.01, 1.0], alpha=[1.0, 10.0])
    ),
    "implicit BPR": lambda task: collaborate(
        task, bpr, grid(factors=[4, 16], learning_rate=[0.01, 0.05], iterations=[10, 40, 150])
    ),
    "LightFM": lightfm_by(with_features=False),
    "LightFM with features": lightfm_by(with_features=True),
    "scikit-learn HistGradientBoosting": hist_boosting,
    "LightGBM": lightgbm,
    "CatBoost": catboost,
    "interpret EBM": explainable,
}


def answers(folder: Path, names: list[str]) -> Iterator[tuple[str, Answer]]:
    task = read(folder)
    for name in names:
        yield name, PEERS[name](task)


def main(folder: Path, out: Path, names: list[str]) -> None:
    warnings.simplefilter("ignore")
    for name, answer in answers(folder, names):
        words = {
            "fit_s": answer.fit_s,
            "score_s": answer.score_s,
            "search_s": answer.search_s,
            "setting": dict(answer.setting),
            "is_probability": answer.is_probability,
        }
        np.save(out / f"{name}.npy", np.asarray(answer.scores, dtype=np.float64))
        (out / f"{name}.json").write_text(json.dumps(words))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
