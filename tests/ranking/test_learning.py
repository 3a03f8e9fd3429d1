"""What each ranker learns from data whose answer is known by construction."""

# ruff: noqa: N803, N806  X is scikit-learn's name for it

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression

from recommender.errors import DataError, NotEnoughDataError
from recommender.ranking import (
    CategoryBins,
    CoHoldingRanker,
    LogisticRanker,
    NumericBins,
    PopularityRanker,
    calibrate,
    hide_one,
)
from recommender.ranking.additive import _PER_COLUMN
from recommender.ranking.examples import read_examples
from recommender.ranking.frames import read_features
from recommender.ranking.learn_bins import learn_bins


def _many(n: int = 4000, seed: int = 0) -> tuple[pd.DataFrame, "np.random.Generator"]:
    random = np.random.default_rng(seed)
    return pd.DataFrame({"use": random.random(n), "kind": random.choice(["x", "y"], n)}), random


def test_popularity_is_the_share_among_those_without_the_product():
    y = pd.DataFrame({"a": [True] * 30 + [False] * 70, "b": [False] * 90 + [True] * 10})
    held = pd.DataFrame({"a": [False] * 100, "b": [True] * 50 + [False] * 50})
    found = PopularityRanker().fit(y.astype(int), y, held).predict_proba(y.astype(int))
    np.testing.assert_allclose(found.iloc[0], [30 / 100, 10 / 50], rtol=0.02)


def test_popularity_of_one_of_counts_only_choices_that_were_open():
    # a is chosen 2 : 1 over b where both are open; c is all that the others lack
    y = pd.DataFrame(np.eye(3, dtype=bool)[[0] * 200 + [1] * 100 + [2] * 300], columns=list("abc"))
    held = pd.DataFrame(np.array([[False, False, True]] * 300 + [[True, True, False]] * 300), columns=list("abc"))
    found = PopularityRanker().fit(y.astype(int), y, held).predict_proba(y.astype(int), held).iloc[0]
    assert found["a"] == pytest.approx(2 / 3, abs=0.01)


def test_co_holding_weights_are_those_of_ease():
    random = np.random.default_rng(0)
    full = pd.DataFrame(random.random((500, 4)) < [0.5, 0.3, 0.4, 0.2], columns=list("abcd"))
    X, y, held, weight = hide_one(pd.DataFrame(index=full.index), full)
    ranker = CoHoldingRanker(l2=10.0).fit(X, y, held, weight)
    holds = full.to_numpy(float)
    inverse = np.linalg.inv(holds.T @ holds + 10.0 * np.eye(4))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(ranker.weights_, expected, atol=1e-8)


def test_co_holding_learns_which_products_go_together():
    random = np.random.default_rng(0)
    modem = random.random(3000) < 0.5
    held = pd.DataFrame({"modem": modem, "film": False})
    y = pd.DataFrame({"modem": False, "film": random.random(3000) < np.where(modem, 0.4, 0.1)})
    card = CoHoldingRanker().fit(held.astype(int), y, held).compile()
    found = card.propensities(read_features(held.astype(int)), held.to_numpy())[:, 1]
    assert found[modem][0] == pytest.approx(0.4, abs=0.03)
    assert found[~modem][0] == pytest.approx(0.1, abs=0.03)


def test_logistic_finds_the_rate_of_each_bin():
    X, random = _many()
    y = pd.DataFrame({"a": random.random(4000) < np.where(X["use"] > 0.5, 0.4, 0.05)})
    found = LogisticRanker().fit(X, y).predict_proba(pd.DataFrame({"use": [0.2, 0.8], "kind": ["x", "x"]}))["a"]
    np.testing.assert_allclose(found, [0.05, 0.4], atol=0.04)


def test_logistic_equals_scikit_learn_on_the_same_columns():
    X, random = _many()
    y = random.random(4000) < np.where(X["kind"] == "x", 0.3, 0.1)
    card = LogisticRanker(l2=2.0).fit(X[["kind"]], pd.DataFrame({"a": y})).compile()
    columns = pd.get_dummies(X["kind"]).to_numpy(float)
    positives = y.sum()  # the columns are kind and whether "a" is held
    same = LogisticRegression(C=1 / (2.0 * (1 + _PER_COLUMN * 2 / positives)), tol=1e-10).fit(columns, y)
    points = card.tables[0].points[:2, 0]
    assert points[0] - points[1] == pytest.approx(same.coef_[0][0] - same.coef_[0][1], abs=1e-3)


def test_logistic_reads_what_is_held():
    X, random = _many()
    held = pd.DataFrame({"a": False, "modem": random.random(4000) < 0.5})
    y = pd.DataFrame({"a": random.random(4000) < np.where(held["modem"], 0.5, 0.1)})
    card = LogisticRanker().fit(X, y, held).compile()
    assert card.products == ("a",)
    assert card.held_products == ("a", "modem")
    found = card.propensities(read_features(X.iloc[[0, 0]]), np.array([[False, False], [False, True]]))
    np.testing.assert_allclose(found.ravel(), [0.1, 0.5], atol=0.06)


