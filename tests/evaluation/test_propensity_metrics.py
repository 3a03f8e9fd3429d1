from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from recommender.evaluation.auc import auc, auc_by_product
from recommender.evaluation.brier import brier_score, brier_skill
from recommender.evaluation.calibration import calibration_error
from recommender.evaluation.recalibration import calibration_intercept, calibration_slope
from recommender.evaluation.statistic import Statistic, bootstrap

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Pairs = tuple[Floats, Flags, Flags]
Metric = Callable[[Floats, Flags, Flags], Statistic]

METRICS = [auc, auc_by_product, brier_score, brier_skill, calibration_error, calibration_intercept, calibration_slope]


def logit(p: Floats | float) -> Floats:
    return np.asarray(np.log(p) - np.log1p(-np.asarray(p)))


@pytest.fixture
def pairs() -> Pairs:
    """Propensities with ties, take-ups drawn from them, and some pairs that are no candidates."""
    random = np.random.default_rng(7)
    propensity = random.beta(1, 4, (800, 5)).round(2).clip(0.01, 0.99)
    taken = random.random(propensity.shape) < propensity
    return propensity, taken, random.random(propensity.shape) < 0.8


def test_auc_is_that_of_scikit_learn_over_the_candidates(pairs: Pairs) -> None:
    propensity, taken, candidates = pairs

    assert_allclose(auc(*pairs).value, roc_auc_score(taken[candidates], propensity[candidates]))


@pytest.mark.parametrize("metric", [auc, auc_by_product])
def test_resamples_of_auc_stay_between_0_and_1(metric: Metric) -> None:
    propensity = np.array([[0.9], [0.9], [0.2], *[[0.1]] * 4, *[[0.5]] * 4])
    taken = np.arange(11)[:, None] < 3
    drawn = bootstrap([metric(propensity, taken, np.ones_like(taken))], np.arange(11), resamples=500)

    assert 0 <= np.nanmin(drawn) <= np.nanmax(drawn) == 1


def test_auc_by_product_is_the_mean_over_the_products_that_have_one(pairs: Pairs) -> None:
    propensity, taken, candidates = pairs
    taken[:, 2] = False
    each = [roc_auc_score(taken[c, p], propensity[c, p]) for p, c in enumerate(candidates.T) if p != 2]

    assert_allclose(auc_by_product(*pairs).value, np.mean(each))


def test_brier_score_is_that_of_scikit_learn(pairs: Pairs) -> None:
    propensity, taken, candidates = pairs

    assert_allclose(brier_score(*pairs).value, brier_score_loss(taken[candidates], propensity[candidates]))


def test_the_rates_of_the_products_have_no_brier_skill(pairs: Pairs) -> None:
    _, taken, candidates = pairs
    rates = np.array([y[c].mean() for y, c in zip(taken.T, candidates.T, strict=True)])

    assert_allclose(brier_skill(np.broadcast_to(rates, taken.shape), taken, candidates).value, 0, atol=1e-12)


def test_certainty_that_comes_true_has_a_brier_skill_of_one(pairs: Pairs) -> None:
    _, taken, candidates = pairs

    assert brier_skill(taken.astype(float), taken, candidates).value == 1


def test_slope_and_intercept_are_those_of_an_unpenalised_logistic_regression(pairs: Pairs) -> None:
    propensity, taken, candidates = pairs
    z, y = logit(propensity[candidates])[:, None], taken[candidates]

    slope = LogisticRegression(C=np.inf, tol=1e-10).fit(z, y).coef_[0, 0]

    assert_allclose(calibration_slope(*pairs).value, slope, rtol=1e-4)


def test_propensities_twice_as_extreme_on_the_log_odds_have_half_the_slope(pairs: Pairs) -> None:
    propensity, taken, candidates = pairs
    extreme = 1 / (1 + np.exp(-2 * logit(propensity)))

    assert_allclose(calibration_slope(extreme, taken, candidates).value, calibration_slope(*pairs).value / 2, rtol=1e-9)


