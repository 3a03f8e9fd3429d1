"""The boosted scorecard: what it finds, and that its tables are the trees."""

# ruff: noqa: N806  X is scikit-learn's name for it

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from recommender.errors import FeatureError
from recommender.ranking import BoostedRanker, LogisticRanker, ScorecardRanker, growing
from recommender.ranking.additive import _PER_COLUMN
from recommender.ranking.boosting import Boosting, Task, boost, make_dataset, mean_loss
from recommender.ranking.columns import Columns
from recommender.ranking.examples import read_examples
from recommender.ranking.folds import split_folds
from recommender.ranking.frames import read_features
from recommender.ranking.tabulate import make_terms
from recommender.ranking.trees import Box, Tables, joint_gains, read_tables
from recommender.ranking.units import Sampling, evenly, of_product

SETTINGS = Boosting(
    learning_rate=0.2, max_leaves=6, max_trees=30, patience=5, min_leaf_rows=5, l2=1.0, seed=0, n_threads=1
)
SMALL: dict[str, Any] = {"n_folds": 2, "max_trees": 60, "patience": 5, "max_bins": 16, "learning_rate": 0.2}
ONCE = SMALL | {"n_repeats": 1}


def columns(n: int = 600, seed: int = 0) -> Columns:
    """Two numbers, the first with gaps, a category and a flag, in bins."""
    random = np.random.default_rng(seed)
    found = np.stack([random.integers(0, size, n) for size in (9, 9, 5, 2)]).astype(np.int32)
    found[1][found[1] == 8] = 0
    return Columns(found, (9, 9, 5, 2), (False, False, True, False), (True, True, False, False), (0, 0, 0, 0))


def tasks(ground: Columns, link: str, n_outputs: int) -> tuple[Task, Task]:
    random, n = np.random.default_rng(1), ground.found.shape[1]
    scores = np.where(ground.found[2] == 1, 1.5, -1.0)[:, np.newaxis] * np.linspace(1, -1, n_outputs) + 2 * (
        (ground.found[0] > 4) & (ground.found[3] == 1)
    )[:, np.newaxis] * np.linspace(-1, 1, n_outputs)
    chosen = (scores + random.gumbel(size=scores.shape)).argmax(axis=1)
    target = np.eye(n_outputs)[chosen] if n_outputs > 1 else 1.0 * (random.logistic(size=scores.shape) < scores)
    task = Task(
        link=link,  # type: ignore[arg-type]  # a text of the two
        rows=np.arange(n),
        target=target,
        start=random.normal(size=scores.shape) / 10,
        is_open=(random.random(scores.shape) < 0.8) | (target > 0),
        weight=np.asarray(random.random(n) + 0.5),
    )
    return _rows(task, np.arange(n) % 3 > 0), _rows(task, np.arange(n) % 3 == 0)


def _rows(task: Task, chosen: Any) -> Task:
    parts = {name: getattr(task, name)[chosen] for name in ("rows", "target", "start", "is_open", "weight")}
    return replace(task, **parts)


@pytest.mark.parametrize(("link", "n_outputs"), [("independent", 1), ("one_of", 3)])
def test_tables_give_the_scores_of_lightgbm_itself(link: str, n_outputs: int):
    ground = columns()
    task, held_out = tasks(ground, link, n_outputs)
    groups = [[0], [1], [2], [3], [0, 3], [1, 2], [0, 2, 3]]
    booster, rounds, loss = boost(make_dataset(ground, SETTINGS), ground, SETTINGS, task, held_out, groups)
    trees = [tree["tree_structure"] for tree in booster.dump_model(num_iteration=rounds)["tree_info"]]
    tables = [read_tables(trees[i::n_outputs], ground) for i in range(n_outputs)]
    own = np.asarray(booster.predict(ground.values(), raw_score=True, num_iteration=rounds)).reshape(-1, n_outputs)
    assert rounds > 3
    assert {len(key) for of_one in tables for key in of_one.boxes} == {2, 3}
    assert loss == pytest.approx(mean_loss(held_out, held_out.start + own[held_out.rows]))

    weight = np.ones(ground.found.shape[1])
    terms, scores = make_terms(tables, ground.found, weight), np.zeros_like(own)
    for term in terms:
        scores[:, term.products] += term.points[term.cells(ground.found)]
    constant = scores - own
    assert_allclose(constant, constant[:1].repeat(len(own), axis=0), atol=1e-9)