def test_logistic_of_one_of_finds_who_chooses_what():
    X, random = _many()
    first = random.random(4000) < np.where(X["kind"] == "x", 0.8, 0.3)
    y = pd.DataFrame({"a": first, "b": ~first})
    found = LogisticRanker().fit(X, y).predict_proba(pd.DataFrame({"use": [0.5, 0.5], "kind": ["x", "y"]}))
    np.testing.assert_allclose(found["a"], [0.8, 0.3], atol=0.05)


def test_a_gap_has_points_of_its_own():
    X, random = _many()
    X.loc[random.random(4000) < 0.3, "use"] = np.nan
    y = pd.DataFrame({"a": random.random(4000) < np.where(X["use"].isna(), 0.6, 0.1)})
    found = LogisticRanker().fit(X, y).predict_proba(pd.DataFrame({"use": [None, 0.5], "kind": ["x", "x"]}))["a"]
    np.testing.assert_allclose(found, [0.6, 0.1], atol=0.05)


def test_rare_take_ups_are_trusted_less():
    """Of two products with the same odds ratio, the one with few take-ups gets fewer points."""
    X = pd.DataFrame({"kind": ["x", "y"] * 5000})
    rare, common = np.zeros(10_000, bool), np.zeros(10_000, bool)
    rare[:8:2] = True
    common[:4000:2] = True
    spread = np.abs(LogisticRanker().fit(X, pd.DataFrame({"rare": rare, "common": common})).compile().tables[0].points)
    assert spread[0, 0] < spread[0, 1] / 2


def test_sampling_keeps_the_rates():
    X, random = _many(20_000)
    X = X[["kind"]]
    y = pd.DataFrame({"a": random.random(20_000) < np.where(X["kind"] == "x", 0.1, 0.02)})
    ranker = LogisticRanker(max_rows=4000).fit(X, y)
    found = ranker.predict_proba(pd.DataFrame({"kind": ["x", "y"]}))["a"]
    np.testing.assert_allclose(found, [0.1, 0.02], atol=0.01)
    assert_array_equal(LogisticRanker(max_rows=4000).fit(X, y).predict_proba(X), ranker.predict_proba(X))


def test_threads_do_not_change_what_is_learnt():
    X, random = _many(500)
    y = pd.DataFrame(random.random((500, 3)) < 0.3, columns=list("abc"))
    assert_array_equal(
        LogisticRanker(n_jobs=2).fit(X, y).predict_proba(X), LogisticRanker(n_jobs=1).fit(X, y).predict_proba(X)
    )


def test_auto_takes_one_of_where_each_row_has_exactly_one():
    X, _ = _many(40)
    y = pd.DataFrame({"a": [True, False] * 20, "b": [False, True] * 20})
    assert PopularityRanker().fit(X, y).compile().link == "one_of"
    assert PopularityRanker(link="independent").fit(X, y).compile().link == "independent"
    assert PopularityRanker().fit(X, y | [False, True]).compile().link == "independent"
    assert PopularityRanker().fit(X, y[["a"]]).compile().link == "independent"


def test_one_of_where_each_hidden_product_is_still_held_is_refused():
    X, _ = _many(10)
    y = pd.DataFrame({"a": [True, False] * 5, "b": [False, True] * 5})
    with pytest.raises(NotEnoughDataError, match="no example"):
        PopularityRanker().fit(X, y, y)


def test_an_unknown_link_is_refused():
    X, _ = _many(10)
    with pytest.raises(DataError, match="link must be"):
        PopularityRanker(link="both").fit(X, pd.DataFrame({"a": [True] * 10}))  # type: ignore[arg-type]  # the point


def test_hiding_gives_each_account_the_weight_1_and_each_row_one_hidden_product():
    full = pd.DataFrame([[1, 1, 1], [0, 0, 0], [0, 1, 0]], columns=list("abc"), index=["p", "q", "r"]).astype(bool)
    X, y, held, weight = hide_one(pd.DataFrame({"age": [1, 2, 3]}, index=full.index), full)
    assert list(X.index) == ["p", "p", "p", "r"]
    assert_array_equal(y.to_numpy().argmax(axis=1), [0, 1, 2, 1])
    assert (y.sum(axis=1) == 1).all()
    assert_array_equal(held | y, full.loc[X.index])
    assert not (held & y).to_numpy().any()
    assert weight.groupby(level=0).sum().to_dict() == {"p": 1.0, "r": 1.0}


