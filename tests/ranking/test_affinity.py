"""What a take-up leans on where take-ups are few: what is held, and what holders look like."""

# ruff: noqa: N806  X is scikit-learn's name for it

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import roc_auc_score

from recommender.ranking import LogisticRanker, ScorecardRanker
from recommender.ranking.affinity import learn_affinity
from recommender.ranking.binning import bin_features, bin_held
from recommender.ranking.columns import Columns, make_columns
from recommender.ranking.examples import Examples, read_examples
from recommender.ranking.learn_bins import learn_bins
from recommender.ranking.ridge import Leads, fit_logistic, make_basis

HALF = np.arange(3000) % 2
HALF_OF_MONTHS = np.tile(HALF, 2)


def operator(n: int = 3000, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Travellers hold roaming and take it up; few took it up, many hold it. A modem goes with film."""
    random = np.random.default_rng(seed)
    X = pd.DataFrame(random.random((n, 12)), columns=[f"x{i}" for i in range(12)]).rename(columns={"x0": "trips"})
    modem = random.random(n) < 0.4
    held = pd.DataFrame(
        {"film": random.random(n) < np.where(modem, 0.6, 0.1), "modem": modem, "roaming": random.random(n) < X["trips"]}
    )
    chance = np.column_stack([np.where(modem, 0.04, 0.005), np.full(n, 0.02), 0.03 * X["trips"] ** 2])
    return X, pd.DataFrame(random.random((n, 3)) < chance, columns=held.columns) & ~held, held


def learnt() -> tuple[Examples, Columns]:
    examples = read_examples(*operator())
    bins = learn_bins(examples, 16, 50, 5)
    found = np.concatenate([bin_features(examples.rows, bins), bin_held(examples.held)])
    return examples, make_columns(bins, found, {"x1": 1})


def test_holdings_and_looks_of_holders_are_both_told():
    examples, columns = learnt()
    affinity = learn_affinity(examples, columns, HALF, None, 0)
    assert affinity is not None
    co_holding, profile = affinity.leads(columns.found, HALF, 2).scores.T
    trips = columns.found[0]
    assert np.corrcoef(profile, trips)[0, 1] > 0.9
    film = affinity.leads(columns.found, HALF, 0).scores[:, 0]
    assert_array_equal(film[examples.held[:, 1]] > film[~examples.held[:, 1]].max(), np.True_)
    assert abs(np.corrcoef(co_holding, trips)[0, 1]) < 0.1


def test_neither_the_product_itself_nor_a_bound_column_has_points():
    examples, columns = learnt()
    affinity = learn_affinity(examples, columns, HALF, None, 0)
    assert affinity is not None
    own = len(columns.sizes) - 1 - examples.held.shape[1]
    for product in range(3):
        tables = affinity.tables(np.ones(2), product)
        assert own + product not in tables
        assert 1 not in tables
        assert 0 in tables


def test_tables_sum_to_the_mean_of_both_halves_scores_times_the_slopes():
    examples, columns = learnt()
    affinity = learn_affinity(examples, columns, HALF, None, 0)
    assert affinity is not None
    slopes = np.array([2.0, -0.5])
    summed = sum(table[columns.found[column]] for column, table in affinity.tables(slopes, 1).items())
    both = [affinity.leads(columns.found, np.full(len(HALF), half), 1).scores for half in (0, 1)]
    assert_allclose(summed, (both[0] + both[1]) / 2 @ slopes, atol=1e-9)


def test_the_score_of_an_account_comes_from_the_other_half_of_the_accounts():
    learnt_from = []
    for after in (0.01, 0.99):
        examples, columns = two_months(after)
        affinity = learn_affinity(examples, columns, HALF_OF_MONTHS, None, 0)
        assert affinity is not None
        learnt_from.append(affinity.points[:, 1, :, 2])
    assert_array_equal(learnt_from[0][1], learnt_from[1][1])
    assert (learnt_from[0][0] != learnt_from[1][0]).any()


def two_months(after: float) -> tuple[Examples, Columns]:
    """The operator of a month and of the next, in which takers of the odd half have `after` for x2."""
    X, y, held = operator()
    moved = y["roaming"].to_numpy() & (HALF == 1)
    months = X, X.assign(x2=np.where(moved, after, X["x2"]))
    examples = read_examples(pd.concat(months), pd.concat([y, y & False]), pd.concat([held, held | y]))
    bins = learn_bins(learnt()[0], 16, 50, 5)
    return examples, make_columns(bins, np.concatenate([bin_features(examples.rows, bins), bin_held(examples.held)]))


def test_there_is_none_where_nothing_is_held():
    X, y, held = operator(200)
    examples = read_examples(X, y, held & False)
    bins = learn_bins(examples, 16, 50, 5)
    found = np.concatenate([bin_features(examples.rows, bins), bin_held(examples.held)])
    assert learn_affinity(examples, make_columns(bins, found), HALF[:200], None, 0) is None


def test_few_take_ups_are_ranked_better_than_by_a_regression_on_them_alone():
    X, y, held = operator()
    later, took, has = operator(20_000, seed=1)
    auc = {}
    for ranker in (ScorecardRanker(n_folds=2, n_repeats=1), LogisticRanker()):
        said = ranker.fit(X, y, held).predict_proba(later, has)["roaming"]
        free = ~has["roaming"]
        auc[type(ranker)] = roc_auc_score(took["roaming"][free], said[free])
    assert auc[ScorecardRanker] > auc[LogisticRanker] + 0.02


def test_without_rows_that_say_otherwise_slopes_are_those_expected():
    basis, none = make_basis([], []), np.empty((0, 100), dtype=np.int32)
    scores = np.random.default_rng(0).normal(size=(100, 1))
    leads = Leads(scores, np.array([0.7]), 1e6)
    y = np.arange(100) % 2 == 0
    fit = fit_logistic(basis.one_hot(none), basis, y, np.ones(100), 1.0, 0.0, leads)
    assert fit.slopes == pytest.approx([0.7], abs=1e-3)


def test_a_fit_from_a_near_one_ends_in_the_same_place():
    random = np.random.default_rng(0)
    found = random.integers(0, 8, (3, 500)).astype(np.int32)
    basis = make_basis([8] * 3, [True] * 3)
    y, one_hot = random.random(500) < 0.1 + 0.1 * (found[0] > 3), basis.one_hot(found)
    first = fit_logistic(one_hot[:400], basis, y[:400], np.ones(400), 5.0, -2.0)
    afresh = fit_logistic(one_hot, basis, y, np.ones(500), 5.0, -2.0)
    again = fit_logistic(one_hot, basis, y, np.ones(500), 5.0, -2.0, near=first)
    assert_allclose(again.points, afresh.points, atol=5e-3)
