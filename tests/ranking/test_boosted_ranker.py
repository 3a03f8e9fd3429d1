"""Unrestricted boosting and the form that keeps its text."""

# ruff: noqa: N806  X is scikit-learn's name for it

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit as logistic

from recommender.errors import ModelError
from recommender.ranking import BoostedRanker, calibrate
from recommender.ranking.boosted import BoostedModel
from recommender.ranking.frames import read_features

SMALL: dict[str, Any] = {"n_folds": 2, "max_trees": 60, "patience": 5, "max_bins": 16, "learning_rate": 0.2}


def three_way(n: int = 6000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take-up where an odd number of three flags is set: nothing that single features or pairs could say."""
    X = pd.DataFrame(np.random.default_rng(0).random((n, 3)) < [0.5, 0.4, 0.6], columns=list("abc"))
    odd = X.sum(axis=1) % 2 == 1
    return X, pd.DataFrame({"film": np.random.default_rng(1).random(n) < np.where(odd, 0.6, 0.1)})


def model(*, one_of: bool) -> tuple[BoostedModel, Any, Any]:
    X, y = three_way(600)
    both = y.assign(modem=~y["film"] if one_of else False)
    return BoostedRanker(**SMALL).fit(X, both).compile(), read_features(X), np.zeros((600, 2), bool)


def test_finds_what_no_pair_could_say():
    X, y = three_way()
    ranker = BoostedRanker(**SMALL).fit(X, y)
    found = ranker.predict_proba(pd.DataFrame({"a": [True, True], "b": [False, True], "c": [False, False]}))["film"]
    assert_allclose(found, [0.6, 0.1], atol=0.1)


@pytest.mark.parametrize("one_of", [False, True])
def test_arrays_bring_the_model_back_bit_for_bit(one_of: bool):  # noqa: FBT001  a case
    trained, rows, held = model(one_of=one_of)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **trained.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        again = BoostedModel.from_arrays(dict(arrays))
    assert any(trained.texts)
    assert_array_equal(again.propensities(rows, held), trained.propensities(rows, held))


def test_calibration_bends_the_log_odds_of_trees_to_what_later_rows_say():
    X, y = three_way()
    trained, rows, held = BoostedRanker(**SMALL).fit(X, y).compile(), read_features(X), np.zeros((len(X), 1), bool)
    bent = logistic(1.0 + 0.5 * trained.log_odds(rows, held))
    later = pd.DataFrame(np.random.default_rng(2).random(bent.shape) < bent, columns=["film"])
    curved = calibrate(trained, X, later)
    assert_allclose(curved.propensities(rows, held), bent, atol=0.03)
    assert_allclose(curved.base_rate, curved.propensities(rows, held).mean(axis=0))


def broken(fault: str) -> dict[str, Any]:
    arrays = model(one_of=False)[0].to_arrays()
    shape, trees = arrays["tree_shape"], arrays["trees"]
    faults: dict[str, dict[str, Any]] = {
        "no trees": {"trees": None},
        "another type": {"trees": trees.astype(np.int32)},
        "no fold": {"tree_shape": np.concatenate([[0], shape[1:]])},
        "too few texts": {"tree_shape": np.array([2, 0, len(trees)])},
        "an end beyond the text": {"tree_shape": np.concatenate([shape[:-1], [shape[-1] + 1]])},
        "no slopes": {"tree_slope": None},
        "too few slopes": {"tree_slope": np.ones(1)},
        "a slope that is no number": {"tree_slope": np.array([1.0, np.nan])},
        "no text": {"trees": np.full_like(trees, 255)},
        "not LightGBM's": {"trees": np.full_like(trees, ord("x"))},
    }
    changed = {**arrays, **faults[fault]}
    return {name: array for name, array in changed.items() if array is not None}


@pytest.mark.parametrize(
    "fault",
    [
        "no trees",
        "another type",
        "no fold",
        "too few texts",
        "an end beyond the text",
        "no slopes",
        "too few slopes",
        "a slope that is no number",
        "no text",
        "not LightGBM's",
    ],
)
def test_broken_arrays_are_refused(fault: str):
    arrays = broken(fault)
    with pytest.raises(ModelError, match=r"^The boosted model is refused: .*\.$"):
        BoostedModel.from_arrays(arrays)


def test_trees_over_other_columns_are_refused():
    X, y = three_way(600)
    other = BoostedRanker(**SMALL).fit(
        X[["a", "b"]].assign(d=X["a"] & X["c"], e=X["b"] ^ X["c"]), y.assign(modem=False)
    )
    arrays = model(one_of=False)[0].to_arrays()
    trees = {name: other.compile().to_arrays()[name] for name in ("trees", "tree_shape")}
    with pytest.raises(ModelError, match="its trees read other columns"):
        BoostedModel.from_arrays({**arrays, **trees})