def test_calibration_finds_shift_and_slope():
    """The later period has half the log-odds, one lower: the curve must undo exactly that."""
    X, random = _many(20_000)
    y = pd.DataFrame({"a": random.random(20_000) < 1 / (1 + np.exp(-(4 * X["use"] - 3)))})
    card = LogisticRanker().fit(X, y).compile()
    holds = np.zeros((20_000, 1), bool)
    truth = 1 / (1 + np.exp(-(0.5 * card.log_odds(read_features(X), holds) - 1)))
    later = pd.DataFrame(random.random((20_000, 1)) < truth, columns=["a"])
    curved = calibrate(card, X, later)
    np.testing.assert_allclose(curved.propensities(read_features(X), holds), truth, atol=0.02)
    assert curved.base_rate[0] == pytest.approx(truth.mean(), abs=0.01)
    found = curved.contributions(read_features(X), holds, np.arange(5), np.zeros(5, int))
    slope = curved.tables[0].points[0, 0] / card.tables[0].points[0, 0]
    assert slope == pytest.approx(0.5, abs=0.06)
    np.testing.assert_allclose(
        found, slope * card.contributions(read_features(X), holds, np.arange(5), np.zeros(5, int))
    )


def test_calibration_draws_a_product_with_few_take_ups_to_the_pooled_curve():
    """Four products took up twice the odds in the later period; the fifth was open to three rows, in vain."""
    X, random = _many(6000)
    y = pd.DataFrame({p: random.random(6000) < 0.1 for p in "abcde"})
    card = PopularityRanker().fit(X, y).compile()
    later = pd.DataFrame({p: random.random(6000) < 0.2 / 1.1 for p in "abcde"})
    held = pd.DataFrame({p: np.zeros(6000, bool) for p in "abcd"} | {"e": np.arange(6000) >= 3})
    later.loc[:2, "e"] = False
    found = calibrate(card, X, later, held).intercept - card.intercept
    np.testing.assert_allclose(found, np.log(2), atol=0.15)


def test_calibration_of_one_of_finds_the_temperature():
    X, random = _many(12_000)
    first = random.random(12_000) < np.where(X["kind"] == "x", 0.9, 0.1)
    card = LogisticRanker().fit(X, pd.DataFrame({"a": first, "b": ~first})).compile()
    flatter = random.random(12_000) < np.where(X["kind"] == "x", 0.7, 0.3)
    curved = calibrate(card, X, pd.DataFrame({"b": ~flatter, "a": flatter}))
    found = curved.propensities(pa.table({"use": [0.5, 0.5], "kind": ["x", "y"]}), np.zeros((2, 2), bool))
    np.testing.assert_allclose(found[:, 0], [0.7, 0.3], atol=0.03)


def test_calibration_refuses_missing_products_and_no_rows():
    X, _ = _many(10)
    y = pd.DataFrame({"a": [True, False] * 5})
    card = PopularityRanker().fit(X, y).compile()
    with pytest.raises(DataError, match="lacks products"):
        calibrate(card, X, y.rename(columns={"a": "z"}))
    with pytest.raises(NotEnoughDataError, match="no row to calibrate on"):
        calibrate(card, X.iloc[:0], y.iloc[:0])


def _learn(X: pd.DataFrame, max_bins: int = 4, max_levels: int = 2, min_level_rows: int = 2) -> dict[str, object]:
    examples = read_examples(X, pd.DataFrame({"a": [True] + [False] * (len(X) - 1)}))
    return {bins.feature: bins for bins in learn_bins(examples, max_bins, max_levels, min_level_rows)}


def test_few_values_have_a_bin_each():
    bins = _learn(pd.DataFrame({"n": [1, 2, 2, 10, np.nan]}))["n"]
    assert isinstance(bins, NumericBins)
    assert_array_equal(bins.edges, [1.5, 6.0])


def test_many_values_share_out_the_rows():
    bins = _learn(pd.DataFrame({"n": np.arange(100.0)}))["n"]
    assert isinstance(bins, NumericBins)
    assert_array_equal(bins.edges, [24.5, 49.5, 74.5])


def test_a_frequent_value_has_a_bin_of_its_own_and_leaves_the_others_to_the_rest():
    bins = _learn(pd.DataFrame({"n": [0.0] * 900 + list(range(1, 101))}))["n"]
    assert isinstance(bins, NumericBins)
    np.testing.assert_allclose(bins.edges, [0.5, 33.5, 67.0], atol=1.0)


def test_rare_levels_share_the_bin_of_unseen_ones():
    values: list[str | None] = ["a", "a", "a", "b", "b", "c", "c", "d", None]
    bins = _learn(pd.DataFrame({"c": values}))["c"]
    assert bins == CategoryBins("c", ("a", "b"))


def test_columns_that_tell_no_rows_apart_are_not_read():
    constant: dict[str, Any] = {"one": [1.0] * 5, "none": [None] * 5, "ids": list("abcde")}
    assert not _learn(pd.DataFrame(constant))
