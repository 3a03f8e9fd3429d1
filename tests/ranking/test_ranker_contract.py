"""What every ranker promises, whatever it learns."""

# ruff: noqa: N806  X is scikit-learn's name for it

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import estimator_checks

from recommender.errors import DataError, FeatureError, NotEnoughDataError
from recommender.ranking import (
    BoostedRanker,
    ClassifierRanker,
    CoHoldingRanker,
    LogisticRanker,
    PopularityRanker,
    Scorecard,
    ScorecardRanker,
    hide_one,
)
from recommender.ranking.frames import read_features

ADDITIVE: dict[str, Callable[[], Any]] = {
    "popularity": PopularityRanker,
    "scorecard": partial(ScorecardRanker, n_folds=2, n_repeats=1, max_trees=15, patience=3, max_bins=16, max_pairs=4),
    "co_holding": CoHoldingRanker,
    "logistic": LogisticRanker,
}


RANKERS = ADDITIVE | {
    "boosted": partial(BoostedRanker, n_folds=2, max_trees=15, patience=3, max_bins=16),
    "classifier": partial(ClassifierRanker, DecisionTreeClassifier(max_depth=3, random_state=0), n_folds=2),
}


@pytest.fixture(params=sorted(ADDITIVE))
def additive(request: pytest.FixtureRequest) -> Any:
    return ADDITIVE[request.param]()


@pytest.fixture(params=sorted(RANKERS))
def ranker(request: pytest.FixtureRequest) -> Any:
    return RANKERS[request.param]()