def test_a_pair_keeps_only_what_its_columns_do_not_say_alone():
    found = np.array([[0, 0, 1, 1], [0, 1, 0, 1]], dtype=np.int32)
    cells = {(0, 0): 1.0, (0, 1): 2.0, (1, 0): 3.0, (1, 1): 8.0}
    boxes = [Box(value, (np.arange(2) == i, np.arange(2) == j)) for (i, j), value in cells.items()]
    tables = [Tables(boxes={(0, 1): boxes})]
    first, second, pair = make_terms(tables, found, np.ones(4))
    # means: rows 1.5 and 5.5; what is left of columns -1.5 and 1.5
    assert_allclose(first.points, [[1.5], [5.5]])
    assert_allclose(second.points, [[-1.5], [1.5]])
    assert_allclose(pair.points.reshape(2, 2), [[1.0, -1.0], [-1.0, 1.0]])


def test_gains_are_credited_to_the_pairs_along_a_path():
    leaf = {"leaf_value": 0.0}
    inner = {"split_feature": 2, "split_gain": 5.0, "left_child": leaf, "right_child": leaf}
    again = {"split_feature": 1, "split_gain": 3.0, "left_child": inner, "right_child": leaf}
    root = {"split_feature": 1, "split_gain": 9.0, "left_child": again, "right_child": inner}
    assert joint_gains([root]) == {(1, 2): 10.0}
    deeper = {"split_feature": 7, "split_gain": 2.0, "left_child": root, "right_child": leaf}
    # below 7: twice by 1 for (1, 7), twice by 2 for (2, 7) and for the triple
    assert joint_gains([deeper]) == {(1, 2): 10.0, (1, 7): 9.0 + 3.0, (2, 7): 10.0, (1, 2, 7): 10.0}