def test_log_odds_raised_by_one_lower_the_intercept_by_one(pairs: Pairs) -> None:
    propensity, taken, candidates = pairs
    raised = 1 / (1 + np.exp(-logit(propensity) - 1))

    assert_allclose(
        calibration_intercept(raised, taken, candidates).value, calibration_intercept(*pairs).value - 1, rtol=1e-9
    )


def test_the_intercept_makes_the_mean_propensity_the_rate() -> None:
    propensity, taken = np.full((10, 1), 0.5), np.arange(10)[:, None] < 2

    assert_allclose(calibration_intercept(propensity, taken, np.ones_like(taken)).value, logit(2 / 10))


def test_equal_propensities_have_no_slope() -> None:
    propensity, taken = np.full((10, 1), 0.3), np.arange(10)[:, None] < 2

    assert np.isnan(calibration_slope(propensity, taken, np.ones_like(taken)).value)


def test_perfect_parting_has_no_slope() -> None:
    propensity = np.linspace(0.1, 0.9, 10)[:, None]

    assert np.isnan(calibration_slope(propensity, propensity > 0.5, propensity > 0).value)


def test_calibration_error_by_hand() -> None:
    propensity = np.array([0.1, 0.2, 0.3, 0.6])[:, None]
    taken = np.array([0, 1, 0, 1], dtype=bool)[:, None]

    expected = (2 * abs(1 / 2 - 0.15) + 2 * abs(1 / 2 - 0.45)) / 4
    assert_allclose(calibration_error(propensity, taken, taken | True, bins=2).value, expected)


def test_equal_propensities_share_a_bin() -> None:
    taken = np.arange(100)[:, None] % 4 == 0

    assert_allclose(calibration_error(np.full((100, 1), 0.25), taken, taken | True).value, 0, atol=1e-12)


def test_a_nan_propensity_is_left_out(pairs: Pairs) -> None:
    propensity, taken, candidates = pairs
    holes = np.where(np.arange(len(taken))[:, None] % 3 == 0, np.nan, propensity)

    for metric in METRICS:
        assert metric(holes, taken, candidates).value == metric(propensity, taken, candidates & ~np.isnan(holes)).value


@pytest.mark.parametrize("metric", [auc, auc_by_product, brier_skill, calibration_intercept, calibration_slope])
def test_nothing_taken_up_gives_no_figure(metric: Metric) -> None:
    propensity = np.array([[0.1], [0.2]])

    assert np.isnan(metric(propensity, propensity > 1, propensity > 0).value)


@pytest.mark.parametrize("metric", METRICS)
def test_no_candidates_give_no_figure(metric: Metric) -> None:
    for shape in [(0, 2), (3, 2)]:
        none = np.zeros(shape, dtype=bool)
        assert np.isnan(metric(np.full(shape, 0.5), none, none).value)


@pytest.mark.parametrize("metric", METRICS)
def test_a_resample_by_sums_is_close_to_the_metric_computed_anew(pairs: Pairs, metric: Metric) -> None:
    propensity, taken, candidates = pairs
    drawn = np.random.default_rng(0).integers(800, size=800)
    statistic = metric(*pairs)

    by_sums = float(statistic.of(statistic.terms[drawn].sum(axis=0)))

    assert_allclose(by_sums, metric(propensity[drawn], taken[drawn], candidates[drawn]).value, atol=0.006)


@pytest.mark.parametrize("metric", METRICS)
def test_the_spread_of_resamples_is_that_of_metrics_computed_anew(pairs: Pairs, metric: Metric) -> None:
    propensity, taken, candidates = pairs
    random = np.random.default_rng(1)
    anew = [
        metric(propensity[drawn], taken[drawn], candidates[drawn]).value
        for drawn in random.integers(800, size=(200, 800))
    ]

    by_sums = bootstrap([metric(*pairs)], np.arange(800), resamples=400)[:, 0]

    assert_allclose(by_sums.std(), np.std(anew), rtol=0.2)