def frame(n: int, seed: int = 0) -> pd.DataFrame:
    """Numbers, flags and categories, each with gaps, and an index that is no range."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "trips": np.where(random.random(n) < 0.1, np.nan, random.poisson(3, n)),
            "share": random.random(n),
            "is_business": random.random(n) < 0.3,
            "days": pd.array(random.integers(0, 90, n), dtype="Int64"),
            "segment": random.choice(np.array(["city", "town", "land", None], dtype=object), n),
            "tariff": pd.Categorical(random.choice(["S", "M", "L"], n)),
            "nothing": np.full(n, np.nan),
            "always": np.ones(n),
        },
        index=[f"account-{i:05d}" for i in range(n)],
    )


def operator(n: int = 400, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """X, y and held of an operator where trips sell roaming, and a modem sells film; spare is never taken up."""
    random, X = np.random.default_rng(seed), frame(n, seed)
    held = pd.DataFrame({name: random.random(n) < 0.3 for name in ("film", "modem", "roaming", "spare")}, index=X.index)
    y = pd.DataFrame(
        {
            "film": random.random(n) < np.where(held["modem"], 0.5, 0.05),
            "modem": random.random(n) < 0.2,
            "roaming": random.random(n) < np.where(X["trips"] > 3, 0.6, 0.05),
            "spare": False,
        },
        index=X.index,
    )
    return X, y & ~held, held


LINKS = ("independent", "one_of")


def one_of(n: int = 200) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, Any]:
    X, _, held = operator(n)
    return hide_one(X, held)


_FITTED: dict[tuple[str, str], Any] = {}


def fitted(ranker: Any, link: str) -> tuple[Any, pd.DataFrame, pd.DataFrame]:
    """A ranker of the same kind, learnt once for all tests, and what it learnt from."""
    X, y, held, weight = one_of() if link == "one_of" else (*operator(), None)
    key = type(ranker).__name__, link
    if key not in _FITTED:
        _FITTED[key] = clone(ranker).fit(X, y, held, weight)
    return _FITTED[key], X, held


CHECKS = (
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_mixin_order",
    "check_do_not_raise_errors_in_init_or_set_params",
)


@pytest.mark.parametrize("check", CHECKS)
def test_conforms_to_scikit_learn(ranker: Any, check: str):
    getattr(estimator_checks, check)(type(ranker).__name__, ranker)


def test_fit_returns_self_and_keeps_the_parameters(ranker: Any):
    before = ranker.get_params()
    X, y, held = operator(60)
    assert ranker.fit(X, y, held) is ranker
    assert ranker.get_params() == before


def test_says_that_it_is_not_fitted(ranker: Any):
    with pytest.raises(NotFittedError):
        ranker.predict_proba(frame(3))


def test_a_clone_learns_the_same(ranker: Any):
    X, y, held = operator(100)
    first = ranker.fit(X, y, held).predict_proba(X, held)
    assert_frame_equal(clone(ranker).fit(X, y, held).predict_proba(X, held), first)


@pytest.mark.parametrize("link", LINKS)
def test_propensities_are_a_frame_with_the_index_of_x_and_the_products_as_columns(ranker: Any, link: str):
    model, X, held = fitted(ranker, link)
    found = model.predict_proba(X, held)
    assert found.index.equals(X.index)
    assert list(found.columns) == ["film", "modem", "roaming", "spare"]
    assert ((found > 0) & (found < 1)).to_numpy().all()


def test_propensities_of_one_of_sum_to_one_over_the_products_not_held(ranker: Any):
    model, X, held = fitted(ranker, "one_of")
    assert model.compile().link == "one_of"
    total = model.predict_proba(X, held).mask(held).sum(axis=1)
    np.testing.assert_allclose(total, 1.0, atol=1e-12)


def test_inputs_are_not_changed(ranker: Any):
    X, y, held = operator(80)
    before = X.copy(deep=True), y.copy(deep=True), held.copy(deep=True)
    ranker.fit(X, y, held, np.ones(80)).predict_proba(X, held)
    for now, then in zip((X, y, held), before, strict=True):
        assert_frame_equal(now, then)


@pytest.mark.parametrize("link", LINKS)
def test_a_row_alone_scores_bit_for_bit_as_in_the_batch(ranker: Any, link: str):
    model, X, held = fitted(ranker, link)
    batch = model.predict_proba(X, held).to_numpy()
    for i in range(0, len(X), 29):
        assert_array_equal(model.predict_proba(X.iloc[[i]], held.iloc[[i]]).to_numpy(), batch[[i]])
    assert_array_equal(model.predict_proba(X.iloc[5:28], held.iloc[5:28]).to_numpy(), batch[5:28])


@pytest.mark.parametrize("link", LINKS)
def test_intercept_and_contributions_sum_to_the_log_odds_bit_for_bit(additive: Any, link: str):
    model, X, held = fitted(additive, link)
    card, rows, holds = model.compile(), read_features(X), held.to_numpy()
    row, product = (index.ravel() for index in np.indices((len(X), 4)))
    total = card.intercept[product]
    for contribution in card.contributions(rows, holds, row, product).T:
        total = total + contribution
    assert_array_equal(total.reshape(len(X), 4), card.log_odds(rows, holds))


@pytest.mark.parametrize("link", LINKS)
def test_contributions_are_centred_over_the_training_rows(additive: Any, link: str):
    X, _, held, weight = one_of() if link == "one_of" else (*operator(), None)
    card = fitted(additive, link)[0].compile()
    for p in range(4):
        found = card.contributions(read_features(X), held.to_numpy(), np.arange(len(X)), np.full(len(X), p))
        weighted = found * (np.ones(len(X)) if weight is None else weight.to_numpy())[:, np.newaxis]
        np.testing.assert_allclose(weighted.sum(axis=0), 0.0, atol=1e-9 * len(X))


@pytest.mark.parametrize("link", LINKS)
def test_arrays_bring_the_scorecard_back_bit_for_bit(additive: Any, link: str):
    model, X, held = fitted(additive, link)
    card, file = model.compile(), io.BytesIO()
    np.savez(file, allow_pickle=False, **card.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        again = Scorecard.from_arrays(dict(arrays))
    rows, holds = read_features(X), held.to_numpy()
    assert_array_equal(again.propensities(rows, holds), card.propensities(rows, holds))
    assert (again.products, again.features, again.terms) == (card.products, card.features, card.terms)
    assert all(array.dtype != object for array in card.to_arrays().values())


def test_joblib_brings_the_ranker_back(ranker: Any):
    model, X, held = fitted(ranker, "independent")
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    assert_frame_equal(joblib.load(file).predict_proba(X, held), model.predict_proba(X, held))


def test_no_row_gives_no_row(ranker: Any):
    model, X, held = fitted(ranker, "independent")
    assert model.predict_proba(X.iloc[:0], held.iloc[:0]).shape == (0, 4)


def test_unseen_levels_gaps_and_infinities_are_scored(ranker: Any):
    model, X, held = fitted(ranker, "independent")
    odd = X.iloc[:4].assign(
        segment=np.array(["moon", None] * 2, dtype=object), tariff=pd.Categorical(["XL", None, "S", "M"])
    )
    odd = odd.assign(share=[np.inf, -np.inf, np.nan, 1e300], trips=np.full(4, None))
    assert np.isfinite(model.predict_proba(odd, held.iloc[:4]).to_numpy()).all()


def test_what_is_held_is_optional_when_predicting(ranker: Any):
    model, X, held = fitted(ranker, "independent")
    nothing = pd.DataFrame(False, index=X.index, columns=held.columns)
    assert_frame_equal(model.predict_proba(X), model.predict_proba(X, nothing))


def test_learns_the_same_from_rows_in_another_order(ranker: Any):
    X, y, held = operator(150)
    order = np.random.default_rng(1).permutation(150)
    weight = np.linspace(0.5, 2.0, 150)
    first = ranker.fit(X, y, held, weight).predict_proba(X, held)
    again = clone(ranker).fit(X.iloc[order], y.iloc[order], held.iloc[order], weight[order]).predict_proba(X, held)
    assert_frame_equal(again, first, check_exact=True)


def test_rows_without_weight_teach_nothing(ranker: Any):
    X, y, held = operator(120)
    weight = np.repeat([1.0, 0.0], 60)
    first = ranker.fit(X.iloc[:60], y.iloc[:60], held.iloc[:60]).predict_proba(X, held)
    assert_frame_equal(clone(ranker).fit(X, y, held, weight).predict_proba(X, held), first)


def test_rows_that_hold_a_product_teach_nothing_about_it(ranker: Any):
    X, y, held = operator(200)
    other = y.assign(roaming=y["roaming"] | held["roaming"])
    first = ranker.fit(X, y, held).predict_proba(X, held)["roaming"]
    again = clone(ranker).fit(X, other, held)
    assert again.compile().base_rate[2] == ranker.compile().base_rate[2]
    np.testing.assert_allclose(again.predict_proba(X, held)["roaming"], first, atol=0.02)


def test_a_product_without_take_up_gets_the_pooled_rate_and_the_flag(ranker: Any):
    X, y, held = operator()
    model, _, _ = fitted(ranker, "independent")
    card = model.compile()
    without = (~held).to_numpy().sum()
    assert card.flags(3) == ("prior", "few_positives")
    assert card.base_rate[3] == pytest.approx((y.to_numpy().sum() + 0.5) / (without + 1))
    np.testing.assert_allclose(model.predict_proba(X, held)["spare"], card.base_rate[3])


def test_base_rate_is_the_share_among_those_without_the_product(ranker: Any):
    _, y, held = operator()
    card = fitted(ranker, "independent")[0].compile()
    assert card.base_rate[2] == pytest.approx(y["roaming"].sum() / (~held["roaming"]).sum())
    assert card.flags(2) == ()


def tiny() -> dict[str, tuple[Any, Any, Any]]:
    X, y, held = operator(10)
    return {
        "ten rows": (X, y, held),
        "one row": (X.iloc[:1], y.iloc[:1], held.iloc[:1]),
        "no feature": (X[[]], y, held),
        "constant features": (X[["nothing", "always"]], y, held),
        "one product": (X, y[["film"]], held[["film"]]),
        "everything taken up": (X, y | True, None),
        "nothing taken up": (X, y & False, held),
        "everything held": (X, y, held | True),
        "held wider than y": (X, y[["film"]], held),
        "an infinity": (X.assign(share=[np.inf, -np.inf, *range(8)]), y, held),
        "huge numbers": (X.assign(share=[1.7e308, -1.7e308] * 5), y, held),
        "mixed objects": (X.assign(segment=np.array([1, "a", None, 2.5, True] * 2, dtype=object)), y, held),
        "zeros and ones": (X, y.astype(int), held.astype("boolean")),
        "arrays": (X[["share", "always"]].to_numpy(), y.to_numpy(), held.to_numpy()),
        "many levels": (X.assign(segment=[f"level {i}" for i in range(10)]), y, held),
        "Arrow types": (X.convert_dtypes(dtype_backend="pyarrow"), y, held),
    }


@pytest.mark.parametrize("case", sorted(tiny()))
def test_any_frame_can_be_learnt_from(ranker: Any, case: str):
    X, y, held = tiny()[case]
    found = ranker.fit(X, y, held).predict_proba(X, held)
    assert found.shape == y.shape
    assert np.isfinite(found.to_numpy()).all()


@pytest.mark.parametrize("case", ["wrong rows", "wrong order", "a word", "a gap", "a weight too few", "a bad weight"])
def test_refuses_what_does_not_go_together(ranker: Any, case: str):
    X, y, held = operator(10)
    wrong: dict[str, tuple[Any, ...]] = {
        "wrong rows": (X, y.iloc[:9], held),
        "wrong order": (X, y.iloc[::-1], held),
        "a word": (X, y.astype(object).assign(film="yes"), held),
        "a gap": (X, y, held.astype("boolean").mask(held["film"])),
        "a weight too few": (X, y, held, np.ones(9)),
        "a bad weight": (X, y, held, np.full(10, np.nan)),
    }
    with pytest.raises(DataError):
        ranker.fit(*wrong[case])


def test_refuses_to_learn_from_nothing(ranker: Any):
    X, y, held = operator(10)
    with pytest.raises(NotEnoughDataError, match="no example to learn from"):
        ranker.fit(X.iloc[:0], y.iloc[:0], held.iloc[:0])


def test_a_feature_twice_is_refused(ranker: Any):
    X, y, held = operator(10)
    with pytest.raises(FeatureError, match="may stand once"):
        ranker.fit(pd.concat([X, X], axis=1), y, held)


def test_rows_of_the_compiled_form_may_come_in_chunks(ranker: Any):
    model, X, held = fitted(ranker, "independent")
    rows, card = read_features(X), model.compile()
    chunked = pa.concat_tables([rows.slice(0, 7), rows.slice(7)])
    assert_array_equal(card.propensities(chunked, held.to_numpy()), card.propensities(rows, held.to_numpy()))