def _interaction(n: int = 4000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take-up depends on whether a and b lie on the same side, on neither alone; c says nothing."""
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.random((n, 3)), columns=list("abc"))
    same = (X["a"] > 0.5) == (X["b"] > 0.5)
    return X, pd.DataFrame({"film": random.random(n) < np.where(same, 0.5, 0.1)})


def test_finds_the_pair_that_matters():
    X, y = _interaction()
    ranker = ScorecardRanker(**ONCE, max_pairs=2, max_triples=0).fit(X, y)
    assert "a & b" in ranker.compile().terms
    found = ranker.predict_proba(pd.DataFrame({"a": [0.9, 0.1], "b": [0.9, 0.9], "c": [0.5, 0.5]}))["film"]
    assert_allclose(found, [0.5, 0.1], atol=0.07)


def test_has_no_pairs_where_none_are_allowed_or_none_help():
    X, y = _interaction(1500)
    assert not any(
        " & " in term for term in ScorecardRanker(**ONCE, max_pairs=0, max_triples=0).fit(X, y).compile().terms
    )
    additive = pd.DataFrame({"film": np.random.default_rng(1).random(1500) < 0.1 + 0.5 * (X["a"] > 0.5)})
    card = ScorecardRanker(**ONCE, max_pairs=2).fit(X[["a", "c"]], additive).compile()
    assert card.terms[0] == "a"


def test_sampled_negatives_leave_the_rate_as_it_is():
    random = np.random.default_rng(0)
    X = pd.DataFrame({"use": random.random(20_000)})
    y = pd.DataFrame({"film": random.random(20_000) < np.where(X["use"] > 0.5, 0.04, 0.01)})
    ranker = ScorecardRanker(**ONCE, negatives=5, min_negatives=100).fit(X, y)
    assert ranker.predict_proba(X)["film"].mean() == pytest.approx(y["film"].mean(), rel=0.1)


@pytest.mark.parametrize("ranker", [ScorecardRanker, BoostedRanker])
def test_no_more_rows_than_asked_for_are_learnt_from_and_the_rate_stays(ranker: Any):
    random = np.random.default_rng(0)
    X = pd.DataFrame({"use": random.random(20_000)})
    y = pd.DataFrame({"film": random.random(20_000) < np.where(X["use"] > 0.5, 0.4, 0.1)})
    found = ranker(**SMALL, max_rows=2_000).fit(X, y).predict_proba(X)["film"]
    assert found[X["use"] > 0.5].mean() == pytest.approx(0.4, abs=0.04)
    assert found[X["use"] <= 0.5].mean() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize(("taken", "wanted"), [(0.9, (1_000, 1_000)), (0.02, (200, 800))])
def test_take_ups_fill_half_of_the_rows_at_most(taken: float, wanted: tuple[int, int]):
    y = pd.DataFrame({"film": np.arange(10_000) < 10_000 * taken})
    examples = read_examples(pd.DataFrame({"use": np.arange(10_000)}), y)
    sampling = Sampling(negatives=4, min_negatives=0, max_rows=2_000)
    unit = of_product(examples, np.zeros(10_000, int), np.zeros((1, 10_000), np.int32), 0, seed=0, sampling=sampling)
    takers, others = wanted
    assert (unit.examples.y.sum(), (~unit.examples.y).sum()) == wanted
    expected = np.log(others / (10_000 * (1 - taken))) - np.log(takers / (10_000 * taken))
    assert unit.shift == pytest.approx(expected)


def test_some_of_many_rows_are_evenly_spread():
    assert_array_equal(evenly(np.arange(10), 4), [0, 2, 5, 7])
    assert_array_equal(evenly(np.arange(3), 4), [0, 1, 2])


def test_what_is_chosen_on_some_rows_is_grown_on_all(monkeypatch: pytest.MonkeyPatch):
    X, y = _interaction()
    seen: list[int] = []

    def watched(*arguments: Any) -> Any:
        seen.append(len(arguments[3].rows))
        return boost(*arguments)

    monkeypatch.setattr(growing, "boost", watched)
    monkeypatch.setattr(growing, "_CHOICE_ROWS", 1_000)
    monkeypatch.setattr(growing, "_RIDGE_ROWS", 500)
    ranker = ScorecardRanker(**ONCE, max_pairs=2, max_triples=0).fit(X, y)
    few, many = seen[:4], seen[4:]
    assert max(few) < 1_000
    assert sum(many) == 4_000 * (SMALL["n_folds"] - 1)
    found = ranker.predict_proba(pd.DataFrame({"a": [0.9, 0.1], "b": [0.9, 0.9], "c": [0.5, 0.5]}))["film"]
    assert_allclose(found, [0.5, 0.1], atol=0.07)


def test_where_there_is_little_to_learn_from_folds_are_drawn_anew(monkeypatch: pytest.MonkeyPatch):
    X, y = _interaction(600)
    drawn: list[Any] = []

    def watched(ground: Any, unit: Any) -> Any:
        drawn.append(unit.folds)
        return grow_folds(ground, unit)

    grow_folds = growing._grow_folds
    monkeypatch.setattr(growing, "_grow_folds", watched)
    once, thrice = (
        ScorecardRanker(**SMALL, n_repeats=n, repeat_rows=1_900, max_pairs=2).fit(X, y).predict_proba(X) for n in (1, 3)
    )
    assert len(drawn) == 1 + 3
    assert len({folds.tobytes() for folds in drawn[1:]}) == 3
    assert_array_equal(drawn[0], drawn[1])
    assert not np.array_equal(once, thrice)
    drawn.clear()
    ScorecardRanker(**SMALL, n_repeats=3, repeat_rows=1_900, max_pairs=2).fit(X, y.assign(other=y["film"]))
    assert len(drawn) == 2  # products, each with its folds drawn once: two of them have twice the rows


def test_points_never_fall_where_the_user_says_so():
    random = np.random.default_rng(0)
    X = pd.DataFrame({"use": random.random(1500)})
    y = pd.DataFrame({"film": random.random(1500) < 0.3 + 0.1 * np.sin(9 * X["use"])})
    ranker = ScorecardRanker(**ONCE, monotone={"use": 1}).fit(X, y)
    found = ranker.predict_proba(pd.DataFrame({"use": np.linspace(0, 1, 200)}))["film"].to_numpy()
    assert (np.diff(found) >= -1e-12).all()
    assert found[-1] > found[0]


def test_a_monotone_feature_must_be_there():
    X, y = _interaction(100)
    with pytest.raises(FeatureError, match="monotone names features that are not there"):
        ScorecardRanker(monotone={"z": 1}).fit(X, y)


def test_a_product_with_few_take_ups_has_the_ridge_regression_alone():
    X, y = _interaction(1500)
    rare = pd.DataFrame({"film": y["film"] & (np.arange(1500) < 60)})
    card = ScorecardRanker(**ONCE, min_positives=1000).fit(X, rare).compile()
    # the scorecard has one column more, how many products are held, and the penalty grows with their number
    rarity, columns = _PER_COLUMN / rare["film"].sum(), X.shape[1] + 1
    stronger = (1 + rarity * (columns + 1)) / (1 + rarity * columns)
    same = LogisticRanker(max_bins=16, l2=stronger).fit(X, rare).compile()
    holds, rows = np.zeros((1500, 1), bool), read_features(X)
    assert_allclose(card.log_odds(rows, holds), same.log_odds(rows, holds), atol=1e-3)


@pytest.mark.parametrize("one_of", [False, True])
def test_threads_do_not_change_what_is_learnt(one_of: bool):  # noqa: FBT001  a case
    X, y = _interaction(600)
    both = y.assign(modem=~y["film"] if one_of else y["film"].to_numpy()[::-1])
    first = ScorecardRanker(**SMALL, n_jobs=1).fit(X, both).predict_proba(X)
    assert_array_equal(ScorecardRanker(**SMALL, n_jobs=2).fit(X, both).predict_proba(X), first)


def test_rows_of_one_account_fall_in_one_fold():
    features = np.repeat(np.arange(100), 3)[np.newaxis].astype(np.int32)
    y = pd.DataFrame(np.tile(np.eye(3, dtype=bool), (100, 1)), columns=list("abc"))
    examples = read_examples(pd.DataFrame({"x": features[0]}), y, ~y)
    folds = split_folds(examples, features, 2, np.random.RandomState(0))
    assert (folds.reshape(100, 3) == folds.reshape(100, 3)[:, :1]).all()
    assert_array_equal(np.bincount(folds), [150, 150])


def test_the_months_of_one_account_fall_in_one_fold_however_accounts_are_named_and_ordered():
    random = np.random.default_rng(0)
    X = pd.DataFrame({"x": random.integers(0, 10, 600)}, index=np.tile(np.arange(200), 3))
    y = pd.DataFrame({"a": random.random(600) < 0.5})

    def folds(order: Any, names: Any) -> Any:
        rows = X.iloc[order].set_axis(names[X.index[order]])
        examples = read_examples(rows, y.iloc[order].set_axis(rows.index))
        found = rows["x"].to_numpy(dtype=np.int32)[np.newaxis]
        return pd.Series(split_folds(examples, found, 2, np.random.RandomState(0)), index=order).sort_index()

    first = folds(np.arange(600), np.arange(200))
    assert_array_equal(first[:200], first[200:400])
    assert_array_equal(first[:200], first[400:])
    assert 200 < first.sum() < 400
    assert_array_equal(folds(random.permutation(600), random.permutation(200)), first)
